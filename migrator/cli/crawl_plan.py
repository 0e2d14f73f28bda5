"""`migrator crawl --dry-run`: what a crawl would start from and how it would go. Keeps nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

import click

from migrator.cli.crawl_progress import plural
from migrator.cli.crawl_store import AsyncFrontier
from migrator.cli.source_reading import read_source, tell_reading
from migrator.crawl.archive import Archive
from migrator.crawl.located import locator
from migrator.crawl.options import CrawlOptions
from migrator.crawl.session import Session, open_session
from migrator.crawl.territory import territory_of
from migrator.pages.address_sheet import Columns
from migrator.pages.page import Side
from migrator.pages.visit import Found, Skipped, Source
from migrator.rules.rule import Site
from migrator.settings import Settings
from migrator.store.frontier import StoredFrontier
from migrator.store.open import open_store

Named = Sequence[tuple[Source, Sequence[str]]]  # addresses that files name, by kind of file


def read_lists(site: Site, side: Side, paths: Sequence[Path]) -> Named:
    """What files of addresses name; told on stderr. Raises SourceError where one cannot be read."""
    readings = [read_source(path, locator(territory_of(site, side)), None, Columns()) for path in paths]
    for reading in readings:
        tell_reading(reading)
    return [(reading.file.kind, reading.harvest.urls()) for reading in readings]


def tell_plan(settings: Settings, site: Site, side: Side, options: CrawlOptions, paths: Sequence[Path], as_json: bool) -> None:
    """Read robots.txt, sitemaps and files, and say what a crawl would do."""
    named = read_lists(site, side, paths)
    is_there = "://" in settings.store_url or Path(settings.store_url).exists()
    if not is_there:
        asyncio.run(_tell(site, side, options, None, named, as_json))
        return
    with open_store(settings.store_url) as opened:
        asyncio.run(_tell(site, side, options, opened.frontier(site.name, side), named, as_json))


def tell_archive_plan(site: Site, side: Side, paths: Sequence[Path], as_json: bool) -> None:
    """Index the archives, and say what they hold of the site."""
    with Archive(paths, locator(territory_of(site, side))) as archive:
        archive.index()
        if as_json:
            click.echo(json.dumps({"site": site.name, "side": side.value, "known": len(archive), "records": archive.records}))
            return
        held = plural(len(archive), "address", "addresses")
        click.echo(f"would read {held} of the {side} site from {plural(archive.records, 'record')}; nothing was kept", err=True)


async def _tell(
    site: Site, side: Side, options: CrawlOptions, stored: StoredFrontier | None, named: Named, as_json: bool
) -> None:
    async with open_session(site, side, options) as session:
        known, listed, skipped = await _counted(session, stored, named)
    plan = {
        "site": site.name,
        "side": side.value,
        "start": session.territory.start,
        "host": session.territory.host,
        "at_a_time": options.concurrency,
        "pause": session.pause,
        "known": known,
        "listed": listed,
        "skipped": skipped,
    }
    if as_json:
        click.echo(json.dumps(plan))
        return
    start = "with the list alone" if options.only_listed else f"at {plan['start']}"
    click.echo(
        f"would start {start}, asked for as {plan['host']}, with {plural(known, 'address', 'addresses')} known so far"
        f" ({listed} from files; {skipped} skipped), {options.concurrency} at a time, pausing {session.pause:g} s;"
        " nothing was kept",
        err=True,
    )


async def _counted(session: Session, stored: StoredFrontier | None, named: Named) -> tuple[int, int, int]:
    """How many addresses the crawl would start from, how many of them files alone name, and how many would be skipped."""
    known = listed = skipped = 0
    async for source, found, left_out in _batches(session, stored, named):
        forbidden = sum(bool(session.against(one.url)) for one in found)
        known += len(found) - forbidden
        listed += (len(found) - forbidden) * (source not in (Source.START, Source.SITEMAP))
        skipped += len(left_out) + forbidden
    return known, listed, skipped


async def _batches(
    session: Session, stored: StoredFrontier | None, named: Named
) -> AsyncIterator[tuple[Source, list[Found], list[Skipped]]]:
    ways: list[AsyncGenerator[tuple[list[Found], list[Skipped]], None]] = [session.named(named)]
    if not session.options.only_listed:
        ways = [session.seeds(), *([session.listed(AsyncFrontier(stored))] if stored else []), *ways]
    for way in ways:
        async with aclosing(way) as batches:
            async for found, left_out in batches:
                yield found[0].source if found else Source.START, found, left_out
