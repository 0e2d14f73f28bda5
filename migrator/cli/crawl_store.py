"""The store as the crawler asks for it: its waits for the disk do not hold up the network. No command and no word to people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from migrator.pages.page import Page
from migrator.pages.visit import Entry, Found, Listed, Skipped, Source, Visit
from migrator.store.frontier import StoredFrontier
from migrator.store.turns import Turns
from migrator.store.workers import LEASE

Result = TypeVar("Result")


class AsyncTurns:
    """The store's turns at a host as the crawler asks for them."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def take(self) -> float:
        """0 where the turn is ours now, else how many seconds to wait before asking again."""
        return await asyncio.to_thread(self._turns.take)

    async def end(self, pause: float) -> None:
        """The answer is there; the host rests for `pause` seconds."""
        await asyncio.to_thread(self._turns.end, pause)

    async def rest(self, seconds: float) -> None:
        """The host is to be asked nothing for `seconds` from now, at least."""
        await asyncio.to_thread(self._turns.rest, seconds)


class AsyncFrontier:
    """The store's frontier as the crawler asks for it: its waits for the disk do not hold up the network.

    One thread does it all, on one connection: several would each keep what SQLite remembers of the file, and unmake each other's.
    """

    def __init__(self, stored: StoredFrontier) -> None:
        self._stored = stored
        self._thread = ThreadPoolExecutor(1, "store")

    async def _run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def seeded(self) -> bool:
        """Whether the addresses that the crawl starts from are all in."""
        return await self._run(self._stored.seeded)

    async def mark_seeded(self) -> None:
        """They are all in."""
        await self._run(self._stored.mark_seeded)

    async def add(self, found: Sequence[Found], skipped: Sequence[Skipped]) -> None:
        """Take in addresses; those that were ever seen change nothing."""
        await self._run(self._stored.add, found, skipped)

    async def claim(self, limit: int) -> list[Entry]:
        """Up to `limit` addresses that are due, nearest to the start first."""
        return await self._run(self._stored.claim, limit)

    async def is_open(self) -> bool:
        """Whether there may be more to do when `claim` gives nothing."""
        return await self._run(self._stored.is_open)

    async def former(self, entry: Entry) -> Page | None:
        """The page of an entry as the crawl before has it, if it is still kept."""
        return await self._run(self._stored.former, entry)

    async def listed(self, after: str, limit: int) -> Sequence[tuple[Source, Listed]]:
        """The next addresses, by key, that imported files name."""
        return await self._run(self._stored.listed, after, limit)

    async def keys_with_query(self) -> Sequence[str]:
        """The keys, with a query, of all addresses that are due or visited."""
        return await self._run(lambda: list(self._stored.keys_with_query()))

    async def finish(self, visit: Visit) -> None:
        """Keep what came of one visit."""
        await self._run(self._stored.finish, visit)


@asynccontextmanager
async def kept_alive(stored: StoredFrontier) -> AsyncIterator[None]:
    """Renew what is claimed for as long as the block runs, however long a page takes."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 5)
            await asyncio.to_thread(stored.renew)

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
