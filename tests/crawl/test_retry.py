"""A site that asks for a rest gets it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest

from migrator.crawl.retry import seconds_of
from migrator.errors import CrawlError
from tests.crawl.crawling import QUICK, crawled
from tests.crawl.live_site import Reply, live_site, page, site_at

NOW = dt.datetime(2026, 11, 24, 12, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("9" * 400, 999_999_999.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Tue, 99 Nov 99999 12:01:30 GMT", None),
        ("\N{ARABIC-INDIC DIGIT ONE}", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert seconds_of(header, NOW) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_site_is_asked_again_after_the_time_it_names_and_not_before(status: int) -> None:
    busy = [Reply("", status, headers={"Retry-After": "1"})]

    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        return busy.pop() if target == "/" and busy else page("/a")

    with live_site({"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}, answer) as site:
        result = crawled(site_at(site.url))

        first, second = (one for one in site.asked if one.target == "/")
        assert second.came - first.left >= 0.99
        assert result.pages["/"].status == 200


def test_a_site_that_asks_for_a_long_rest_ends_the_run() -> None:
    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        return Reply("", 503, headers={"Retry-After": "3600"})

    with live_site({"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}, answer) as site:
        with pytest.raises(CrawlError, match="left alone for 3600 seconds"):
            crawled(site_at(site.url))
        assert site.targets == ["/"]


def test_a_page_that_is_broken_for_good_is_not_asked_for_again() -> None:
    with live_site({"/": page("/a"), "/a": Reply("", 500)}) as site:
        assert crawled(site_at(site.url), options=replace(QUICK, retries=3)).pages["/a"].status == 500
        assert site.targets.count("/a") == 1
