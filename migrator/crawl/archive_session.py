"""A crawl of web archives: the same addresses, bounds and readers as of a live site, and no network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack
from itertools import groupby, islice

from migrator.crawl.archive import Archive
from migrator.crawl.frontier import Frontier
from migrator.crawl.options import CrawlOptions
from migrator.crawl.reader import ProcessReader, Reader, ThreadReader
from migrator.crawl.redirects import Follower
from migrator.crawl.scope import Scope
from migrator.crawl.survey import Surveyor
from migrator.crawl.territory import Territory
from migrator.crawl.visitor import Visitor
from migrator.pages.visit import Found, Skipped, Source, Visit

NOT_HELD = "not in the archive"
_AT_ONCE = 1_000  # addresses that enter the frontier
_READ_AT_ONCE = 16  # pages


async def archived_visits(
    territory: Territory, options: CrawlOptions, archive: Archive, frontier: Frontier
) -> AsyncGenerator[Visit, None]:
    """Visit every address that the archive, which is indexed, holds of the site, and yield what came of each.

    Links that lead to what it does not hold are skipped with that reason.
    """
    scope = Scope(options, territory.folder, territory.start)
    surveyor = Surveyor(territory, scope)
    scope.remember(await frontier.keys_with_query())
    if not await frontier.seeded():
        for found, skipped in _seeds(archive, surveyor):
            await frontier.add(found, skipped)
        await frontier.mark_seeded()

    def against(url: str) -> str:
        return "" if territory.key(url) in archive else NOT_HELD

    async with AsyncExitStack() as stack:
        reader: Reader = await stack.enter_async_context(ProcessReader()) if options.own_site else ThreadReader()
        follower = Follower(archive.fetch, territory, options.max_hops, against)
        visitor = Visitor(follower, surveyor, reader, options.max_body, frontier.former)
        begun = 0
        while entries := await frontier.claim(min(_READ_AT_ONCE, (options.max_pages or begun + _READ_AT_ONCE) - begun)):
            for visit in await asyncio.gather(*map(visitor.visit, entries)):
                begun += visit.page is not None
                yield visit
            if options.max_pages is not None and begun >= options.max_pages:
                return


def _seeds(archive: Archive, surveyor: Surveyor) -> Iterator[tuple[list[Found], list[Skipped]]]:
    for name, held in groupby(archive.addresses(), key=lambda pair: pair[1]):
        while addresses := [url for url, _ in islice(held, _AT_ONCE)]:
            yield surveyor.survey(addresses, 0, Source.WARC, name)
