"""Texts are compared by their words and passages, in every script."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.plain_words import MAX_WORDS, words
from migrator.pages.words import passages, plain, share_found


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


def test_a_passage_moved_within_a_longer_text_is_found_again() -> None:
    old = "one two three four five six seven"
    new = f"before that {old} and after it"

    assert share_found(passages(old), passages(new)) == 1.0
    assert share_found(passages(old), passages("one two three four")) == 0.0
    assert share_found(passages(""), passages(new)) == 0.0
    assert 0 < share_found(passages(new), passages(old)) < 1


@given(st.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_every_text_is_found_in_itself(text: str) -> None:
    found = passages(text)

    assert share_found(found, found) == (1.0 if len(found) else 0.0)
    assert np.array_equal(found, np.unique(found))
