"""A host is asked no more often than promised."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import replace

from migrator.crawl.answer import NONE, Answer
from migrator.crawl.throttle import Throttled
from tests.crawl.crawling import QUICK, crawled
from tests.crawl.live_site import LiveSite, Reply, live_site, page, site_at

LINKS = [f"/{number}" for number in range(5)]


def gaps(site: LiveSite) -> list[float]:
    return [after.came - before.left for before, after in itertools.pairwise(site.asked)]


def test_by_default_one_request_is_open_at_a_time_with_the_promised_pause_between() -> None:
    with live_site({"/": page(*LINKS)}) as site:
        crawled(site_at(site.url), options=replace(QUICK, delay=0.1))

        assert len(site.asked) == 8
        assert min(gaps(site)) >= 0.095


def test_the_pause_that_robots_txt_asks_for_is_kept() -> None:
    robots = Reply("User-agent: *\nCrawl-delay: 0.15\n", kind="text/plain")

    with live_site({"/": page(*LINKS[:3]), "/robots.txt": robots}) as site:
        crawled(site_at(site.url), options=replace(QUICK, delay=0.01))

        assert min(gaps(site)[1:]) >= 0.145


def test_an_own_site_is_asked_many_times_at_once_but_not_more_than_said() -> None:
    async def run() -> int:
        most = under_way = 0

        async def slow(url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
            nonlocal most, under_way
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.01)
            under_way -= 1
            return Answer(200)

        throttled = Throttled(slow, 3, 0.0)
        await asyncio.gather(*(throttled("http://h/", 1) for _ in range(12)))
        return most

    assert asyncio.run(run()) == 3


def test_a_slow_host_rests_as_long_as_it_took() -> None:
    async def run() -> float:
        async def slow(url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
            await asyncio.sleep(0.1)
            return Answer(200)

        throttled = Throttled(slow, 1, 0.001)
        clock = asyncio.get_running_loop().time
        started = clock()
        await throttled("http://h/", 1)
        await throttled("http://h/", 1)
        return clock() - started

    assert asyncio.run(run()) >= 0.29
