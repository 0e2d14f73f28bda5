"""Puts the crawler's parts together for one side of one site: fetch, pauses, retries, robots, seeds, reader. Has no loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
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
from migrator.crawl.throttle import Throttled, Turns
from migrator.crawl.visitor import Visitor
from migrator.pages.page import Page, Side
from migrator.pages.visit import Entry, Found, Skipped, Source, Visit
from migrator.rules.rule import Site

ROBOTS = "robots.txt forbids it"
_LISTED_AT_ONCE = 1_000
Seeds = AsyncGenerator[tuple[list[Found], list[Skipped]], None]


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

    async def seeds(self) -> Seeds:
        """The addresses that the crawl starts from, in batches: the start, and what the sitemaps list."""
        yield self.surveyor.survey([self.territory.start], 0, Source.START)
        async with aclosing(listed(self.files, self.robots, self.options)) as batches:
            async for sitemap, addresses in batches:
                yield self.surveyor.survey(addresses, 0, Source.SITEMAP, sitemap)

    async def listed(self, frontier: Frontier) -> Seeds:
        """The addresses that imported files name, in batches."""
        after = ""
        while batch := await frontier.listed(after, _LISTED_AT_ONCE):
            for kind in dict.fromkeys(source for source, _ in batch):
                yield self.surveyor.survey([one.url for source, one in batch if source is kind], 0, kind)
            after = batch[-1][1].key

    async def named(self, addresses: Iterable[tuple[Source, Sequence[str]]]) -> Seeds:
        """These addresses, by the kind of file that names them, in batches."""
        for source, urls in addresses:
            for start in range(0, len(urls), _LISTED_AT_ONCE):
                yield self.surveyor.survey(urls[start : start + _LISTED_AT_ONCE], 0, source)

    async def visits(self, frontier: Frontier, more: Iterable[tuple[Source, Sequence[str]]] = ()) -> AsyncGenerator[Visit, None]:
        """Crawl: seed the frontier, unless that was done in a run before, and yield what came of each address in it.

        `more` are addresses that this run brings along; in list mode the crawl starts from them alone.
        """
        self.scope.remember(await frontier.keys_with_query())
        seeds = [self.named(more)]
        if not self.options.only_listed and not await frontier.seeded():
            seeds = [self.seeds(), self.listed(frontier), *seeds]
        for way in seeds:
            async with aclosing(way) as batches:
                async for found, skipped in batches:
                    await frontier.add(found, skipped)
        await frontier.mark_seeded()
        async with aclosing(Crawler(frontier, self._visitor(frontier.former), self.options).visits()) as visits:
            async for visit in visits:
                yield visit

    async def answers(self, urls: Iterable[str]) -> list[Page]:
        """What the site answers to these addresses, one after the other; those that may not be visited are left out."""
        visitor = self._visitor(_never_seen)
        entries = (Entry(0, url, self.territory.key(url)) for url in urls)
        visits = [await visitor.visit(entry) for entry in entries]
        return [visit.page for visit in visits if visit.page is not None]

    def _visitor(self, former: Callable[[Entry], Awaitable[Page | None]]) -> Visitor:
        pages = Follower(self.files.fetch, self.territory, self.options.max_hops, self.against)
        return Visitor(pages, self.surveyor, self.reader, self.options.max_body, former)


async def _never_seen(_: Entry) -> Page | None:
    return None


@asynccontextmanager
async def open_session(
    site: Site,
    side: Side,
    options: CrawlOptions,
    resolve: Resolve = resolve,
    turns: Callable[[str], Turns] | None = None,
) -> AsyncIterator[Session]:
    """Open the way to one side of a site and read its robots.txt. Raises CrawlError where that says that nothing may be had.

    `turns` gives the turns at a host; they are taken where one request at a time is asked for.
    """
    territory = territory_of(site, side)
    shared = turns(territory.upstream.netloc) if turns and options.concurrency == 1 else None
    scope = Scope(options, territory.folder, territory.start)
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(open_fetcher(territory, options, resolve))
        reader: Reader = await stack.enter_async_context(ProcessReader()) if options.own_site else ThreadReader()
        throttled = Throttled(fetcher, options.concurrency, options.pause(None), shared)
        files = Follower(Retried(throttled, options), territory, options.max_hops, lambda url: "")
        robots = await read_robots(files, options.ignore_robots)
        throttled.pause = options.pause(robots.crawl_delay)
        yield Session(territory, options, robots, throttled.pause, files, reader, scope, Surveyor(territory, scope))
