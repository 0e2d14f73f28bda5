"""The old addresses that `verify` asks for, each with what the map decides: of the map, of the inventory, or of a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import click

from migrator.cli.source_reading import read_source, tell_reading
from migrator.crawl.located import locator
from migrator.crawl.territory import territory_of
from migrator.pages.address_sheet import Columns
from migrator.pages.expectation import ANY_PAGE, Expected, expected_of
from migrator.pages.page import Side
from migrator.rules.rule import Kind, Site
from migrator.rules.table import Request, RuleTable
from migrator.settings import Settings
from migrator.store.open import open_store
from migrator.urls import Origin, split_url


class Addresses:
    """Gathers addresses, each once, and what the map of `site` decides for them on `base` on that day."""

    def __init__(self, table: RuleTable, site: Site, base: Origin, today: dt.date) -> None:
        self._table, self._site, self._base, self._today = table, site, base, today
        self.found: dict[str, Expected] = {}

    def add(self, address: str, known_status: int = ANY_PAGE) -> None:
        """Take one address: a URL, whose host is one of the site's, or a path."""
        _, path, query = split_url(address)
        after = f"{path or '/'}?{query}" if query else path or "/"
        url = f"{self._base}{after}"
        if url not in self.found:
            raw = Request(
                (path or "/").encode("utf-8", "surrogatepass"),
                query.encode("utf-8", "surrogatepass"),
                self._site.hosts[0],
                today=self._today,
            )
            self.found[url] = expected_of(url, self._table.decide(raw), known_status)

    def add_map(self) -> None:
        """Every old address that a rule names, and every example; patterns name none by themselves."""
        for found in self._table.tables[self._site.name]:
            if found.rule.kind is Kind.EXACT:
                self.add(found.rule.source)
            for example in found.rule.examples:
                self.add(example.url)

    def add_inventory(self, settings: Settings) -> None:
        """Every old address that crawls and files know, where there is a store."""
        if "://" not in settings.store_url and not Path(settings.store_url).is_file():
            return
        with open_store(settings.store_url) as store:
            for known in store.inventory(self._site.name, Side.LEGACY):
                if known.state != "skipped":
                    self.add(known.url, known.status if known.status >= 400 else ANY_PAGE)

    def add_file(self, path: Path) -> None:
        """Every address that a file names. Raises SourceError where it cannot be read."""
        reading = read_source(path, locator(territory_of(self._site, Side.LEGACY), as_written=True), None, Columns())
        tell_reading(reading)
        for url in reading.harvest.urls():
            self.add(url)

    def __iter__(self) -> Iterator[Expected]:
        return iter(self.found.values())

    def refuse_none(self) -> None:
        """Raise UsageError where there is nothing to ask for."""
        if not self.found:
            raise click.UsageError("no old address is known: the map has no exact rule, and no crawl or list names any")
