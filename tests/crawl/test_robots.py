"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.crawl.robots import Robots, decoded
from migrator.errors import CrawlError
from tests.crawl.crawling import QUICK, crawled
from tests.crawl.live_site import Reply, live_site, page, redirect, site_at
from tests.shared import shared_folder

LEAST_RIGHT = 392  # of 400; Protego alone, given the whole User-Agent, is right on 378


def test_the_google_cases_are_read_as_google_reads_them() -> None:
    cases = json.loads(shared_folder("corpora/robots/google-spec-cases.json").read_text())

    right = sum(
        Robots(decoded(text.encode("latin-1", "replace")), agent).allows(url) == (verdict == "ALLOWED")
        for _, text, url, agent, verdict in cases
    )

    print(f"robots.txt: {right} of {len(cases)} as Google reads them")
    assert len(cases) == 400
    assert right >= LEAST_RIGHT


def test_every_real_file_is_read() -> None:
    for file in sorted(shared_folder("corpora/robots/crawler-commons").iterdir()):
        robots = Robots(decoded(file.read_bytes()))
        assert isinstance(robots.allows("http://example.com/a"), bool)
        assert robots.crawl_delay is None or robots.crawl_delay >= 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_does_not_hide_the_first_line(encoding: str) -> None:
    text = "User-agent: *\nDisallow: /private\n"

    assert not Robots(decoded(text.encode(encoding))).allows("http://h/private")


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("migrator", False), ("Migrator/2.0", False), ("migrator-bot", True), ("other", True), ("*", False)],
)
def test_a_group_holds_for_the_crawler_it_names(name: str, allowed: bool) -> None:
    assert Robots(f"User-agent: {name}\nDisallow: /\n").allows("http://h/a") is allowed


@given(st.text(alphabet="User-agent: *\nDisallow/$#%\r\x00é", max_size=300))
@settings(max_examples=150)
def test_whatever_it_says_it_is_read(text: str) -> None:
    assert isinstance(Robots(text).allows("http://h/a/b?c"), bool)


def test_a_hostile_file_costs_no_more_than_its_size() -> None:
    many = "".join(f"User-agent: a{number}\n" for number in range(20_000)) + "Disallow: /*a*b*c$\n" * 20_000
    started = time.process_time()

    Robots(many).allows("http://h/" + "a" * 2000)

    assert time.process_time() - started < 3


def test_what_it_forbids_is_skipped_with_that_reason() -> None:
    rules = Reply("User-agent: *\nDisallow: /private\nAllow: /private/open\n", kind="text/plain")

    with live_site({"/": page("/private/a", "/private/open", "/b"), "/robots.txt": rules}) as site:
        result = crawled(site_at(site.url))

        assert sorted(result.pages) == ["/", "/b", "/private/open"]
        assert result.skipped == {"/private/a": "robots.txt forbids it"}
        assert "/private/a" not in site.targets


def test_a_redirect_to_what_it_forbids_is_not_followed() -> None:
    rules = Reply("User-agent: *\nDisallow: /private\n", kind="text/plain")

    with live_site({"/": redirect("/private/a"), "/robots.txt": rules}) as site:
        result = crawled(site_at(site.url))

        assert result.pages["/"].error == "robots.txt forbids it"
        assert "/private/a" not in site.targets


def test_on_an_own_site_it_may_be_ignored() -> None:
    rules = Reply("User-agent: *\nDisallow: /\n", kind="text/plain")

    with live_site({"/": page("/a"), "/robots.txt": rules}) as site:
        assert not crawled(site_at(site.url)).pages
        assert sorted(crawled(site_at(site.url), options=replace(QUICK, own_site=True, ignore_robots=True)).pages) == ["/", "/a"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_none_allows_all(status: int) -> None:
    with live_site({"/": page("/a"), "/robots.txt": Reply("Disallow: /", status)}) as site:
        assert sorted(crawled(site_at(site.url)).pages) == ["/", "/a"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_one_that_cannot_be_had_allows_nothing(status: int) -> None:
    with live_site({"/": page(), "/robots.txt": Reply("", status)}) as site:
        with pytest.raises(CrawlError, match=rf"robots\.txt answers {status}"):
            crawled(site_at(site.url))
        assert site.targets == []


def test_one_that_is_redirected_within_the_site_holds() -> None:
    rules = Reply("User-agent: *\nDisallow: /a\n", kind="text/plain")

    with live_site({"/": page("/a"), "/robots.txt": redirect("/rules.txt"), "/rules.txt": rules}) as site:
        assert sorted(crawled(site_at(site.url)).pages) == ["/"]
