"""`migrator crawl --warc`: pours what web archives hold of a site into the store, as a crawl of the live site would be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import click

from migrator.cli.crawl_progress import Progress, plural, shown
from migrator.cli.crawl_store import AsyncFrontier, kept_alive
from migrator.crawl.archive import Archive
from migrator.crawl.archive_session import archived_visits
from migrator.crawl.located import locator
from migrator.crawl.options import CrawlOptions
from migrator.crawl.territory import territory_of
from migrator.errors import RefusalError, SourceError
from migrator.pages.page import Side
from migrator.pages.visit import Source
from migrator.rules.rule import Site
from migrator.store.frontier import StoredFrontier
from migrator.store.inventory import Filters
from migrator.store.store import Store


async def pour_archives(
    site: Site, side: Side, options: CrawlOptions, stored: StoredFrontier, progress: Progress, paths: Sequence[Path]
) -> None:
    """Read every page that the archives hold of the site. Raises SourceError where one cannot be read or they hold none."""
    territory = territory_of(site, side)
    with Archive(paths, locator(territory)) as archive:
        await asyncio.to_thread(archive.index)
        _tell(archive)
        if not len(archive):
            raise SourceError(
                f"the archives hold nothing of {territory.base}\n    check `legacy`, `new` and `hosts` in the config"
            )
        frontier = AsyncFrontier(stored)
        async with (
            shown(progress, stored.due),
            kept_alive(stored),
            aclosing(archived_visits(territory, options, archive, frontier)) as visits,
        ):
            async for visit in visits:
                await frontier.finish(visit)
                progress.count(visit)


def refuse_mixture(store: Store, site: str, side: Side, from_archives: bool) -> None:
    """Raise RefusalError where the crawl to go on with is of the live site and archives are given, or the other way round."""
    crawls = store.crawls(site, side)
    if not crawls or crawls[0].finished:
        return
    of_site, of_archives = (
        next(store.inventory(site, side, Filters(source=source), crawls[0].number), None) is not None
        for source in (Source.START, Source.WARC)
    )
    if from_archives and of_site:
        raise RefusalError("the crawl under way is of the live site\n    leave --warc out to go on with it, or add --fresh")
    if not from_archives and of_archives and not of_site:
        raise RefusalError("the crawl under way is of web archives\n    give --warc again to go on with it, or --fresh")


def _tell(archive: Archive) -> None:
    click.echo(f"{plural(archive.records, 'record')}: {plural(len(archive), 'address', 'addresses')} of the site", err=True)
    if archive.elsewhere:
        click.echo(f"  left out {archive.elsewhere}: an address of another site", err=True)
    for name, number in archive.damaged.items():
        click.echo(f"  {name} is damaged in {plural(number, 'place')}; the rest was read", err=True)
