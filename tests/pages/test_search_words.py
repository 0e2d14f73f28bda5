"""The terms of a text: what searchers do not tell apart is one, and whatever text comes, the laws hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.search_folding import even, plain
from migrator.pages.search_words import LONGEST_WORD, MAX_WORDS, STEMMERS, Wanted, pairs, spans, terms_of, words

ALIKE = {
    "width and case": ("en", "ＦＵＬＬ Width", "full width"),
    "plurals": ("en", "wells children schools", "well children school"),
    "accents are told by stems, then dropped": ("fr", "écoles", "ecole"),
    "umlauts and their spellings": ("de", "Müller Straße Häuser", "Mueller STRASSE Haus"),
    "letters without accents": ("da", "Søren Ærø", "Soren Aeroe"),
    "alef, hamza and the closed t": ("ar", "أطفال مدرسة", "اطفال مدرسه"),
    "and, the, to, by: one-letter words on a word": ("ar", "والأطفال للأطفال بالمدرسة", "أطفال أطفال مدرسة"),
    "a word that begins as a one-letter word does": ("ar", "والوزارة الوزارة", "وزارة وزارة"),
    "vowel signs and stretched lines": ("ar", "وَلَدٌ كتـــاب", "ولد كتاب"),
    "Arabic digits": ("ar", "٢٠٢٤", "2024"),
    "Persian keyboards": ("ar", "کتاب", "كتاب"),
    "е and ё": ("ru", "ёлка", "елка"),
    "soft hyphens": ("en", "vacci\u00adnation", "vaccination"),
    "nasal signs": ("hi", "गाँव", "गांव"),
}


@pytest.mark.parametrize("name", ALIKE)
def test_searchers_do_not_tell_apart(name: str) -> None:
    language, one, other = ALIKE[name]
    assert terms_of(language).of(one) == terms_of(language).of(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't_stop co-operation 3.5", ["don", "t", "stop", "co", "operation", "3", "5"]),
        ("बच्चों के स्वास्थ्य", ["बच्चों", "के", "स्वास्थ्य"]),
        ("watoto na maji safi", ["watoto", "na", "maji", "safi"]),
        ("儿童健康2024年", ["儿童健康", "2024", "年"]),
        ("", []),
    ],
)
def test_words_are_parted(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_runs_without_spaces_are_pairs_of_letters_and_the_last_letter() -> None:
    assert terms_of("zh").of("儿童健康 水") == ["儿童", "童健", "健康", "康", "水"]
    assert pairs("水") == ["水"]


def test_no_stop_word_is_dropped() -> None:
    assert terms_of("en").of("The Who to be or not") == ["the", "who", "to", "be", "or", "not"]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert even(even(text)) == even(text)
    assert plain(plain(even(text))) == plain(even(text))


@given(st.text(), st.sampled_from(["", *STEMMERS, "sw", "zh"]))
def test_every_term_is_one_that_the_index_takes_whole(text: str, language: str) -> None:
    for term in terms_of(language).of(text):
        assert term
        assert not set(term) & set(" \"'\n\t\0*()")
        assert not any(letter.isascii() and not letter.isalnum() for letter in term)


@given(st.text(max_size=200))
def test_words_stand_where_their_spans_say(text: str) -> None:
    found = [text[start:end] for start, end in spans(text)]
    assert [word for one in found for word in words(one)] == [word for one in found for word in words(even(one))]
    assert all(found)


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    assert len(words("a " * 1_000_000)) == MAX_WORDS
    assert [len(term) for term in terms_of("en").of("x" * 1_000_000)] == [LONGEST_WORD]
    assert len(terms_of("zh").of("水" * 1_000_000)) == MAX_WORDS


@given(st.text(max_size=60), st.sampled_from(["", *STEMMERS]))
def test_words_that_are_looked_for_are_told_without_stemming_all(text: str, language: str) -> None:
    terms = terms_of(language)
    for word in words(text):
        assert Wanted(terms, {terms[word]}).term(word) == terms[word]
        assert Wanted(terms, {"zzzz"}).term(word) == ""
