"""What matching sees of a page: a readable path, its own title and text, and the fellows it links to."""

from __future__ import annotations

import pytest

from migrator.pages.profile import profiles
from migrator.pages.words import Lexicon, numbers
from tests.pages.making import page, prose


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/About/Index.html", "/about"),
        ("/about/team.html", "/about/team"),
        ("/item.asp?b=2&id=7", "/item?b=2&id=7"),
        ("/a/default.aspx", "/a"),
        ("/cookbook/email/index", "/cookbook/email"),
        ("/press.php?utm_source=x", "/press"),
        ("/caf%C3%A9/", "/café"),
        ("/v1.2", "/v1.2"),
        ("/", ""),
    ],
)
def test_a_path_is_folded_and_without_what_says_nothing(address: str, path: str) -> None:
    assert profiles([page(address)], ["en"])[0].path == path


def test_folder_and_slug_are_the_two_parts_of_the_path() -> None:
    profile = profiles([page("/fieldwork/water.html")], ["en"])[0]

    assert (profile.folder, profile.slug) == ("/fieldwork", "water")


def test_the_heading_is_part_of_the_text_and_counted() -> None:
    profile = profiles([page("/a", "Dig a well.", h1="Wells")], ["en"])[0]

    assert profile.words.tolist() == numbers("Wells\nDig a well.", Lexicon()).tolist()
    assert profile.length == 4


def test_links_are_places_of_fellow_pages_without_the_menu() -> None:
    menu = ["/", "/contact"]
    pages = [page(path, prose(number), links=[*menu, "/3", "/elsewhere"]) for number, path in enumerate(("/", "/contact", "/2"))]
    pages += [page(f"/{number}", links=menu) for number in range(3, 9)]
    found = profiles(pages, ["en"] * len(pages))

    assert found[2].links == (3,)
    assert found[4].links == ()


def test_a_link_to_the_address_that_redirects_leads_to_the_page() -> None:
    pages = [page("/a", links=["/old-b"]), page("/b"), page("/old-b", final="/b")]

    assert profiles(pages, ["en"] * 3)[0].links == (2,)


def test_an_overview_leads_into_the_folder_that_it_stands_in() -> None:
    found = profiles([page("/help/overview/"), page("/help/sign-in"), page("/help/")], ["en"] * 3)

    assert [profile.realm for profile in found] == ["/help", "/help/sign-in", "/help"]
