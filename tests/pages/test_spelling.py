"""Slips of the keyboard, and how far two words are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.compounds import parts
from migrator.pages.spelling import distance, one_slip

WORDS = st.text("abcé", max_size=7)


@given(WORDS)
def test_one_slip_is_one_slip(word: str) -> None:
    assert all(distance(word, other) <= 1 for other in one_slip(word, "abé"))


@given(WORDS, WORDS)
def test_a_distance_is_the_same_both_ways_and_nought_only_for_the_same(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


@given(WORDS, WORDS)
def test_every_word_one_slip_away_is_among_those_of_one_slip(one: str, other: str) -> None:
    assert (distance(one, other) == 1) <= (other in set(one_slip(one, "abcé")))


def test_letters_swapped_are_one_slip_and_much_is_too_much() -> None:
    assert distance("recieve", "receive") == 1
    assert distance("chlidern", "children") == 2
    assert distance("water", "school") == 3


KNOWN = {"trink", "wasser", "trinkwasser", "versorgung", "arbeit", "platz", "suche", "kind", "hilfe"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("trinkwasserversorgung", ("trinkwasser", "versorgung")),
        ("arbeitsplatzsuche", ("arbeit", "platz", "suche")),
        ("kinderhilfe", ("kind", "hilfe")),
        ("wasserfall", ()),
        ("wasser", ()),
        ("x" * 1000, ()),
    ],
)
def test_long_words_are_made_of_words_of_the_site(word: str, expected: tuple[str, ...]) -> None:
    assert parts(word, KNOWN) == expected
