"""`migrator match --parity`: what the new pages lack of the old ones, for every pair that is decided or sure enough."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from migrator.cli.check import counted
from migrator.cli.sheets import sheet_text, write_report
from migrator.cli.tables import plain
from migrator.crawl.territory import territory_of
from migrator.errors import RefusalError
from migrator.pages.boilerplate import own_texts
from migrator.pages.coverage import percent, primary
from migrator.pages.page import Page, Side
from migrator.pages.parity import Comparer, Frame, Parity
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Answer, Verdict
from migrator.rules.rule import Site
from migrator.settings import Settings
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.urls import normal_url

NAMED = 20  # missing things of one kind that a cell names
NAMED_ON_TERMINAL = 3
BESIDE_A_SHEET = 20  # pairs that are shown where all are written to a file
KINDS = ("headings", "files", "links", "images", "passages")
COLUMNS = ("old_url", "new_url", "pair", "text_found", "words_missing", *(f"{kind}_missing" for kind in KINDS), *KINDS)


@dataclass(frozen=True, slots=True)
class Pair:
    """Where an old page went: decided by a person, or by a suggestion of that confidence."""

    new_url: str
    confidence: float | None

    @property
    def by(self) -> str:
        """Who says so."""
        return "decided" if self.confidence is None else f"{self.confidence:.4f}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    pair: Pair
    parity: Parity


def parity(
    settings: Settings, site: Site, sheet: Path | None, force: bool, as_json: bool, min_confidence: float, most: int
) -> int:
    """Tell what new pages lack, the `most` that lack most; the exit code. Raises RefusalError where nothing is paired."""
    with open_store(settings.store_url) as store:
        pairs = _pairs(store.suggestions(site.name), store.verdicts(site.name), site, min_confidence)
        if not pairs:
            raise RefusalError(
                f"no page is decided, or suggested with {min_confidence:g} or more; run `migrator match` first, or lower it"
            )
        lost: list[str] = []
        lacking = 0

        def loss(row: Row) -> int:
            nonlocal lacking
            lacking += row.parity.loss > 0
            return row.parity.loss

        rows = heapq.nlargest(most, _compared(store, site, pairs, lost), key=loss)
    if sheet:
        write_report(sheet, _sheet(rows), force)
    if as_json:
        click.echo(json.dumps([_as_data(row) for row in rows], ensure_ascii=False))
    elif sheet != Path("-"):
        shown = rows[:BESIDE_A_SHEET] if sheet else rows
        _tell(shown)
        if lacking > len(shown):
            where = str(sheet) if len(rows) > len(shown) else "--most N or --csv FILE"
            click.echo(f"of {lacking:,} the first {len(shown):,} are shown; {where} has the others", err=True)
    click.echo(f"{counted(len(pairs) - len(lost), 'pair')} compared; in {lacking:,} of them something is missing", err=True)
    if lost:
        click.echo(f"not compared: {counted(len(lost), 'pair')} of which a page is no readable one of the last crawl", err=True)
    return 0


def _pairs(
    suggestions: Iterable[Suggestion], verdicts: Mapping[str, Verdict], site: Site, min_confidence: float
) -> dict[str, Pair]:
    """Where each old URL went, as absolute URLs."""
    pairs = {}
    for one in suggestions:
        if one.best and one.best.confidence >= min_confidence:
            pairs[one.old_url] = Pair(one.best.url, one.best.confidence)
    for old_url, verdict in verdicts.items():
        pairs.pop(old_url, None)
        if verdict.verdict in (Answer.ACCEPTED, Answer.CHANGED) and (new_url := normal_url(verdict.new_url, site.new)):
            pairs[old_url] = Pair(new_url, None)
    return pairs


def _compared(store: Store, site: Site, pairs: Mapping[str, Pair], lost: list[str]) -> Iterator[Row]:
    """Each pair that can be compared; the old URLs of the others are appended to `lost`."""
    key, legacy = _key_of(site), [page for page in store.pages(site.name, Side.LEGACY) if page.is_readable]
    new = _wanted(store, site, {pair.new_url for pair in pairs.values()})
    contents = [page.content for page in legacy]
    texts = own_texts(contents, [primary(content.language) for content in contents])
    comparer = Comparer(Frame.learned(contents), key, {key(old): pair.new_url for old, pair in pairs.items()})
    by_key = {key(page.url): place for place, page in enumerate(legacy)}
    for old_url, pair in pairs.items():
        place, target = by_key.get(key(old_url)), new.get(_loose(pair.new_url))
        if place is None or target is None:
            lost.append(old_url)
            continue
        yield Row(pair, comparer.compare(legacy[place], texts[place], target))


def _key_of(site: Site) -> Callable[[str], str]:
    legacy = territory_of(site, Side.LEGACY)

    def key(url: str) -> str:
        own = legacy.on_base(url)
        return legacy.key(own) if own else ""

    return key


def _wanted(store: Store, site: Site, urls: set[str]) -> dict[str, Page]:
    """The readable new pages that these URLs lead to, by the URL but for a last slash."""
    loose = set(map(_loose, urls))
    found: dict[str, Page] = {}
    for page in store.pages(site.name, Side.NEW):
        for name in (_loose(page.url), _loose(page.final_url)):
            if name in loose and page.is_readable:
                found.setdefault(name, page)
    return found


def _loose(url: str) -> str:
    return url.partition("#")[0].rstrip("/")


def _tell(rows: Iterable[Row]) -> None:
    for row in rows:
        one = row.parity
        if not one.loss:
            continue
        click.echo(plain(f"{one.old_url} → {one.new_url} ({row.pair.by})"))
        click.echo(f"  {percent(one.found)} of its text found again, {counted(one.words_missing, 'word')} missing")
        for kind in KINDS:
            missing: Sequence[str] = getattr(one, kind)
            if missing:
                shown = " | ".join(missing[:NAMED_ON_TERMINAL]) + (" | …" if len(missing) > NAMED_ON_TERMINAL else "")
                click.echo(plain(f"  {counted(len(missing), kind.removesuffix('s'))}: {shown}"))


def _as_data(row: Row) -> dict[str, Any]:
    one = row.parity
    found = None if one.found is None else round(one.found, 4)
    missing: list[Sequence[str]] = [getattr(one, kind) for kind in KINDS]
    named = (list(things[:NAMED]) for things in missing)
    return dict(
        zip(COLUMNS, (one.old_url, one.new_url, row.pair.by, found, one.words_missing, *map(len, missing), *named), strict=True)
    )


def _sheet(rows: Iterable[Row]) -> str:
    cells = (_as_data(row).values() for row in rows)
    return sheet_text(COLUMNS, ([" | ".join(cell) if isinstance(cell, list) else cell for cell in row] for row in cells))
