"""Queries read as words and phrases, whatever is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.search_query import LONGEST_QUERY, MAX_ASKED, Asked, read_query, tidy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Clean  water", [("clean",), ("water",)]),
        ('"clean water" well', [("clean", "water"), ("well",)]),
        ("“clean water", [("clean", "water")]),
        ("«eau propre»", [("eau", "propre")]),
        ("water water", [("water",)]),
        ("儿童健康", [("儿童",), ("童健",), ("健康",)]),
        ('"儿童健康"', [("儿童", "童健", "健康")]),
        ('NEAR(a b) OR -c* ^d "', [("near",), ("a",), ("b",), ("or",), ("c",), ("d",)]),
        ("  ", []),
    ],
)
def test_a_query_is_words_and_phrases(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [asked.words for asked in read_query(text)] == expected


def test_a_single_letter_of_a_script_without_spaces_begins_words() -> None:
    assert read_query("水") == (Asked(("水",), begins=True),)


@given(st.text())
def test_whatever_is_typed_is_bounded(text: str) -> None:
    found = read_query(text * 50)
    assert len(found) <= MAX_ASKED
    assert all(asked.words and len(asked.words) <= MAX_ASKED for asked in found)
    shown = tidy(text)
    assert len(shown) <= LONGEST_QUERY
    assert shown.isprintable()
    assert tidy(shown) == shown
