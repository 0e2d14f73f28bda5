"""`migrator pages`: the inventory of one side of a site, filtered, as a table, a list, a sheet or JSON. Changes nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

from migrator.cli.crawl_progress import plural
from migrator.cli.inventory_sheets import COLUMNS, refuse_to_replace, write_csv, write_workbook
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.tables import plain, show_table
from migrator.errors import RefusalError
from migrator.pages.page import Page, Side
from migrator.pages.visit import Source
from migrator.store.inventory import Filters, Known
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.urls import canonical_host, split_url

ON_TERMINAL = ("url", "status", "visits", "links", "title", "reason")
SHOWN = 200  # rows on a terminal
SORTED: dict[str, Callable[[Known], Any]] = {
    "url": lambda known: known.url,
    "visits": lambda known: (-known.visits, known.url),
    "links": lambda known: (-known.links, known.url),
    "size": lambda known: (-known.size, known.url),
    "status": lambda known: (known.status, known.url),
    "depth": lambda known: (sys.maxsize if known.depth is None else known.depth, known.url),
}


def _status(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and not (
        value.isascii() and (value.isdigit() or (len(value) == 3 and value[0].isdigit() and value[1:].lower() == "xx"))
    ):
        raise click.BadParameter("give a status such as 404, a class such as 4xx, or 0 for no answer")
    return value


def _type(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and "/" not in value:
        likely = {"pdf": "application/pdf", "html": "text/html"}.get(value.lower(), f"{value}/")
        raise click.BadParameter(f"give a whole type such as text/html, or a class such as image/: here perhaps {likely}")
    return value


@click.command()
@click.argument("side", type=click.Choice([side.value for side in Side]))
@config_option
@store_option
@site_option
@click.option("--status", default="", callback=_status, help="404, a class such as 4xx, or 0 for no answer.")
@click.option("--type", "content_type", default="", callback=_type, help="text/html, or a class such as image/.")
@click.option("--language", default="", help="fr, or a whole tag such as pt-br.")
@click.option("--path", default="", help="The beginning of the path, or a pattern in which * stands for anything.")
@click.option("--source", type=click.Choice([source.value for source in Source]), help="Seen there: on the site, or in files.")
@click.option("--skipped", is_flag=True, help="Seen and not visited; `reason` says why.")
@click.option("--redirects", is_flag=True, help="Redirected to another address.")
@click.option("--orphans", is_flag=True, help="No page links or redirects to it.")
@click.option("--links-to", metavar="HOST", help="Pages with links to that host, as they are after launch to the old one.")
@click.option("--crawl", "number", type=int, metavar="N", help="As that crawl knows it. [default: the last that reached its end]")
@click.option(
    "--sort", type=click.Choice(list(SORTED)), default="url", show_default=True, help="Most first, but for url, status and depth."
)
@click.option(
    "--csv", "sheet", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), help="Write a sheet (- for stdout)."
)
@click.option(
    "--xlsx", "workbook", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the sheet as a workbook."
)
@click.option("--json", "as_json", is_flag=True, help="Write an object per address, one a line.")
def pages(
    side: str,
    config: Path,
    store: str | None,
    site: str | None,
    links_to: str | None,
    number: int | None,
    sort: str,
    sheet: Path | None,
    workbook: Path | None,
    as_json: bool,
    source: str | None,
    **told: Any,
) -> None:
    """List every known address of the LEGACY or the NEW site: those that a crawl saw, and those that files name.

    On a terminal a table, in a pipe one URL a line; --csv, --xlsx and --json have all that is known. Several filters must
    all hold.
    """
    if sum(map(bool, (sheet, workbook, as_json))) > 1:
        raise click.UsageError("--csv, --xlsx and --json are forms of the same list; choose one")
    refuse_to_replace(sheet, workbook)
    settings, chosen = settings_and_site(config, store, site)
    filters = Filters(source=Source(source) if source else None, **told)
    with open_store(settings.store_url) as opened:
        _refuse_unknown(opened, chosen.name, Side(side), number)
        found = opened.inventory(chosen.name, Side(side), filters, number)
        if links_to:
            wanted = _linking(opened, chosen.name, Side(side), number, _host(links_to))
            found = (known for known in found if known.url in wanted)
        counted = Counter[str]()
        ordered = _counting(found if sort == "url" else iter(sorted(found, key=SORTED[sort])), counted)
        if workbook:
            write_workbook(ordered, workbook)
        else:
            _write(ordered, sheet, as_json)
    told_of = ", ".join(f"{count} {state}" for state, count in counted.most_common())
    click.echo(plural(counted.total(), "address", "addresses") + (f": {told_of}" if told_of else ""), err=True)


def _refuse_unknown(store: Store, site: str, side: Side, number: int | None) -> None:
    crawls = store.crawls(site, side)
    if number is not None and number not in [crawl.number for crawl in crawls]:
        numbers = ", ".join(str(crawl.number) for crawl in crawls) or "none"
        raise RefusalError(f"there is no crawl {number} of the {side} site; there are: {numbers}")
    if not crawls and not store.imports(site, side):
        click.echo(f"nothing is known yet; run `migrator crawl {side}` or `migrator sources {side} FILE`", err=True)


def _host(text: str) -> str:
    """The host that was asked for, whether alone or in a URL."""
    try:
        return canonical_host(split_url(text)[0] or text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--links-to") from error


def _linking(store: Store, site: str, side: Side, number: int | None, host: str) -> set[str]:
    """The addresses of the pages that link to a host."""
    crawl = next((crawl for crawl in store.crawls(site, side) if crawl.number == number), None)
    read = store.crawl_pages(crawl) if crawl else store.pages(site, side)
    return {page.url for page in read if _links_to(page, host)}


def _links_to(page: Page, host: str) -> bool:
    return any(split_url(link.url)[0] == host for link in page.content.links)


def _counting(found: Iterable[Known], counted: Counter[str]) -> Iterator[Known]:
    for known in found:
        counted[known.state] += 1
        yield known


def _write(found: Iterator[Known], sheet: Path | None, as_json: bool) -> None:
    if sheet:
        write_csv(found, sheet)
    elif as_json:
        for known in found:
            click.echo(json.dumps({name: column(known) for name, column in COLUMNS.items()}, ensure_ascii=False))
    elif sys.stdout.isatty():
        show_table(ON_TERMINAL, ([COLUMNS[name](known) for name in ON_TERMINAL] for known in islice(found, SHOWN)), widest="url")
        if rest := sum(1 for _ in found):
            click.echo(f"… and {rest} more; --csv FILE has all", err=True)
    else:
        for known in found:
            click.echo(plain(known.url))
