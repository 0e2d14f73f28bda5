"""How often one host is asked: so many requests at a time, and a pause after each. What is asked for is not said here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from migrator.crawl.answer import NONE, Answer, Fetch

MAX_PAUSE = 30.0  # seconds; the longest pause that a slow answer earns


class Turns(Protocol):
    """Whose turn it is to ask the host, over all workers of a crawl."""

    async def take(self) -> float:
        """0 where the turn is ours now, else how many seconds to wait before asking again."""
        ...

    async def end(self, pause: float) -> None:
        """The answer is there; the host rests for `pause` seconds."""
        ...

    async def rest(self, seconds: float) -> None:
        """The host is to be asked nothing for `seconds` from now, at least."""
        ...


class Throttled:
    """Wraps a Fetch for one host. With a pause, a slow host is given as long to rest as it took to answer.

    Where there are `turns`, each request is one, and the pauses are those of all workers.
    """

    def __init__(self, fetch: Fetch, concurrency: int, pause: float, turns: Turns | None = None) -> None:
        self._fetch = fetch
        self._turns = turns
        self._slots = asyncio.Semaphore(concurrency)
        self._clock = asyncio.get_running_loop().time
        self._next = 0.0
        self.pause = pause

    async def __call__(self, url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
        """Wait for a turn, ask, and keep the next one waiting."""
        async with self._slots:
            # Another one may have asked for a rest while this one slept.
            while (wait := self._next - self._clock()) > 0:  # noqa: ASYNC110 - it waits for the clock
                await asyncio.sleep(wait)
            while self._turns and (wait := await self._turns.take()) > 0:  # noqa: ASYNC110 - it waits for other workers
                await asyncio.sleep(wait)
            started, pause = self._clock(), 0.0
            try:
                return await self._fetch(url, max_body, conditions)
            finally:
                if self.pause:
                    pause = max(self.pause, min(self._clock() - started, MAX_PAUSE))
                    self._next = max(self._next, self._clock() + pause)
                if self._turns:
                    await self._turns.end(pause)

    async def rest(self, seconds: float) -> None:
        """Ask the host nothing for that long from now."""
        self._next = max(self._next, self._clock() + seconds)
        if self._turns:
            await self._turns.rest(seconds)
