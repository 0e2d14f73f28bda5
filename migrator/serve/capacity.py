"""How many requests one upstream may have at a time, and how long others wait for their turn. It opens no connection."""

from __future__ import annotations

import asyncio

from migrator.errors import UpstreamUnreachable


class Capacity:
    """At most `places` at once; as many again may wait, each for `patience` seconds, in the order they came.

    So an upstream that hangs holds a bounded number of requests, and whoever needs no upstream never waits for one that does.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._free = asyncio.Semaphore(places)
        self._places = places
        self._waiting = 0
        self._patience = patience

    async def take(self) -> None:
        """Take a place, to be given back. Raises UpstreamUnreachable where none came free in time, or too many wait already."""
        if not self._free.locked():
            await self._free.acquire()
            return
        if self._waiting >= self._places:
            raise UpstreamUnreachable("busy, and as many requests as may are waiting")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise UpstreamUnreachable("busy for too long") from None
        finally:
            self._waiting -= 1

    def give(self) -> None:
        """Give a place back."""
        self._free.release()
