"""Texts are compared by their words and passages, in every script."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.plain_words import MAX_WORDS, words
from migrator.pages.words import Lexicon, Numbers, numbers, passages, plain


def test_words_are_case_folded_and_without_marks() -> None:
    assert words("The STRASSE, the straße; cafe\u0301 & Ⅷ.") == ["the", "strasse", "the", "strasse", "café", "viii"]


def test_scripts_without_spaces_are_split_into_pairs() -> None:
    assert words("東京都の人口") == ["東京", "京都", "都の", "の人", "人口"]
    assert words("水 H2O ไทย") == ["水", "h2o", "ไท", "ทย"]
    assert words("من نحن") == ["من", "نحن"]


def test_a_page_counts_with_so_many_words_at_most() -> None:
    assert len(words("a " * (MAX_WORDS + 10))) == MAX_WORDS
    assert len(words("水" * (MAX_WORDS + 10))) == MAX_WORDS


def test_a_text_is_plain_by_its_words_alone() -> None:
    assert plain("  About   us! ") == plain("ABOUT US")


def told(text: str) -> Numbers:
    return numbers(text, Lexicon())


def test_a_word_has_its_number_wherever_it_stands() -> None:
    assert told("Clean water").tolist() == told("clean WATER!").tolist()
    assert told("clean water").tolist() == told("water clean").tolist()[::-1]
    assert len(set(told("one two three one").tolist())) == 3
    assert len(told("")) == 0


def test_a_passage_moved_within_a_longer_text_is_found_again() -> None:
    old = "one two three four five six seven"
    wanted = set(passages(told(old)).tolist())

    assert len(wanted) == 3
    assert wanted <= set(passages(told(f"before that {old} and after it")).tolist())
    assert not wanted & set(passages(told("seven six five four three two one")).tolist())
    assert len(passages(told("one two three four"))) == 0


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_every_text_has_a_number_for_each_word_and_a_passage_for_each_five(text: str) -> None:
    found = told(text)

    assert len(found) == len(words(text))
    assert len(passages(found)) == max(0, len(found) - 4)
    assert np.all(passages(found) >= 0)


@given(st.text(st.characters(max_codepoint=0x17F), max_size=80))
@settings(max_examples=80, deadline=None)
def test_spaced_words_are_the_runs_of_letters_and_digits(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()

    assert words(text) == re.findall(r"[^\W_]+", folded)
