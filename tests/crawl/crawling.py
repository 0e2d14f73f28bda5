"""Crawls a live site in the test's own process, with a frontier that forgets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from migrator.crawl.options import CrawlOptions
from migrator.crawl.session import open_session
from migrator.pages.page import Page, Side
from migrator.pages.visit import Entry, Found, Listed, Skipped, Source, Visit
from migrator.rules.rule import Site

# Polite, but for tests: the pauses are short.
QUICK = CrawlOptions(delay=0.0, backoff=0.01, gap_timeout=2.0, connect_timeout=2.0, total_timeout=5.0)


@dataclass
class ForgetfulFrontier:
    """A frontier in memory."""

    entries: dict[str, Found] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    due: list[Entry] = field(default_factory=list)
    done: bool = False

    async def seeded(self) -> bool:
        """Whether it is seeded."""
        return self.done

    async def mark_seeded(self) -> None:
        """It is."""
        self.done = True

    async def add(self, found: Sequence[Found], skipped: Sequence[Skipped]) -> None:
        """Take in addresses."""
        for one in found:
            if one.key not in self.entries and one.key not in self.skipped:
                self.entries[one.key] = one
                self.due.append(Entry(len(self.entries), one.url, one.key, one.depth))
        for left_out in skipped:
            if left_out.found.key not in self.entries:
                self.skipped.setdefault(left_out.found.key, left_out.reason)

    async def claim(self, limit: int) -> list[Entry]:
        """Give out addresses."""
        self.due.sort(key=lambda entry: (entry.depth, entry.id))
        claimed, self.due = self.due[:limit], self.due[limit:]
        return claimed

    async def is_open(self) -> bool:
        """Nobody else is at work."""
        return False

    async def former(self, entry: Entry) -> Page | None:
        """There was no crawl before."""
        return None

    async def listed(self, after: str, limit: int) -> Sequence[tuple[Source, Listed]]:
        """No file names any."""
        return []

    async def keys_with_query(self) -> list[str]:
        """The keys with a query."""
        return [key for key in self.entries if "?" in key]


@dataclass
class Crawled:
    """What a crawl brought: pages by path, and reasons by key of what was skipped."""

    pages: dict[str, Page]
    skipped: dict[str, str]
    visits: list[Visit]


async def crawled_async(site: Site, side: Side = Side.LEGACY, options: CrawlOptions = QUICK) -> Crawled:
    """Crawl a site to its end."""
    frontier = ForgetfulFrontier()
    visits: list[Visit] = []
    async with open_session(site, side, options) as session, aclosing(session.visits(frontier)) as stream:
        async for visit in stream:
            await frontier.add(visit.found, visit.skipped)
            if visit.page is None:
                frontier.skipped[visit.entry.key] = visit.reason
            visits.append(visit)
        base = str(session.territory.base)
    pages = {visit.page.url.removeprefix(base): visit.page for visit in visits if visit.page is not None}
    return Crawled(pages, frontier.skipped, visits)


def crawled(site: Site, side: Side = Side.LEGACY, options: CrawlOptions = QUICK) -> Crawled:
    """Crawl a site to its end."""
    return asyncio.run(crawled_async(site, side, options))
