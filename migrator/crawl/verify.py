"""Asks a running site for old addresses, follows where they lead, and tells what was seen. Judged is that elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from typing import TypeVar

from migrator.crawl.answer import Answer
from migrator.crawl.doors import Doors
from migrator.crawl.reader import Reader, ThreadReader
from migrator.errors import CrawlError, UpstreamError, UpstreamUnreachable
from migrator.pages.expectation import Expected, Seen, with_fragment
from migrator.pages.extract import Reading
from migrator.pages.metadata import asks_for_noindex
from migrator.pages.page import Content
from migrator.urls import normal_url

MAX_BODY = 2_000_000  # bytes of a page that are read for its canonical address
MOST_ENDS = 20_000  # new addresses whose state is remembered, since many old ones lead to one
MOST_UNREACHED = 10  # addresses in vain, before any was answered, until the site is taken to be away
T = TypeVar("T")
_HTML = ("text/html", "application/xhtml+xml")


class Verifier:
    """Looks at one address after the other, or at several at a time where the options allow it."""

    def __init__(self, doors: Doors, reader: Reader | None = None) -> None:
        self._doors = doors
        self._reader = reader or ThreadReader()
        self._ends: dict[str, Seen] = {}
        self._unreached = 0  # so far; -1 once there was an answer

    async def looks(self, wanted: Iterable[Expected]) -> AsyncGenerator[tuple[Expected, Seen], None]:
        """What was seen of each, as it comes in. Raises CrawlError where the site asks for a long rest, or is not there."""
        async with aclosing(self._each(wanted, self.look)) as each:
            async for one in each:
                yield one

    async def ends(self, urls: Iterable[str]) -> AsyncGenerator[tuple[str, Seen], None]:
        """The same for new addresses: where each ends."""
        async with aclosing(self._each(urls, self.end)) as each:
            async for one in each:
                yield one

    async def _each(
        self, wanted: Iterable[T], look: Callable[[T], Coroutine[None, None, Seen]]
    ) -> AsyncGenerator[tuple[T, Seen], None]:
        running: dict[asyncio.Task[Seen], T] = {}
        try:
            for one in wanted:
                running[asyncio.create_task(look(one))] = one
                if len(running) >= self._doors.options.concurrency:
                    for done in await _some(running):
                        yield running.pop(done), done.result()
            while running:
                for done in await _some(running):
                    yield running.pop(done), done.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def look(self, expected: Expected) -> Seen:
        """What one address answers; where it leads is followed if that is where it should lead."""
        try:
            answer = await self._doors.ask(expected.url)
        except UpstreamError as error:
            self._count_unreached(error)
            return Seen(error=str(error))
        self._unreached = -1
        if not answer.is_redirect:
            return Seen(answer.status)
        location = with_fragment(answer.location, expected.url)
        seen = Seen(answer.status, location, hops=1)
        if location != with_fragment(expected.location, expected.url):
            return seen._replace(hops=0)  # it fails already
        end = await self.end(normal_url(location) or location)
        return end._replace(status=answer.status, location=location, hops=1 + end.hops)

    def _count_unreached(self, error: UpstreamError) -> None:
        if self._unreached < 0 or not isinstance(error, UpstreamUnreachable):
            return
        self._unreached += 1
        if self._unreached >= MOST_UNREACHED:
            raise CrawlError(f"none of the first {MOST_UNREACHED} addresses was answered: {error}") from error

    async def end(self, url: str) -> Seen:
        """Where a new address ends, and what the page there says of itself; `hops` are those beyond it."""
        known = self._ends.get(url)
        if known is None:
            if len(self._ends) >= MOST_ENDS:
                self._ends.clear()
            known = self._ends[url] = await self._followed(url)
        return known

    async def _followed(self, url: str) -> Seen:
        taken: list[str] = []
        while url not in taken and len(taken) <= self._doors.options.max_hops:
            try:
                answer = await self._doors.ask(url)
            except (UpstreamError, CrawlError) as error:
                return Seen(hops=len(taken), final_url=url, error=f"{url}: {error}")
            if not answer.is_redirect:
                return await self._read(url, answer, len(taken))
            taken.append(url)
            url = normal_url(answer.location, url) or answer.location
        return Seen(hops=len(taken), final_url=url, error=f"{url} leads on and on")

    async def _read(self, url: str, answer: Answer, hops: int) -> Seen:
        reading = Reading(Content())
        if answer.status == 200 and answer.content_type in _HTML:
            reading = await self._reader.read(answer.body[:MAX_BODY], url, answer.charset)
        noindex = reading.noindex or any(map(asks_for_noindex, answer.robots.splitlines()))
        return Seen(0, "", hops, url, answer.status, reading.content.canonical, noindex)


async def _some(running: Mapping[asyncio.Task[Seen], object]) -> set[asyncio.Task[Seen]]:
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    return done
