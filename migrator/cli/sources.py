"""`migrator sources`: pours files of addresses (lists, sheets, logs, archives) into the store, lists them, and forgets them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from migrator.cli.crawl_progress import plural
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.source_reading import Reading
from migrator.cli.tables import show_table
from migrator.cli.taking_in import take_in
from migrator.errors import RefusalError
from migrator.pages.address_sheet import Columns
from migrator.pages.file_kind import Kind
from migrator.pages.page import Side
from migrator.rules.rule import Site
from migrator.store.crawls import Crawl
from migrator.store.imports import Import
from migrator.store.open import open_store
from migrator.store.store import Store

NOTHING_NAMED, FAILED = 1, 2
HEADINGS = ("id", "file", "kind", "addresses", "visits", "taken in")
Command = TypeVar("Command", bound=Callable[..., object])


def _reading_options(command: Command) -> Command:
    """The options that say how a file is to be read."""
    for option in (
        click.option("--day-column", default="", metavar="COLUMN", help="Of a sheet, the column of the day."),
        click.option("--visits-column", default="", metavar="COLUMN", help="Of a sheet, the column of visits; `none` for none."),
        click.option("--column", default="", metavar="COLUMN", help="Of a sheet, the column of addresses, by name or number."),
        click.option(
            "--as", "kind", type=click.Choice([kind.value for kind in Kind]), help="What the files are. [default: seen from each]"
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("side", type=click.Choice([side.value for side in Side]))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@config_option
@store_option
@site_option
@_reading_options
@click.option("--forget", type=int, metavar="ID", help="Let go of a file and of all that it alone gave.")
@click.option("--dry-run", is_flag=True, help="Read the files and say what they hold; keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write to stdout as JSON what was taken in, or the list.")
def sources(
    side: str,
    files: tuple[Path, ...],
    config: Path,
    store: str | None,
    site: str | None,
    kind: str | None,
    column: str,
    visits_column: str,
    day_column: str,
    forget: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take addresses of the LEGACY or the NEW site from FILES, so that the next crawl visits them too; without FILES, list them.

    Lists (one URL or path a line), sheets (CSV or TSV of Screaming Frog, Search Console, analytics, backlinks and the like),
    access logs (common, combined, with virtual hosts, or IIS), web archives (WARC, ARC), their indexes (CDX) and sitemaps,
    compressed with gzip or not; - is stdin. Sheets and logs also tell how often a page is visited; of who visited it, nothing is
    kept.

    The same file counts once. A newer list or sheet of the same name takes the place of the older one; a log that has grown
    takes the place of its own beginning.
    """
    settings, chosen = settings_and_site(config, store, site)
    if forget is not None and (files or dry_run):
        raise click.UsageError("--forget stands alone")
    columns = Columns(column, visits_column, day_column)
    with open_store(settings.store_url) as opened:
        if forget is not None:
            _forget(opened, chosen, Side(side), forget)
        elif files:
            wanted = Kind(kind) if kind else None
            readings = [take_in(opened, chosen, Side(side), file, wanted, columns, dry_run) for file in files]
            if not dry_run and any(reading and len(reading.harvest) for reading in readings):
                _tell_next(opened.crawls(chosen.name, Side(side)), side)
            _finish(readings, as_json)
        else:
            _list(opened.imports(chosen.name, Side(side)), side, as_json)


def _finish(readings: Sequence[Reading | None], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_json(reading) for reading in readings if reading]))
    if None in readings:
        click.get_current_context().exit(FAILED)
    if not all(reading and len(reading.harvest) for reading in readings):
        click.get_current_context().exit(NOTHING_NAMED)


def _tell_next(crawls: Sequence[Crawl], side: str) -> None:
    """Which crawl visits what was taken in."""
    if crawls and not crawls[0].finished:
        ways = f"`migrator crawl {side}` ends it, and --fresh after that visits all"
        click.echo(f"the crawl under way began without what is new here: {ways}", err=True)
        return
    click.echo(f"next: `migrator crawl {side}{' --fresh' if crawls else ''}` visits them too", err=True)


def _as_json(reading: Reading) -> dict[str, object]:
    harvest = reading.harvest
    return {
        "file": reading.file.name,
        "kind": reading.kind,
        "rows": harvest.rows,
        "addresses": len(harvest),
        "visits": harvest.visits,
        "left_out": dict(harvest.left_out),
        "refused": dict(harvest.refusals),
        "remarks": list(reading.remarks),
    }


def _forget(store: Store, site: Site, side: Side, number: int) -> None:
    if not store.forget_import(site.name, side, number):
        raise RefusalError(f"there is no file {number}; `migrator sources {side}` lists them")
    click.echo(f"forgot file {number}; addresses that a crawl knows stay known to it", err=True)


def _list(imports: Sequence[Import], side: str, as_json: bool) -> None:
    rows = [
        (one.id, one.file.name, one.file.kind.value, one.addresses, one.visits, f"{one.taken:%Y-%m-%d %H:%M}") for one in imports
    ]
    if as_json:
        names = ("id", "file", "kind", "addresses", "visits", "taken")
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return
    show_table(HEADINGS, rows, widest="file")
    click.echo(f"{plural(len(rows), 'file')} of addresses of the {side} site (times are UTC)", err=True)
