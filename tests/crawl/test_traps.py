"""Sites without an end come to an end, and what is left out is listed with its reason."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from tests.crawl.crawling import QUICK, crawled
from tests.crawl.live_site import Answering, Reply, live_site, page, site_at

ABSENT = {"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}


def skipped_on(answer: Answering, **bounds: int) -> tuple[int, set[str]]:
    """How many pages a crawl of that site has, and the reasons for what it left out."""
    with live_site(ABSENT, answer) as site:
        result = crawled(site_at(site.url), options=replace(QUICK, **bounds))  # type: ignore[arg-type]
    return len(result.pages), set(result.skipped.values())


def test_a_calendar_ends() -> None:
    def calendar(target: str, headers: Mapping[str, str]) -> Reply:
        month = int(target.rpartition("=")[2] or 0) if "=" in target else 0
        return page(f"/calendar?month={month + 1}", f"/calendar?month={month - 1}")

    assert skipped_on(calendar, max_depth=20) == (42, {"more than 20 links from the start"})
    assert skipped_on(calendar, max_variants=9) == (10, {"more than 9 queries on one path"})


def test_session_ids_end() -> None:
    numbers = itertools.count()

    def sessions(target: str, headers: Mapping[str, str]) -> Reply:
        return page(*(f"/shop?sid={next(numbers)}" for _ in range(5)), f"/a;jsessionid={next(numbers)}")

    assert skipped_on(sessions, max_variants=20) == (22, {"more than 20 queries on one path"})


def test_a_relative_link_that_nests_ends() -> None:
    def nested(target: str, headers: Mapping[str, str]) -> Reply:
        return page("more/")

    assert skipped_on(nested) == (3, {"path that repeats itself more than 2 times"})


def test_an_endless_path_ends() -> None:
    numbers = itertools.count()

    def endless(target: str, headers: Mapping[str, str]) -> Reply:
        return page(f"{next(numbers)}/")

    assert skipped_on(endless) == (21, {"path of more than 20 segments"})


def test_an_address_that_grows_ends() -> None:
    def growing(target: str, headers: Mapping[str, str]) -> Reply:
        return page(f"/?{'x' * (len(target) + 300)}")

    pages, reasons = skipped_on(growing)
    assert pages < 10
    assert reasons == {"address longer than 2083 characters"}
