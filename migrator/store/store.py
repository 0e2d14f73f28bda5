"""The store as its users see it: pages, suggestions, verdicts and frontiers of all sites. No statement is written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType

from migrator.pages.page import Page, Side
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Verdict
from migrator.store.database import Database
from migrator.store.frontier import StoredFrontier
from migrator.store.pages import count_pages, read_pages
from migrator.store.suggestions import read_suggestions, replace_suggestions
from migrator.store.verdicts import append_verdicts, read_verdicts


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

    def frontier(self, site: str, side: Side) -> StoredFrontier:
        """The frontier of one side of a site; call its `begin` first."""
        return StoredFrontier(self._database, site, side)

    def pages(self, site: str, side: Side) -> Iterator[Page]:
        """Every page of the last crawl that reached its end, or of the one under way where none did, in order of URL."""
        return read_pages(self._database, site, side)

    def page_count(self, site: str, side: Side) -> int:
        """How many pages `pages` gives."""
        return count_pages(self._database, site, side)

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
