"""The store as its users see it: pages, suggestions, verdicts and frontiers of all sites. No statement is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType

from sqlalchemy import literal

from migrator.pages.counts import Batch, Hits, Missed
from migrator.pages.page import Page, Side
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Verdict
from migrator.pages.visit import Listed, Sighting
from migrator.store.crawls import Crawl, forget_crawl, read_crawls, readable_crawl
from migrator.store.database import Database
from migrator.store.frontier import StoredFrontier
from migrator.store.hits import add_counts, forget_counts, read_hits, read_missing
from migrator.store.imports import File, Import, forget_import, read_files_naming, read_imports, read_visits, take_in
from migrator.store.inventory import Filters, Known, read_inventory
from migrator.store.notes import count_what_is_noted
from migrator.store.pages import Mark, count_pages, mark_pages, read_pages, read_pages_named
from migrator.store.sightings import read_sightings
from migrator.store.suggestions import read_suggestions, replace_suggestions
from migrator.store.verdicts import append_verdicts, read_verdicts
from migrator.store.workers import Worker

ALL = Filters()


class Store:
    """What is remembered between two commands. Every method raises StoreError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.engine.dispose()

    def frontier(self, site: str, side: Side, worker: Worker | None = None) -> StoredFrontier:
        """The frontier of one side of a site, for one worker; call its `begin` first and its `leave` last."""
        return StoredFrontier(self._database, site, side, worker or Worker())

    def pages(self, site: str, side: Side) -> Iterator[Page]:
        """Every page of the last crawl that reached its end, or of the one under way where none did, in order of URL."""
        return read_pages(self._database, readable_crawl(site, side))

    def pages_named(self, site: str, side: Side, keys: Iterable[str]) -> list[Page]:
        """Those of `pages` whose addresses have these keys."""
        return read_pages_named(self._database, readable_crawl(site, side), keys)

    def page_count(self, site: str, side: Side) -> int:
        """How many pages `pages` gives."""
        return count_pages(self._database, readable_crawl(site, side))

    def crawls(self, site: str, side: Side) -> list[Crawl]:
        """Every crawl of one side of a site that is kept, newest first."""
        return read_crawls(self._database, site, side)

    def crawl_pages(self, crawl: Crawl) -> Iterator[Page]:
        """Every page of one crawl, in order of URL, so that two can be compared."""
        return read_pages(self._database, literal(crawl.id))

    def forget_crawl(self, site: str, side: Side, number: int) -> None:
        """Let go of one crawl and all that it found. Raises StoreError where there is none, or where it is under way."""
        forget_crawl(self._database, site, side, number)

    def mark_pages(self, crawl: Crawl, marks: Iterable[Mark]) -> None:
        """Put these marks in the place of all marks of the pages of a crawl, all or none."""
        mark_pages(self._database, crawl.id, marks)

    def inventory(self, site: str, side: Side, filters: Filters = ALL, number: int | None = None) -> Iterator[Known]:
        """Every address that is known of one side of a site, from its crawl or from files, in order of URL; streamed.

        It is the crawl of that number, or else the one of `pages`.
        """
        count_what_is_noted(self._database)
        return read_inventory(self._database, site, side, filters, number)

    def sightings(self, site: str, side: Side, key: str) -> list[Sighting]:
        """Where an address was seen: a few of the pages and sitemaps of the crawl of `pages`, and every file that names it."""
        count_what_is_noted(self._database)
        seen = read_sightings(self._database, readable_crawl(site, side), key)
        return seen + read_files_naming(self._database, site, side, key)

    def take_in(self, site: str, side: Side, file: File, named: Iterable[Listed], grown_from: int | None = None) -> Import | None:
        """Take in the addresses that a file names and their visits, all or nothing; None where that very file is in already.

        A list or sheet takes the place of an older one of its name; a log takes that of the import `grown_from`, which must be of
        its own beginning. The addresses outlive crawls and are among those that the next one starts from.
        """
        return take_in(self._database, site, side, file, named, grown_from)

    def imports(self, site: str, side: Side) -> list[Import]:
        """Every file that was taken in, in that order."""
        return read_imports(self._database, site, side)

    def forget_import(self, site: str, side: Side, number: int) -> bool:
        """Let go of a file and all that it alone gave; whether there was one of that number."""
        return forget_import(self._database, site, side, number)

    def visits(self, site: str, side: Side) -> Iterator[Listed]:
        """Every address with visits, one for each day on which it had some, in order of key and day; streamed."""
        return read_visits(self._database, site, side)

    def save_suggestions(self, site: str, suggestions: Iterable[Suggestion]) -> None:
        """Put these in the place of all suggestions of the site, all or none."""
        replace_suggestions(self._database, site, suggestions)

    def suggestions(self, site: str) -> list[Suggestion]:
        """The suggestions of the site in the order they were saved, candidates best first."""
        return read_suggestions(self._database, site)

    def save_verdicts(self, site: str, verdicts: Iterable[Verdict]) -> None:
        """Add decisions to the history of the site, all or none."""
        append_verdicts(self._database, site, verdicts)

    def verdicts(self, site: str) -> dict[str, Verdict]:
        """The last verdict of every old URL of the site that has one."""
        return read_verdicts(self._database, site)

    def add_counts(self, batch: Batch) -> None:
        """Add what was counted of visits to the counts of its day, all or none."""
        add_counts(self._database, batch)

    def hits(self, site: str, since: str = "") -> list[Hits]:
        """The visits that each rule of the site answered from that day on (an ISO date), most first."""
        return read_hits(self._database, site, since)

    def missing(self, site: str, since: str = "") -> list[Missed]:
        """The addresses of the site that were asked for in vain from that day on (an ISO date), most visits first."""
        return read_missing(self._database, site, since)

    def forget_counts(self, before: str) -> None:
        """Let go of hits and missing addresses of the days before that one (an ISO date)."""
        forget_counts(self._database, before)
