"""Pages that nearly repeat another are told, and others are not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.duplicates import likeness, near_duplicates, sketch


def text(seed: int, words: int = 300) -> list[str]:
    dice = random.Random(seed)
    return [f"w{dice.randrange(5000)}" for _ in range(words)]


def marked(**texts: list[str]) -> dict[str, str]:
    return dict(near_duplicates(sketch(url, " ".join(said), url) for url, said in texts.items()))


@pytest.mark.parametrize("words", [40, 300, 900, 5000])
def test_a_word_more_or_less_is_a_near_duplicate_and_another_text_is_none(words: int) -> None:
    said = text(1, words)

    assert marked(a=said, bb=[*said, "more"], ccc=text(2, words)) == {"bb": "a"}
    assert marked(a=said, bb=said[: words // 2] + text(3, words // 2)) == {}


def test_the_original_is_the_shortest_address_and_repeats_none_itself() -> None:
    said = text(1)

    assert marked(archive=said, a=said, print=[*said, "x"]) == {"archive": "a", "print": "a"}


def test_the_same_bytes_are_the_same_file_and_short_texts_are_none() -> None:
    sketches = [sketch("a.pdf", "", "hash"), sketch("bb.pdf", "", "hash"), sketch("c.pdf", "", "other"), sketch("d.pdf", "", "")]

    assert dict(near_duplicates(sketches)) == {"bb.pdf": "a.pdf"}
    assert marked(a=["Read", "more"], bb=["Read", "more"]) == {}
    assert marked(a=text(1, 10), bb=text(1, 10), ccc=[*text(1, 10), "x"]) == {"bb": "a"}


@given(st.integers(0, 10**6), st.integers(30, 1500), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_likeness_estimates_the_share_of_common_passages(seed: int, words: int, kept: float) -> None:
    said, cut = text(seed, words), int(words * kept)
    other = said[:cut] + text(seed + 1, words - cut)
    passages = [{tuple(one[start : start + 4]) for start in range(words - 3)} for one in (said, other)]
    true = len(passages[0] & passages[1]) / len(passages[0] | passages[1])
    one, two = sketch("a", " ".join(said), "a"), sketch("b", " ".join(other), "b")

    assert likeness(one, one) == 1.0
    assert likeness(one, two) == likeness(two, one)
    if words <= 600:
        assert abs(likeness(one, two) - true) < 0.3


@given(st.lists(st.text(max_size=200), max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_page_repeats_one_that_repeats_another(texts: list[str]) -> None:
    found = dict(near_duplicates(sketch(f"u{number}", said, "") for number, said in enumerate(texts)))

    assert not set(found.values()) & set(found)
