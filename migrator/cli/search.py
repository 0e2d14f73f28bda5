"""`migrator search query` and `migrator search misses`: the index as visitors ask it, and what they did not find."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import click

from migrator.cli.options import config_option
from migrator.cli.tables import plain, show_table
from migrator.pages.search_json import found_value
from migrator.pages.search_query import tidy
from migrator.pages.search_result import MOST_PAGES, Found, Query, Rung
from migrator.pages.search_snippet import Piece
from migrator.settings import load_settings
from migrator.store.search_index import SearchIndex
from migrator.store.search_misses import read_misses

FINDINGS = 1
_SAID = {
    Rung.MOST: "no page has all of these words; these have most of them",
    Rung.ANY: "no page has most of these words; these have one at least",
    Rung.NONE: "nothing found",
}


@click.command()
@click.argument("words", nargs=-1, required=True)
@config_option
@click.option("--site", default="", help="Only pages of this site of the config.")
@click.option("--language", default="", help="Only pages in this language, such as fr.")
@click.option("--section", default="", help="Only pages below this first folder of an address.")
@click.option("--reads", default="", help="The language that comes first, as for a visitor who reads it.")
@click.option("--page", type=click.IntRange(1, MOST_PAGES), default=1, show_default=True, help="Which ten of the results.")
@click.option("--json", "as_json", is_flag=True, help="Write the answer to stdout as JSON, as the site's own search.json has it.")
@click.pass_context
def query(ctx: click.Context, /, words: Sequence[str], config: Path, as_json: bool, **filters: str | int) -> None:
    """Search both sites for WORDS, as a visitor would.

    Exit code 1 where nothing is found.
    """
    settings = load_settings(config)
    index = SearchIndex(settings.search_index, settings.search_rules(), seconds=10.0)
    found = index.search(Query(tidy(" ".join(words)), **filters))  # type: ignore[arg-type]
    if as_json:
        click.echo(json.dumps(found_value(found), ensure_ascii=False, indent=2))
    else:
        _tell(found)
    ctx.exit(0 if found.total or found.pins else FINDINGS)


@click.command()
@config_option
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="Write the list to stdout as JSON.")
def misses(config: Path, days: int, as_json: bool) -> None:
    """List the words that visitors looked for and no page has, most asked for first.

    Words are counted by the day, and only those that were asked for several times on one; nothing is kept of who asked.
    Pages, synonyms and pins in search.yaml mend what is missing.
    """
    settings = load_settings(config)
    since = dt.datetime.now(dt.UTC).date() - dt.timedelta(days)
    totals: dict[str, tuple[int, dt.date]] = {}
    for day, word, times in read_misses(settings.search_misses, since):
        totals[word] = (totals.get(word, (0, day))[0] + times, day)
    rows = sorted(((word, count, day.isoformat()) for word, (count, day) in totals.items()), key=lambda row: (-row[1], row[0]))
    if as_json:
        click.echo(json.dumps([{"word": word, "count": count, "last": day} for word, count, day in rows], ensure_ascii=False))
        return
    show_table(("word", "asked", "last"), rows, "word")
    if not rows:
        click.echo("no word was looked for in vain often enough to be counted", err=True)


def _tell(found: Found) -> None:
    if found.rung in _SAID:
        click.echo(_SAID[found.rung], err=True)
    if found.meant:
        click.echo(f"did you mean: {plain(found.meant)}", err=True)
    for pin in found.pins:
        click.echo(f"{plain(pin.title)}  [pinned]\n  {pin.url}")
    for hit in found.hits:
        label = "" if hit.is_new else "  [not moved yet]"
        click.echo(f"{_text(hit.marked_title)}{label}\n  {plain(hit.address)}\n  {_text(hit.passage)}")
    more = "more than " if found.is_more else ""
    click.echo(f"{more}{found.total} found", err=True)


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(click.style(plain(piece.text), bold=True) if piece.is_marked else plain(piece.text) for piece in pieces)
