"""What the crawler needs of a frontier. Who keeps it, and where, is not known here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from migrator.pages.visit import Entry, Found, Skipped


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

    async def keys_with_query(self) -> Sequence[str]:
        """The keys, with a query, of all addresses that are due or visited."""
        ...
