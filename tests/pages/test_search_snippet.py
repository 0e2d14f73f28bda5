"""Passages: where the words are, marked, and never anything that the page does not say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.search_snippet import LONG, Piece, marked, snippet
from migrator.pages.search_words import Wanted, terms_of


def wanted(language: str, *terms: str) -> Wanted:
    return Wanted(terms_of(language), frozenset(terms))


FILLER = "Nothing of this is what anybody looks for. " * 20


def said(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def test_the_passage_with_most_of_the_words_is_shown() -> None:
    text = f"A well. {FILLER}Clean wells give water to children. {FILLER}"
    pieces = snippet(text, wanted("en", "well", "water", "children"))

    assert [piece.text for piece in pieces if piece.is_marked] == ["wells", "water", "children"]
    assert said(pieces).startswith("… ")
    assert said(pieces).endswith(" …")


def test_words_are_marked_in_every_form_and_script() -> None:
    assert [piece.text for piece in marked("Écoles et école", wanted("fr", "ecol")) if piece.is_marked] == ["Écoles", "école"]
    assert [piece.text for piece in marked("关于儿童健康", wanted("zh", "儿童", "童健", "健康")) if piece.is_marked]
    assert said(marked("关于儿童健康", wanted("zh", "儿童", "童健", "健康"))) == "关于儿童健康"


def test_without_any_word_the_beginning_is_shown() -> None:
    pieces = snippet(FILLER, wanted("en", "well"))
    assert said(pieces).startswith("Nothing of this")
    assert not any(piece.is_marked for piece in pieces)


@given(st.text(max_size=600), st.sets(st.text(min_size=1, max_size=3), max_size=4), st.sampled_from(["en", "ar", "zh", ""]))
def test_a_passage_says_only_what_the_page_says(text: str, terms: set[str], language: str) -> None:
    whole = marked(text, wanted(language, *terms))
    assert said(whole) == text.replace("\n", " ")
    passage = said(snippet(text, wanted(language, *terms)))
    assert len(passage) <= LONG + 4
    assert passage.removeprefix("… ").removesuffix(" …") in text.replace("\n", " ") or "…" in text
