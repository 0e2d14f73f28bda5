"""`migrator crawl history` and `migrator crawl diff`: the crawls that are kept, and what changed between two of them."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from migrator.cli.crawl_progress import plural
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.sheets import write_report
from migrator.crawl.territory import territory_of
from migrator.errors import RefusalError
from migrator.pages.changes import Change, Kind, as_sheet, changes
from migrator.pages.page import Side
from migrator.store.crawls import Crawl
from migrator.store.open import open_store

NAMED = 20  # changes of one kind
DRIFT = 1
_LAST, _PREVIOUS = "last", "previous"

side_argument = click.argument("side", type=click.Choice([side.value for side in Side]))


@click.command()
@side_argument
@config_option
@store_option
@site_option
@click.option("--json", "as_json", is_flag=True, help="Write the list to stdout as JSON.")
def history(side: str, config: Path, store: str | None, site: str | None, as_json: bool) -> None:
    """List the crawls of the LEGACY or the NEW site that are kept, newest first.

    The last five that reached their end are kept, and the one under way. `migrator crawl diff` compares two of them.
    """
    settings, chosen = settings_and_site(config, store, site)
    with open_store(settings.store_url) as opened:
        kept = opened.crawls(chosen.name, Side(side))
    if as_json:
        click.echo(json.dumps([_told(crawl) for crawl in kept]))
        return
    for crawl in kept:
        click.echo(line(crawl))
    if not kept:
        click.echo(f"no crawl is kept; `migrator crawl {side}` makes one", err=True)
    elif kept[0].finished is None:
        number = kept[0].number
        ways = f"`migrator crawl {side}` goes on with it, `migrator crawl forget {side} {number}` lets go of it"
        click.echo(f"crawl {number} has not reached its end: {ways}", err=True)


@click.command()
@side_argument
@click.argument("before", default=_PREVIOUS, metavar="[A]")
@click.argument("after", default=_LAST, metavar="[B]")
@config_option
@store_option
@site_option
@click.option("--json", "as_json", is_flag=True, help="Write every change to stdout as JSON.")
@click.option(
    "--csv", "sheet", type=click.Path(path_type=Path), metavar="FILE", help="Write every change to a sheet; - is stdout."
)
@click.option("--most", type=click.IntRange(min=0), default=NAMED, show_default=True, help="Name so many changes of each kind.")
def diff(
    side: str,
    before: str,
    after: str,
    config: Path,
    store: str | None,
    site: str | None,
    as_json: bool,
    sheet: Path | None,
    most: int,
) -> None:
    """Compare crawl A of the LEGACY or the NEW site with crawl B.

    A and B are the number of a crawl (`migrator crawl history` lists them), `last`, `previous`, or a date such as 2026-11-24,
    which is the last crawl that had begun by then. Left out, they are the last two that reached their end.

    Tells which addresses were added and removed, and where status, redirect target, canonical address or title changed.
    Exits with 1 where anything did.
    """
    settings, chosen = settings_and_site(config, store, site)
    with open_store(settings.store_url) as opened:
        kept = opened.crawls(chosen.name, Side(side))
        crawls = _chosen(kept, before, side), _chosen(kept, after, side)
        one, other = map(opened.crawl_pages, crawls)
        found = list(changes(one, other, territory_of(chosen, Side(side)).key))
    counts = Counter(change.kind for change in found)
    if sheet:
        write_report(sheet, "".join(as_sheet(found)))
    if as_json:
        click.echo(json.dumps(_as_json(crawls, found, counts), ensure_ascii=False))
    elif sheet is None:
        _tell(found, most)
    _tell_counts(crawls, counts)
    click.get_current_context().exit(DRIFT if found else 0)


def _chosen(kept: Sequence[Crawl], said: str, side: str) -> Crawl:
    """The crawl that a number, a date or a word stands for. Raises RefusalError, which names those that are kept."""
    finished = [crawl for crawl in kept if crawl.finished]
    place = {_LAST: 0, _PREVIOUS: 1}.get(said)
    if place is not None:
        found = finished[place : place + 1]
    elif said.isascii() and said.isdigit() and len(said) < 9:
        found = [crawl for crawl in kept if crawl.number == int(said)]
    else:
        found = [crawl for crawl in finished if crawl.started.date() <= _date(said)][:1]
    if found:
        return found[0]
    known = "; ".join(map(line, kept)) or "none"
    if place is None:
        raise RefusalError(f"there is no crawl {said!r} of the {side} site. Kept: {known}\n    choose one of them")
    ended = "only one crawl" if finished else "no crawl"
    before = ", so there is none before it to compare with" if finished else ""
    mend = (
        f"crawl again with `migrator crawl {side} --fresh`"
        if finished
        else f"`migrator crawl {side}` makes one, or goes on with it"
    )
    raise RefusalError(f"{ended} of the {side} site has reached its end{before}. Kept: {known}\n    {mend}")


def _date(said: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise click.UsageError(f"{said!r} is no crawl: write its number, a date such as 2026-11-24, last or previous") from None


def _tell(found: Iterable[Change], most: int) -> None:
    groups: dict[Kind, list[Change]] = defaultdict(list)
    for change in found:
        groups[change.kind].append(change)
    for kind in Kind:
        if group := groups[kind]:
            click.echo(f"{kind}: {len(group)}")
            for change in group[:most]:
                click.echo(f"  {_shown(change.url)}{_shown(_difference(change))}")
            if len(group) > most:
                click.echo(f"  and {len(group) - most} more")


def _difference(change: Change) -> str:
    if change.kind in (Kind.ADDED, Kind.REMOVED):
        return f" ({change.before or change.after})"
    return f": {change.before or 'none'} → {change.after or 'none'}"


def _shown(text: str) -> str:
    """`text` with nothing in it that a terminal would take for a command."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _tell_counts(crawls: tuple[Crawl, Crawl], counts: Counter[Kind]) -> None:
    one, other = crawls
    said = ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind]) or "nothing changed"
    click.echo(f"crawl {one.number} to crawl {other.number}: {said}", err=True)
    for crawl in crawls:
        if crawl.finished is None:
            click.echo(f"crawl {crawl.number} is under way: what it has not visited yet counts as missing", err=True)


def _as_json(crawls: tuple[Crawl, Crawl], found: Iterable[Change], counts: Counter[Kind]) -> dict[str, Any]:
    return {
        "before": _told(crawls[0]),
        "after": _told(crawls[1]),
        "counts": {kind: counts[kind] for kind in Kind},
        "changes": [asdict(change) for change in found],
    }


def _told(crawl: Crawl) -> dict[str, Any]:
    finished = crawl.finished.isoformat() if crawl.finished else None
    return {
        "number": crawl.number,
        "started": crawl.started.isoformat(),
        "finished": finished,
        "pages": crawl.pages,
        "soft_404s": crawl.soft_404s,
        "near_duplicates": crawl.near_duplicates,
    }


def line(crawl: Crawl) -> str:
    """A crawl in one line, its number first."""
    ended = f"finished {crawl.finished:%Y-%m-%d %H:%M}" if crawl.finished else "under way"
    marked = f", {plural(crawl.soft_404s, 'soft 404')}" if crawl.soft_404s else ""
    marked += f", {plural(crawl.near_duplicates, 'near-duplicate')}" if crawl.near_duplicates else ""
    return f"{crawl.number}: begun {crawl.started:%Y-%m-%d %H:%M}, {ended}, {plural(crawl.pages, 'page')}{marked}"
