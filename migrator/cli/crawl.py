"""`migrator crawl`: pours what the crawler yields into the store, tells how it goes, and how it ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from migrator.cli.crawl_progress import Progress, plural, shown, summary
from migrator.cli.main import INTERRUPTED
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.crawl.options import POLITE_DELAY, CrawlOptions
from migrator.crawl.session import open_session
from migrator.errors import CrawlError
from migrator.pages.page import Side
from migrator.pages.visit import Entry, Found, Skipped
from migrator.rules.rule import Site
from migrator.store.frontier import Counts, StoredFrontier
from migrator.store.open import open_store

FAILURES_SHOWN = 5


@click.command()
@click.argument("side", type=click.Choice([side.value for side in Side]))
@config_option
@store_option
@site_option
@click.option("--own-site", is_flag=True, help="The site is yours: many requests at a time, without a pause.")
@click.option("--ignore-robots", is_flag=True, help="Visit what robots.txt forbids, too. Only with --own-site.")
@click.option("--fresh", is_flag=True, help="Crawl anew. Until that is finished, the crawl before is what other commands use.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many addresses; the same command goes on.")
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    help=f"Seconds to pause after each answer. [default: {POLITE_DELAY}, or what robots.txt asks for; none with --own-site]",
)
@click.option("--contact", default="", metavar="URL", help="Where the site's owner can reach you; sent in the User-Agent.")
@click.option("--dry-run", is_flag=True, help="Read robots.txt and sitemaps, say what would be done, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write the summary to stdout as JSON.")
def crawl(side: str, config: Path, store: str | None, site: str | None, fresh: bool, as_json: bool, **told: Any) -> None:
    """Visit every page of the LEGACY or the NEW site and remember it.

    Starts from the site's sitemaps and its first page, and follows links. Polite unless told otherwise: robots.txt is obeyed,
    and one page is asked for at a time.

    Whatever ends it (Ctrl-C, a crash, a site that goes away), the same command goes on where it stopped. A crawl that
    reached its end is not repeated unless --fresh asks for it.
    """
    dry_run, options = told.pop("dry_run"), _options(**told)
    settings, chosen = settings_and_site(config, store, site)
    if dry_run:
        asyncio.run(_tell_plan(chosen, Side(side), options, as_json))
        return
    with open_store(settings.store_url) as opened:
        frontier = opened.frontier(chosen.name, Side(side))
        frontier.begin(fresh)
        progress = Progress(f"{side} site of {chosen.name}")
        if frontier.counts().finished is None:
            _crawl(chosen, Side(side), options, frontier, progress)
        else:
            click.echo("this crawl had reached its end before; --fresh crawls again", err=True)
        counts = frontier.counts()
        _tell_end(counts, progress, as_json)
        _tell_failures(frontier, counts)
        _tell_next(Side(side), counts)


def _options(own_site: bool, ignore_robots: bool, limit: int | None, delay: float | None, contact: str) -> CrawlOptions:
    if ignore_robots and not own_site:
        raise click.UsageError("--ignore-robots is for your own site: say so with --own-site")
    return CrawlOptions(own_site=own_site, ignore_robots=ignore_robots, max_pages=limit, delay=delay, contact=contact)


def _crawl(site: Site, side: Side, options: CrawlOptions, frontier: StoredFrontier, progress: Progress) -> None:
    """Crawl until nothing is due or something ends it; what was done is kept in any case."""
    try:
        asyncio.run(_pour(site, side, options, frontier, progress))
    except KeyboardInterrupt:
        click.echo(summary(frontier.counts(), progress), err=True)
        click.echo("interrupted; the same command goes on where it stopped", err=True)
        click.get_current_context().exit(INTERRUPTED)
    counts = frontier.counts()
    if counts.due:
        return
    if not counts.pages:
        frontier.begin(fresh=True)
        raise CrawlError(_nothing(counts))
    frontier.mark_finished()


async def _pour(site: Site, side: Side, options: CrawlOptions, stored: StoredFrontier, progress: Progress) -> None:
    async with (
        shown(progress, stored.due),
        open_session(site, side, options) as session,
        aclosing(session.visits(_AsyncFrontier(stored))) as visits,
    ):
        async for visit in visits:
            await asyncio.to_thread(stored.finish, visit)
            progress.count(visit)


class _AsyncFrontier:
    """The store's frontier as the crawler asks for it: its waits for the disk do not hold up the network."""

    def __init__(self, stored: StoredFrontier) -> None:
        self._stored = stored

    async def seeded(self) -> bool:
        return await asyncio.to_thread(self._stored.seeded)

    async def mark_seeded(self) -> None:
        await asyncio.to_thread(self._stored.mark_seeded)

    async def add(self, found: Sequence[Found], skipped: Sequence[Skipped]) -> None:
        await asyncio.to_thread(self._stored.add, found, skipped)

    async def claim(self, limit: int) -> list[Entry]:
        return await asyncio.to_thread(self._stored.claim, limit)

    async def keys_with_query(self) -> Sequence[str]:
        return await asyncio.to_thread(lambda: list(self._stored.keys_with_query()))


async def _tell_plan(site: Site, side: Side, options: CrawlOptions, as_json: bool) -> None:
    async with open_session(site, side, options) as session:
        seeds = skipped = 0
        async with aclosing(session.seeds()) as batches:
            async for found, left_out in batches:
                forbidden = sum(bool(session.against(one.url)) for one in found)
                seeds += len(found) - forbidden
                skipped += len(left_out) + forbidden
    plan = {
        "site": site.name,
        "side": side.value,
        "start": session.territory.start,
        "host": session.territory.host,
        "at_a_time": options.concurrency,
        "pause": session.pause,
        "known": seeds,
        "skipped": skipped,
    }
    if as_json:
        click.echo(json.dumps(plan))
        return
    click.echo(
        f"would start at {plan['start']}, asked for as {plan['host']}, with {plural(seeds, 'address', 'addresses')} known so far"
        f" ({skipped} skipped), {options.concurrency} at a time, pausing {session.pause:g} s; nothing was kept",
        err=True,
    )


def _tell_end(counts: Counts, progress: Progress, as_json: bool) -> None:
    click.echo(summary(counts, progress), err=True)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "finished": counts.finished is not None,
                    "pages": counts.pages,
                    "redirects": counts.redirects,
                    "failures": counts.failures,
                    "due": counts.due,
                    "skipped": dict(counts.skipped),
                    "seconds": round(progress.seconds, 3),
                }
            )
        )


def _tell_failures(frontier: StoredFrontier, counts: Counts) -> None:
    """Name the first failures; and where the site has sent everything elsewhere, say what may be wrong."""
    shown = list(frontier.failures(FAILURES_SHOWN))
    for page in shown:
        click.echo(f"  {page.url}: {page.error or f'status {page.status}'}", err=True)
    if counts.failures > len(shown):
        click.echo(f"  … and {counts.failures - len(shown)} more", err=True)
    if counts.finished and counts.pages == 1 and shown and shown[0].final_url != shown[0].url:
        click.echo(
            f"the site sends its first page to {shown[0].final_url}, which is not an address of its own here\n"
            "    Write the address that it answers under: another scheme or port, or one more of its hosts.",
            err=True,
        )


def _tell_next(side: Side, counts: Counts) -> None:
    if counts.finished:
        step = "crawl new" if side is Side.LEGACY else "match --csv review.csv"
        click.echo(f"next: `migrator {step}`", err=True)


def _nothing(counts: Counts) -> str:
    why = "; ".join(f"{plural(number, 'address', 'addresses')}: {reason}" for reason, number in counts.skipped.items())
    mend = "    if the site is your own, --own-site --ignore-robots crawls it all the same"
    return f"nothing was crawled ({why or 'no address is known'})\n{mend}"
