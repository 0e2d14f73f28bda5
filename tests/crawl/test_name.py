"""An upstream is asked under the name that it wants to be asked under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.crawl.crawling import QUICK, crawled
from tests.crawl.live_site import Reply, live_site, page, redirect, site_at

ABSENT = {"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}


@pytest.mark.parametrize("own_site", [False, True])
def test_an_upstream_that_sends_all_to_https_is_asked_as_its_front_would(own_site: bool) -> None:
    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        if headers.get("x-forwarded-proto") != "https":
            return redirect(f"https://{headers['host']}{target}")
        return page(*(f"/{number}" for number in range(20)))

    with live_site(ABSENT, answer) as site:
        result = crawled(site_at(site.url), options=replace(QUICK, own_site=own_site))

        assert len(result.pages) == 21
        assert {(one.status, one.hops, one.error) for one in result.pages.values()} == {(200, (), "")}
        assert len(site.targets) == 22


def test_an_upstream_that_prefers_another_of_its_hosts_is_asked_under_that() -> None:
    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        return page("/a") if headers["host"] == "old.example" else redirect(f"//old.example{target}")

    def absolute(target: str, headers: Mapping[str, str]) -> Reply:
        return page("/a") if headers["host"] == "old.example" else redirect(f"http://old.example{target}")

    with live_site(ABSENT, absolute) as site:
        assert {path: one.status for path, one in crawled(site_at(site.url)).pages.items()} == {"/": 200, "/a": 200}
    with live_site(ABSENT, answer) as site:
        assert {path: one.status for path, one in crawled(site_at(site.url)).pages.items()} == {"/": 200, "/a": 200}


def test_an_upstream_that_wants_every_name_to_be_another_ends() -> None:
    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        other = "old.example" if headers["host"] == "www.old.example" else "www.old.example"
        return redirect(f"http://{other}{target}")

    with live_site(ABSENT, answer) as site:
        assert crawled(site_at(site.url)).pages["/"].error == "redirects in a loop"
        assert len(site.targets) < 10


def test_a_redirect_to_another_address_is_a_hop_whatever_its_host() -> None:
    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        return redirect("https://old.example/b") if target == "/" else page()

    with live_site(ABSENT, answer) as site:
        assert len(crawled(site_at(site.url)).pages["/"].hops) == 1
