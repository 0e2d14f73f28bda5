"""Which pages can be found, and where: each once, at the address where it is now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from migrator.pages.page import Page
from migrator.pages.search_entry import Entry, Origin, Shelf, entries, section_of
from migrator.pages.search_fates import fates
from migrator.pages.verdict import Answer, Verdict
from tests.pages.making import NEW, OLD, new_page, page, prose
from tests.rules.making import table

RULES = """
redirects: {/wells.html: /water/wells, /far.html: https://x.partner.example/far}
rules: [{from: /closed.html, gone: true}, {from: /kept.html, serve: legacy}]
"""
NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def found(legacy: Sequence[Page], new: Sequence[Page], *verdicts: Verdict, rules: str = RULES) -> dict[str, Entry]:
    """Every entry by its address."""
    made = table(rules)
    site = made.sites["main"]
    fate = fates(made, site, {verdict.old_url: verdict for verdict in verdicts}, None)
    every = list(entries(site, Shelf(lambda: legacy, len(legacy)), Shelf(lambda: new, len(new)), fate))
    assert len({one.address for one in every}) == len(every)
    return {one.address: one for one in every}


def test_a_page_that_moved_is_found_once_at_its_new_address_and_by_its_old_title() -> None:
    every = found([page("/wells.html", prose(0), title="How we dig")], [new_page("/water/wells/", prose(0), title="Water")])

    assert list(every) == [f"{NEW}/water/wells/"]
    assert every[f"{NEW}/water/wells/"].former == ("How we dig",)
    assert every[f"{NEW}/water/wells/"].origin == Origin.NEW


def test_a_page_that_moved_to_where_no_crawl_was_is_found_there() -> None:
    every = found([page("/far.html", prose(0), title="Far")], [])

    assert list(every) == ["https://x.partner.example/far"]
    assert every["https://x.partner.example/far"].origin == Origin.NEW


def test_what_has_not_moved_is_found_where_it_is_and_what_is_gone_is_not() -> None:
    every = found([page("/kept.html", prose(0)), page("/other.html", prose(4)), page("/closed.html", prose(8))], [])

    assert {address: one.origin for address, one in every.items()} == {f"{OLD}/kept.html": "old", f"{OLD}/other.html": "old"}


@pytest.mark.parametrize(
    ("answer", "address"),
    [(Answer.ACCEPTED, f"{NEW}/b"), (Answer.CHANGED, f"{NEW}/b"), (Answer.GONE, ""), (Answer.KEPT, f"{OLD}/b.html")],
)
def test_a_decision_counts_before_it_is_published(answer: Answer, address: str) -> None:
    new_url = f"{NEW}/b" if answer in (Answer.ACCEPTED, Answer.CHANGED) else ""
    every = found([page("/b.html", prose(0))], [], Verdict(f"{OLD}/b.html", answer, new_url, "me", NOW))

    assert list(every) == ([address] if address else [])


def test_the_map_comes_before_a_decision() -> None:
    verdict = Verdict(f"{OLD}/wells.html", Answer.CHANGED, f"{NEW}/elsewhere", "me", NOW)
    assert list(found([page("/wells.html", prose(0))], [], verdict)) == [f"{NEW}/water/wells"]


def test_what_asks_to_be_left_out_is_no_page_or_repeats_another_is_left_out() -> None:
    good = new_page("/a", prose(0))
    left_out = [
        replace(new_page("/noindex", prose(1)), noindex=True),
        replace(new_page("/soft", prose(2)), soft_404="it says “not found”"),
        replace(new_page("/near", prose(0)), near_duplicate_of=f"{NEW}/a"),
        replace(new_page("/error", prose(3)), status=500),
        replace(new_page("/file.pdf"), content_type="application/pdf"),
        new_page("/leads", prose(4), final="/a"),
    ]
    assert list(found([], [good, *left_out])) == [f"{NEW}/a"]


def test_an_old_page_that_repeats_a_new_one_to_the_letter_is_not_shown_beside_it() -> None:
    every = found([page("/same.html", prose(0), title="Wells")], [new_page("/same", prose(0), title="Wells")])
    assert list(every) == [f"{NEW}/same"]


def test_where_everything_is_led_to_the_new_site_only_what_is_there_is_found() -> None:
    site = (
        "version: 1\nsites: {main: {hosts: [www.old.example], legacy: http://x, new: https://www.new.example, unmapped: new}}\n"
    )
    made = table("", site)
    fate = fates(made, made.sites["main"], {}, None)
    legacy, new = [page("/a", prose(0)), page("/b", prose(4))], [new_page("/a", prose(8))]
    every = entries(made.sites["main"], Shelf(lambda: legacy, 2), Shelf(lambda: new, 1), fate)
    assert [one.address for one in every] == [f"{NEW}/a"]


def test_what_every_page_repeats_cannot_be_found() -> None:
    menu = "Home Contact Donate Search"
    new = [new_page(f"/{number}", f"{menu}\n{prose(number)}", title=f"T{number}") for number in range(8)]
    assert not any(menu in one.text for one in found([], new).values())


@pytest.mark.parametrize(
    ("path", "language", "expected"),
    [("/about/x", "en", "about"), ("/fr/eau/x", "fr", "eau"), ("/fr/x/", "en", "fr"), ("/", "en", ""), ("/a.html", "en", "")],
)
def test_a_section_is_the_first_folder_that_is_no_language(path: str, language: str, expected: str) -> None:
    assert section_of(NEW + path, language) == expected
