"""What addresses in files come to on one side of a site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.crawl.located import NO_ADDRESS, NO_WEB_ADDRESS, NOT_HERE, TOO_LONG, locator
from migrator.crawl.territory import territory_of
from migrator.pages.harvest import Located
from migrator.pages.page import Side
from migrator.rules.rule import Site

SITE = Site("main", ("www.old.example", "old.example"), "http://10.0.0.5:8080", "https://www.new.example")
BASE = "http://10.0.0.5:8080"
locate = locator(territory_of(SITE, Side.LEGACY))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "/About/",
            "http://www.old.example/about",
            "HTTPS://OLD.example/about/index.html",
            "//old.example/about",
            "/./about#top",
        ),
        *("www.old.example/about", "old.example/about", "http://old.example:8080/about", "http://10.0.0.5:8080/about"),
        *("10.0.0.5:8080/about", "/about?utm_source=x"),
    ],
)
def test_every_spelling_of_an_address_of_the_site_is_that_address(text: str) -> None:
    place = locate(text)

    assert place.key == "/about"
    assert place.url.startswith(f"{BASE}/")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NO_ADDRESS),
        ("about.html", NO_ADDRESS),
        ("(not set)", NO_ADDRESS),
        ("http://", NO_ADDRESS),
        ("mailto:x@old.example", NO_WEB_ADDRESS),
        ("javascript:alert(1)", NO_WEB_ADDRESS),
        ("ftp://old.example/a", NO_WEB_ADDRESS),
        ("https://elsewhere.example/a", NOT_HERE),
        ("http://www.old.example@elsewhere.example/", NOT_HERE),
        ("http://old.example.elsewhere.example/", NOT_HERE),
        ("/" + "x" * 10_000, TOO_LONG),
    ],
)
def test_what_is_no_address_of_the_site_is_told_why(text: str, reason: Located) -> None:
    assert locate(text) == reason


def test_a_host_alone_is_its_first_page() -> None:
    assert locate("www.old.example").url == f"{BASE}/"
    assert locate("www.old.example?x=1").url == f"{BASE}/?x=1"


def test_addresses_of_the_new_site_keep_their_case() -> None:
    place = locator(territory_of(SITE, Side.NEW))("/About")

    assert (place.url, place.key) == ("https://www.new.example/About", "/About")


@given(st.text(max_size=60))
def test_whatever_is_written_is_located_or_told_why(text: str) -> None:
    for start in ("", "/", "http://old.example/", "http://", "//"):
        place = locate(start + text)
        assert bool(place.url and place.key) != bool(place.reason)
        assert not place.url or place.url.startswith(f"{BASE}/")
