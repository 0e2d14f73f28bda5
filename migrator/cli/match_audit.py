"""`migrator match --audit`: the existing map, judged by the pages of both sites."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from migrator.cli.check import counted
from migrator.cli.old_addresses import known_address, request_for, table_with_warning
from migrator.cli.sheets import sheet_text, write_report
from migrator.cli.tables import plain
from migrator.crawl.territory import territory_of
from migrator.errors import RefusalError
from migrator.pages.audit import Audit, Fault, Finding
from migrator.pages.new_site import NewSite, Target
from migrator.pages.page import Side
from migrator.rules.rule import Site
from migrator.settings import Settings
from migrator.store.inventory import Known
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.urls import normal_url

FINDINGS = 1  # exit code


def audit(settings: Settings, site: Site, sheet: Path | None, force: bool, as_json: bool, most: int) -> int:
    """Judge the map and tell what was found, `most` of each kind; the exit code. Raises RefusalError where a crawl is wanting."""
    with open_store(settings.store_url) as store:
        found = sorted(_findings(settings, site, store), key=lambda one: (list(Fault).index(one.fault), -one.visits, one.old_url))
    shown = list(_first(found, most))
    if sheet:
        write_report(sheet, _sheet(shown), force)
    if as_json:
        click.echo(json.dumps([_as_data(one) for one in shown], ensure_ascii=False))
    elif sheet != Path("-"):
        _tell(shown)
    counts = Counter(one.fault for one in found)
    said = ", ".join(f"{counts[fault]:,} {fault}" for fault in Fault if counts[fault])
    nothing = "nothing to mend" if settings.rules else "there are no rules yet, so there is nothing to judge"
    click.echo(f"{counted(len(found), 'finding')}: {said}" if found else nothing, err=True)
    return FINDINGS if found else 0


def _findings(settings: Settings, site: Site, store: Store) -> Iterator[Finding]:
    table, today = table_with_warning(settings), dt.datetime.now(dt.UTC).date()
    legacy = territory_of(site, Side.LEGACY)

    def by_key(url: str) -> str:
        return legacy.key(legacy.on_base(normal_url(url, f"{legacy.base}/") or "") or url)

    suggestions = {by_key(one.old_url): one for one in store.suggestions(site.name)}
    if not suggestions:
        click.echo("no page was matched yet, so likeness is not judged; `migrator match` makes up for it", err=True)
    verdicts = {by_key(url): verdict for url, verdict in store.verdicts(site.name).items()}
    judge = Audit(table.tables[site.name], _new_site(site, store), suggestions, verdicts, by_key)
    known = 0
    for one in store.inventory(site.name, Side.LEGACY):
        known += 1
        yield from judge.of_address(known_address(one), table.decide(request_for(one.url, site, today)))
    if not known:
        raise RefusalError("no old address is known; run `migrator crawl legacy` first")
    yield from judge.of_rules(today)


def _new_site(site: Site, store: Store) -> NewSite:
    new = territory_of(site, Side.NEW)
    found = NewSite(map(_target, store.inventory(site.name, Side.NEW)), new.start, new.on_base, new.key)
    if not len(found):
        raise RefusalError("no new page is known; run `migrator crawl new` first")
    if not any(crawl.finished for crawl in store.crawls(site.name, Side.NEW)):
        click.echo("warning: the crawl of the new site is under way: what it has not visited yet is not judged", err=True)
    return found


def _target(known: Known) -> Target:
    return Target(
        url=known.url,
        final_url=known.final_url,
        status=known.status,
        error=known.error,
        language=known.language,
        soft_404=known.soft_404,
        near_duplicate_of=known.near_duplicate_of,
        is_visited=known.state == "done",
    )


def _first(found: Iterable[Finding], most: int) -> Iterator[Finding]:
    """The first `most` of each fault; that there are more is told on stderr."""
    seen: Counter[Fault] = Counter()
    for one in found:
        seen[one.fault] += 1
        if seen[one.fault] <= most:
            yield one
    for fault, number in seen.items():
        if number > most:
            click.echo(f"of {number:,} × {fault} the first {most:,} are shown; --most N or --csv FILE has the others", err=True)


def _tell(shown: Iterable[Finding]) -> None:
    for fault, group in groupby(shown, key=lambda one: one.fault):
        click.echo(f"{fault}:")
        for one in group:
            target = f" → {one.target}" if one.target else ""
            visits = f" ({counted(one.visits, 'visit')})" if one.visits else ""
            click.echo(plain(f"  {one.rule.place}: {one.old_url}{target}: {one.reason}{visits}"))


COLUMNS: dict[str, Callable[[Finding], Any]] = {
    "fault": lambda one: str(one.fault),
    "rule": lambda one: one.rule.source,
    "place": lambda one: str(one.rule.place),
    "old_url": lambda one: one.old_url,
    "target": lambda one: one.target,
    "better": lambda one: one.better,
    "confidence": lambda one: None if one.confidence is None else round(one.confidence, 4),
    "visits": lambda one: one.visits,
    "reason": lambda one: one.reason,
}


def _as_data(finding: Finding) -> dict[str, Any]:
    return {name: column(finding) for name, column in COLUMNS.items()}


def _sheet(found: Iterable[Finding]) -> str:
    return sheet_text(COLUMNS, (_as_data(one).values() for one in found))
