"""`migrator crawl`: pours what the crawler yields into the store, tells how it goes, and how it ended."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import click

from migrator.cli.crawl_archive import pour_archives, refuse_mixture
from migrator.cli.crawl_marks import Marked, mark_pages, tell_marks
from migrator.cli.crawl_options import crawl_options, options_of
from migrator.cli.crawl_plan import Named, tell_archive_plan, tell_plan
from migrator.cli.crawl_progress import Progress, plural, shown, summary
from migrator.cli.crawl_store import AsyncFrontier, AsyncTurns, kept_alive
from migrator.cli.main import INTERRUPTED
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.taking_in import take_in
from migrator.crawl.options import CrawlOptions
from migrator.crawl.session import open_session
from migrator.errors import CrawlError, StoreError
from migrator.pages.address_sheet import Columns
from migrator.pages.page import Page, Side
from migrator.rules.rule import Site
from migrator.store.counts import Counts
from migrator.store.frontier import StoredFrontier
from migrator.store.open import open_store
from migrator.store.store import Store

FAILURES_SHOWN = 5
UNREADABLE = 2
FILE = click.Path(path_type=Path, allow_dash=True)


class Job(NamedTuple):
    """What is crawled, and how; `archives` are web archives in the place of the live site."""

    site: Site
    side: Side
    options: CrawlOptions
    archives: tuple[Path, ...]


@click.command()
@click.argument("side", type=click.Choice([side.value for side in Side]))
@config_option
@store_option
@site_option
@crawl_options
@click.option("--fresh", is_flag=True, help="Crawl anew. Until that is finished, the crawl before is what other commands use.")
@click.option("--whole", is_flag=True, help="With --fresh, have every page sent, those too that have not changed.")
@click.option(
    "--list",
    "lists",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Take in a file of addresses as `migrator sources` does, and visit those too.",
)
@click.option("--no-links", is_flag=True, help="List mode: visit what --list names, and nothing else.")
@click.option(
    "--warc", "archives", multiple=True, type=FILE, metavar="FILE", help="Read pages from a web archive, not from the site."
)
@click.option("--dry-run", is_flag=True, help="Read robots.txt, sitemaps and files, say what would be done, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write the summary to stdout as JSON.")
def crawl(
    side: str,
    config: Path,
    store: str | None,
    site: str | None,
    fresh: bool,
    whole: bool,
    lists: tuple[Path, ...],
    archives: tuple[Path, ...],
    dry_run: bool,
    as_json: bool,
    **told: Any,
) -> None:
    """Visit every page of the LEGACY or the NEW site and remember it.

    Starts from the site's sitemaps and its first page, and follows links. Polite unless told otherwise: robots.txt is obeyed,
    and one page is asked for at a time.

    Whatever ends it (Ctrl-C, a crash, a site that goes away), the same command goes on where it stopped. A crawl that
    reached its end is not repeated unless --fresh asks for it; pages that have not changed since are not sent again then.

    It also visits what files name: those that `migrator sources` took in before, and those of --list. Where the site is gone,
    --warc reads its pages from web archives.

    While it runs, the same command elsewhere joins in, with a store in PostgreSQL from any machine.
    """
    options = options_of(**told)
    _refuse_contradictions(fresh, whole, lists, archives, options)
    settings, chosen = settings_and_site(config, store, site)
    job = Job(chosen, Side(side), options, archives)
    if dry_run:
        tell_archive_plan(job.site, job.side, archives, as_json) if archives else tell_plan(settings, *job[:3], lists, as_json)
        return
    with open_store(settings.store_url) as opened:
        named = _taken_in(opened, job, lists)
        if not fresh:
            refuse_mixture(opened, chosen.name, Side(side), bool(archives))
        _go_on(opened, job, named, fresh, whole or bool(archives), as_json)


def _go_on(opened: Store, job: Job, named: Named, fresh: bool, whole: bool, as_json: bool) -> None:
    """Crawl as far as it goes, and tell how it ended."""
    with _joined(opened.frontier(job.site.name, job.side), fresh, whole) as frontier:
        progress = Progress(f"{job.side} site of {job.site.name}")
        marked = Marked()
        was_finished = frontier.counts().finished is not None
        if not was_finished:
            asked = None if job.archives else job.options  # archives are no site that could be asked
            mark = functools.partial(mark_pages, opened, job.site, job.side, asked)
            marked = _crawl(job, named, frontier, progress, mark)
        else:
            more = "; what --list names is kept for that" if named else ""
            click.echo(f"this crawl had reached its end before, and visits nothing more; --fresh crawls again{more}", err=True)
        counts = frontier.counts()
        _tell_end(counts, progress, as_json)
        tell_marks(marked)
        first = _tell_failures(frontier, counts)
        if counts.finished and first and _is_nothing(job, counts, first):
            _tell_of_nothing(job, first)
        elif counts.finished:
            click.echo(f"next: `migrator {_next(opened, job, bool(named) and was_finished)}`", err=True)


@contextmanager
def _joined(frontier: StoredFrontier, fresh: bool, whole: bool) -> Iterator[StoredFrontier]:
    """Be at work on the crawl for as long as the block runs, however it ends."""
    frontier.begin(fresh, whole)
    try:
        yield frontier
    finally:
        with suppress(StoreError):  # where the store failed, what was claimed is due again when this process is gone
            frontier.leave()


def _refuse_contradictions(
    fresh: bool, whole: bool, lists: Sequence[Path], archives: Sequence[Path], options: CrawlOptions
) -> None:
    if whole and not fresh:
        raise click.UsageError("--whole says how --fresh crawls: give both")
    if options.only_listed and not lists:
        raise click.UsageError("--no-links visits what --list names: give both")
    if archives and lists:
        raise click.UsageError("--warc reads from archives, --list is for the live site: give one of them")


def _taken_in(opened: Store, job: Job, lists: Sequence[Path]) -> Named:
    """Take in files of addresses, and what they name; exits where one cannot be read."""
    readings = [take_in(opened, job.site, job.side, path, None, Columns()) for path in lists]
    if None in readings:
        click.get_current_context().exit(UNREADABLE)
    return [(reading.file.kind, reading.harvest.urls()) for reading in readings if reading]


def _crawl(job: Job, named: Named, frontier: StoredFrontier, progress: Progress, mark: Callable[[], Marked]) -> Marked:
    """Crawl until nothing is due or something ends it, then mark; what was done is kept in any case."""
    try:
        asyncio.run(
            pour_archives(*job[:3], frontier, progress, job.archives) if job.archives else _pour(job, named, frontier, progress)
        )
        marked = Marked() if frontier.counts().due else mark()
    except KeyboardInterrupt:
        click.echo(summary(frontier.counts(), progress), err=True)
        click.echo("interrupted; the same command goes on where it stopped", err=True)
        click.get_current_context().exit(INTERRUPTED)
    counts = frontier.counts()
    if counts.due:
        return marked
    if not counts.pages:
        frontier.begin(fresh=True)
        raise CrawlError(_nothing(counts))
    frontier.mark_finished()
    return marked


async def _pour(job: Job, named: Named, stored: StoredFrontier, progress: Progress) -> None:
    frontier = AsyncFrontier(stored)
    async with (
        shown(progress, stored.due),
        kept_alive(stored),
        open_session(*job[:3], turns=lambda host: AsyncTurns(stored.turns(host))) as session,
        aclosing(session.visits(frontier, named)) as visits,
    ):
        async for visit in visits:
            await frontier.finish(visit)
            progress.count(visit)


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
                    "unchanged": counts.unchanged,
                    "due": counts.due,
                    "skipped": dict(counts.skipped),
                    "seconds": round(progress.seconds, 3),
                }
            )
        )


def _tell_failures(frontier: StoredFrontier, counts: Counts) -> Page | None:
    """Name the first failures, and give the very first."""
    shown = list(frontier.failures(FAILURES_SHOWN))
    for page in shown:
        click.echo(f"  {page.url}: {page.error or f'status {page.status}'}", err=True)
    if counts.failures > len(shown):
        click.echo(f"  … and {counts.failures - len(shown)} more", err=True)
    return shown[0] if shown else None


def _is_nothing(job: Job, counts: Counts, first: Page) -> bool:
    """Whether a crawl of a live site found no page of it; `first` is the first failure."""
    is_elsewhere = counts.pages == 1 and first.final_url != first.url
    return (is_elsewhere or counts.pages == counts.failures) and not (job.archives or job.options.only_listed)


def _tell_of_nothing(job: Job, first: Page) -> None:
    """Where no address of the site gave a page, say what may be wrong; another step would come to nothing."""
    if first.final_url != first.url:
        said = f"the site sends its first page to {first.final_url}, which is not an address of its own here"
        mend = "Write the address that it answers under: another scheme or port, or one more of its hosts."
    else:
        said = f"no page of the {job.side} site could be read"
        keys = "`legacy` and the first of `hosts`" if job.side is Side.LEGACY else "`new` and `new_upstream`"
        mend = f"Check {keys} in the config, then crawl with --fresh."
    click.echo(f"{said}\n    {mend}", err=True)


def _next(store: Store, job: Job, wants_fresh: bool) -> str:
    """What to do after this crawl, of which all that is there already is done."""
    if wants_fresh:
        return f"crawl {job.side} --fresh"
    other = Side.NEW if job.side is Side.LEGACY else Side.LEGACY
    crawled = any(crawl.finished for crawl in store.crawls(job.site.name, other))
    return "match --csv review.csv" if crawled else f"crawl {other}"


def _nothing(counts: Counts) -> str:
    why = "; ".join(f"{plural(number, 'address', 'addresses')}: {reason}" for reason, number in counts.skipped.items())
    mend = "    if the site is your own, --own-site --ignore-robots crawls it all the same"
    return f"nothing was crawled ({why or 'no address is known'})\n{mend}"
