"""What the crawler needs of a frontier. Who keeps it, and where, is not known here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrator.pages.page import Page
from migrator.pages.visit import Entry, Found, Listed, Skipped, Source


class Frontier(Protocol):
    """The addresses of one crawl: each enters once, and is given out once until it is finished."""

    async def seeded(self) -> bool:
        """Whether the addresses that the crawl starts from are all in."""
        ...

    async def mark_seeded(self) -> None:
        """They are all in."""
        ...

    async def add(self, found: Sequence[Found], skipped: Sequence[Skipped]) -> None:
        """Take in addresses; those that were ever seen change nothing."""
        ...

    async def claim(self, limit: int) -> list[Entry]:
        """Up to `limit` addresses that are due, nearest to the start first."""
        ...

    async def is_open(self) -> bool:
        """Whether there may be more to do when `claim` gives nothing: another worker is still at it."""
        ...

    async def former(self, entry: Entry) -> Page | None:
        """The page of an entry as the crawl before has it, if it is still kept."""
        ...

    async def listed(self, after: str, limit: int) -> Sequence[tuple[Source, Listed]]:
        """The next addresses, by key, that imported files name."""
        ...

    async def keys_with_query(self) -> Sequence[str]:
        """The keys, with a query, of all addresses that are due or visited."""
        ...
