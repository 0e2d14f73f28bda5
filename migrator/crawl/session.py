"""Puts the crawler's parts together for one side of one site: fetch, pauses, retries, robots, seeds, reader. Has no loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

from migrator.crawl.addresses import Resolve, resolve
from migrator.crawl.crawler import Crawler
from migrator.crawl.fetch import open_fetcher
from migrator.crawl.frontier import Frontier
from migrator.crawl.options import CrawlOptions
from migrator.crawl.reader import ProcessReader, Reader, ThreadReader
from migrator.crawl.redirects import Follower
from migrator.crawl.retry import Retried
from migrator.crawl.robots import Robots, read_robots
from migrator.crawl.scope import Scope
from migrator.crawl.seeds import listed
from migrator.crawl.survey import Surveyor
from migrator.crawl.territory import Territory, territory_of
from migrator.crawl.throttle import Throttled
from migrator.crawl.visitor import Visitor
from migrator.pages.page import Side
from migrator.pages.visit import Found, Skipped, Source, Visit
from migrator.rules.rule import Site

ROBOTS = "robots.txt forbids it"


@dataclass(frozen=True, slots=True)
class Session:
    """An open way to one side of a site, whose robots.txt is read. `pause` is what is waited after each answer."""

    territory: Territory
    options: CrawlOptions
    robots: Robots
    pause: float
    files: Follower  # for robots.txt and sitemaps, which robots.txt has no say in
    reader: Reader
    scope: Scope
    surveyor: Surveyor

    def against(self, url: str) -> str:
        """Why an address is not visited, or ""."""
        forbidden = not self.options.ignore_robots and not self.robots.allows(url)
        return ROBOTS if forbidden else self.scope.against_address(url)

    async def seeds(self) -> AsyncGenerator[tuple[list[Found], list[Skipped]], None]:
        """The addresses that the crawl starts from, in batches: the start, and what the sitemaps list."""
        yield self.surveyor.survey([self.territory.start], 0, Source.START)
        async with aclosing(listed(self.files, self.robots, self.options)) as batches:
            async for addresses in batches:
                yield self.surveyor.survey(addresses, 0, Source.SITEMAP)

    async def visits(self, frontier: Frontier) -> AsyncGenerator[Visit, None]:
        """Crawl: seed the frontier, unless that was done in a run before, and yield what came of each address in it."""
        self.scope.remember(await frontier.keys_with_query())
        if not await frontier.seeded():
            async with aclosing(self.seeds()) as batches:
                async for found, skipped in batches:
                    await frontier.add(found, skipped)
            await frontier.mark_seeded()
        pages = Follower(self.files.fetch, self.territory, self.options.max_hops, self.against)
        visitor = Visitor(pages, self.surveyor, self.reader, self.options.max_body)
        async with aclosing(Crawler(frontier, visitor, self.options).visits()) as visits:
            async for visit in visits:
                yield visit


@asynccontextmanager
async def open_session(site: Site, side: Side, options: CrawlOptions, resolve: Resolve = resolve) -> AsyncIterator[Session]:
    """Open the way to one side of a site and read its robots.txt. Raises CrawlError where that says that nothing may be had."""
    territory = territory_of(site, side)
    scope = Scope(options, territory.folder)
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(open_fetcher(territory, options, resolve))
        reader: Reader = await stack.enter_async_context(ProcessReader()) if options.own_site else ThreadReader()
        throttled = Throttled(fetcher, options.concurrency, options.pause(None))
        files = Follower(Retried(throttled, options), territory, options.max_hops, lambda url: "")
        robots = await read_robots(files, options.ignore_robots)
        throttled.pause = options.pause(robots.crawl_delay)
        yield Session(territory, options, robots, throttled.pause, files, reader, scope, Surveyor(territory, scope))
