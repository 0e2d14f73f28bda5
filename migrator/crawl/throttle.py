"""How often one host is asked: so many requests at a time, and a pause after each. What is asked for is not said here."""

from __future__ import annotations

import asyncio

from migrator.crawl.answer import Answer, Fetch

MAX_PAUSE = 30.0  # seconds; the longest pause that a slow answer earns


class Throttled:
    """Wraps a Fetch for one host. With a pause, a slow host is given as long to rest as it took to answer."""

    def __init__(self, fetch: Fetch, concurrency: int, pause: float) -> None:
        self._fetch = fetch
        self._slots = asyncio.Semaphore(concurrency)
        self._clock = asyncio.get_running_loop().time
        self._next = 0.0
        self.pause = pause

    async def __call__(self, url: str, max_body: int) -> Answer:
        """Wait for a turn, ask, and keep the next one waiting."""
        async with self._slots:
            # Another one may have asked for a rest while this one slept.
            while (wait := self._next - self._clock()) > 0:  # noqa: ASYNC110 - it waits for the clock
                await asyncio.sleep(wait)
            started = self._clock()
            try:
                return await self._fetch(url, max_body)
            finally:
                if self.pause:
                    self.rest(max(self.pause, min(self._clock() - started, MAX_PAUSE)))

    def rest(self, seconds: float) -> None:
        """Ask the host nothing for that long from now."""
        self._next = max(self._next, self._clock() + seconds)
