"""The reasons are sentences that a reviewer can check by looking at the two pages."""

from __future__ import annotations

import pytest

from migrator.pages.evidence import sentences
from migrator.pages.matching import profiled
from migrator.pages.page import Page
from migrator.pages.profile import profiles
from tests.pages.making import new_page, page, prose

SILENT = {"passages": 0.0, "words": 0.0, "landing": 0.0, "merge": 0.0, "folder": 0.0, "links": 0.0}


def told(old: Page, new: Page, **signals: float) -> tuple[str, ...]:
    (left,), (right,) = profiled([old], [new])
    return sentences(left, right, SILENT | signals)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (page("/About/index.html"), new_page("/about/"), "same address"),
        (page("/fieldwork/water.html"), new_page("/projects/water"), "same last part of the address: water"),
        (page("/help/sam/x.html"), new_page("/agencies/sam"), "bears the name of its old folder: sam"),
        (page("/a", title="Clean  Water!"), new_page("/b", title="Clean water"), "same title: Clean water"),
        (page("/a", title="Annual report 2004"), new_page("/b", title="Annual review 2004"), "similar title: Annual review 2004"),
        (page("/a", title="Trustees"), new_page("/b", title="People", h1="Trustees"), "its title is a heading there: Trustees"),
        (page("/a", title="x" * 200), new_page("/b", title="x" * 200), f"same title: {'x' * 79}…"),
    ],
)
def test_each_likeness_has_its_sentence(old: Page, new: Page, sentence: str) -> None:
    assert sentence in told(old, new)


def test_likeness_of_words_is_told_where_no_passage_was_kept() -> None:
    assert told(page("/a", prose(0)), new_page("/b", prose(0, 8)), passages=1.0, words=0.9) == (
        "100 % of its passages found again",
    )
    assert told(page("/a", "one two three"), new_page("/b", "three two one"), words=0.9) == ("much the same words (0.90 of 1)",)


def test_the_neighbours_are_heard_where_they_agree() -> None:
    old, new = page("/fieldwork/water", "a"), new_page("/projects/clean", "b")

    assert told(old, new, folder=0.6, links=0.9) == (
        "other pages of /fieldwork are now in /projects",
        "it links to the same pages",
    )
    assert told(old, new, landing=0.9, merge=0.9) == (
        "the pages below it moved below /projects/clean",
        "other pages of /fieldwork lead there too",
    )


def test_a_guess_is_called_one() -> None:
    assert told(page("/a", "one"), new_page("/b", "two"), folder=0.4) == ("only weak likeness of address, title and words",)


def test_another_language_is_told_last() -> None:
    old, new = page("/fr/eau", "a", language="fr"), new_page("/fr/eau", "b", language="en")
    left, right = profiles([old], ["fr"])[0], profiles([new], ["en"])[0]

    assert sentences(left, right, SILENT) == ("same address", "in another language (en)")
