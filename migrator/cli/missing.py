"""`migrator missing`: addresses that visitors asked for in vain, most visits first, and what would mend each."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.sheets import sheet_text, write_report
from migrator.cli.tables import show_table
from migrator.pages.counts import OTHERS, Lack, Missed
from migrator.pages.suggestion import Candidate
from migrator.rules.decision import Gone, NotFound, Redirect
from migrator.rules.rule import Site
from migrator.rules.table import Request, RuleTable
from migrator.serve.path_patterns import matches_any, path_patterns
from migrator.settings import Settings
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.urls import look_up_key, split_url

COLUMNS = ("old_url", "new_url", "confidence", "visits", "lack", "last")


@click.command()
@config_option
@store_option
@site_option
@click.option("--days", type=click.IntRange(min=1), default=30, show_default=True, help="Count the visits of so many days.")
@click.option(
    "--lack",
    type=click.Choice([lack.value for lack in Lack]),
    multiple=True,
    help="Only addresses that are missing so. [default: all]",
)
@click.option(
    "--ignore", multiple=True, metavar="PATH", help="Leave these out; * stands for anything. `server.ignore_missing` too."
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Show so many; --csv and --json all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one address a line.")
@click.option(
    "--csv", "sheet", type=click.Path(path_type=Path), help="Write a sheet that `migrator publish --csv` takes; - is stdout."
)
def missing(
    config: Path,
    store: str | None,
    site: str | None,
    days: int,
    lack: tuple[str, ...],
    ignore: tuple[str, ...],
    limit: int,
    as_json: bool,
    sheet: Path | None,
) -> None:
    """List the addresses that led visitors nowhere, or nowhere yet, as `migrator serve` counted them: most visits first.

    Programs, scanners and parts of pages are not counted. An address that a rule answers by now is left out. Where the
    matcher has a candidate it is named, with the command that makes the rule.
    """
    settings, chosen = settings_and_site(config, store, site)
    since = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days - 1)
    ignored = path_patterns([*settings.watch.ignored, *ignore])
    with open_store(settings.store_url) as opened:
        found = [one for one in opened.missing(chosen.name, since.isoformat()) if not lack or one.name.lack in lack]
        best = _candidates(opened, chosen)
    left = list(_unresolved([one for one in found if not matches_any(ignored, one.name.key)], settings, chosen))
    rows = [_row(one, best.get(one.name.key)) for one in left]
    _show(rows, as_json, sheet, limit, chosen if len(settings.sites) > 1 else None)
    others = sum(one.count for one in found if one.name.key == OTHERS)
    more = f", and {others:,} visits of addresses too many to keep" if others else ""
    click.echo(f"{len(rows):,} addresses, {sum(row['visits'] for row in rows):,} visits in {days} days{more}", err=True)


def _unresolved(found: list[Missed], settings: Settings, site: Site) -> Iterator[Missed]:
    """Those that no rule answers by now, and those that are said to be gone."""
    table = RuleTable(settings.sites.values(), settings.rules)
    for one in found:
        path, _, query = one.name.key.partition("?")
        decision = table.decide(Request(path.encode(), query.encode(), site.hosts[0]))
        has_rule = decision.rule is not None and not isinstance(decision, NotFound)
        still_gone = isinstance(decision, Gone) and one.name.lack == Lack.GONE
        if one.name.key != OTHERS and (still_gone or not (has_rule or isinstance(decision, Redirect))):
            yield one


def _candidates(store: Store, site: Site) -> dict[str, Candidate]:
    """The matcher's best candidate of each old page that has one, by look-up key."""
    found = {}
    for suggestion in store.suggestions(site.name):
        _, path, query = split_url(suggestion.old_url)
        if suggestion.best is not None:
            found[str(look_up_key(path or "/", query, site.folding))] = suggestion.best
    return found


def _row(one: Missed, best: Candidate | None) -> dict[str, Any]:
    target, confidence = (best.url, round(best.confidence, 3)) if best else ("", "")
    return dict(zip(COLUMNS, (one.name.key, target, confidence, one.count, one.name.lack, one.last), strict=True))


def _show(rows: list[dict[str, Any]], as_json: bool, sheet: Path | None, limit: int, site: Site | None) -> None:
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    elif sheet:
        write_report(sheet, sheet_text(COLUMNS, (row.values() for row in rows)))
    else:
        show_table(
            ("visits", "lack", "last", "address", "to make the rule"), [_shown(row, site) for row in rows[:limit]], "address"
        )


def _shown(row: dict[str, Any], site: Site | None) -> tuple[Any, ...]:
    words = ["migrator", "publish", *(["--site", site.name] if site else []), "--add", row["old_url"], row["new_url"]]
    return row["visits"], row["lack"], row["last"], row["old_url"], shlex.join(words) if row["new_url"] else ""
