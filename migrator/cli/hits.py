"""`migrator hits`: how often each rule was asked for, which never are, and which still soak."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.sheets import sheet_text, write_report
from migrator.cli.tables import show_table
from migrator.pages.hit_report import RuleHits, beside_hits, unused_since
from migrator.store.open import open_store

COLUMNS = ("hits", "last", "settles", "place", "kind", "from", "to")


@click.command()
@config_option
@store_option
@site_option
@click.option("--unused", type=click.IntRange(min=1), metavar="DAYS", help="Only rules without a visit for so many days.")
@click.option(
    "--soak", is_flag=True, help="Only rules that answer 302 or 307 yet; `settles` is the day on which they no longer do."
)
@click.option("--rule", "place", metavar="FILE:LINE", help="Only the rule that stands there.")
@click.option("--days", type=click.IntRange(min=1), help="Count the visits of so many days. [default: all that are kept]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one rule a line.")
@click.option("--csv", "sheet", type=click.Path(path_type=Path), help="Write a sheet; - is stdout.")
def hits(
    config: Path,
    store: str | None,
    site: str | None,
    unused: int | None,
    soak: bool,
    place: str | None,
    days: int | None,
    as_json: bool,
    sheet: Path | None,
) -> None:
    """List the rules of the map with the visits that each answered, as `migrator serve` counted them.

    Rules are known by what they say of old addresses, so that an edit elsewhere in the file loses no count.
    """
    settings, chosen = settings_and_site(config, store, site)
    today = dt.datetime.now(dt.UTC).date()
    since = (today - dt.timedelta(days=days - 1)).isoformat() if days else ""
    with open_store(settings.store_url) as opened:
        counted = opened.hits(chosen.name, since)
    rules = [rule for rule in settings.rules if rule.site == chosen.name]
    found = beside_hits(rules, settings.sites, counted, today)
    if unused:
        found = list(unused_since(found, today - dt.timedelta(days=unused)))
    if soak:
        found = [one for one in found if one.settles]
    if place:
        found = [one for one in found if f"{one.rule.place.file}:{one.rule.place.line}" == place]
        if not found:
            raise click.UsageError(f"no rule of site {chosen.name} stands at {place}")
    _show(found, as_json, sheet)
    first = min((one.first for one in counted), default="")
    click.echo(f"visits are counted since {first}" if first else "no visit was counted yet", err=True)


def _show(found: list[RuleHits], as_json: bool, sheet: Path | None) -> None:
    rows = [_row(one) for one in found]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    elif sheet:
        write_report(sheet, sheet_text(COLUMNS, (row.values() for row in rows)))
    else:
        show_table(COLUMNS, [list(row.values()) for row in rows], "from")
    total, never = sum(one.count for one in found), sum(not one.count for one in found)
    click.echo(f"{len(found):,} rules, {total:,} visits; {never:,} rules without any", err=True)


def _row(one: RuleHits) -> dict[str, Any]:
    rule = one.rule
    answer = rule.to or ("gone" if rule.gone else f"serve: {rule.serve}")
    last, settles = one.hits.last if one.hits else "", one.settles.isoformat() if one.settles else ""
    cells = (one.count, last, settles, f"{rule.place.file}:{rule.place.line}", str(rule.kind), rule.source, answer)
    return dict(zip(COLUMNS, cells, strict=True))
