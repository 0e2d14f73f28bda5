"""The loop: claim addresses, visit several at a time, yield what came of each. It keeps nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from migrator.crawl.doubt import Doubt
from migrator.crawl.frontier import Frontier
from migrator.crawl.options import CrawlOptions
from migrator.crawl.retry import BUSY
from migrator.crawl.visitor import Visitor
from migrator.errors import CrawlError, UpstreamError
from migrator.pages.visit import Entry, Visit

_CLAIMED_AT_ONCE = 32
_LOOK_AGAIN = 0.5  # seconds, while others are at work


class Crawler:
    """Crawls what a frontier gives. Whoever takes a visit stores it before taking the next."""

    def __init__(self, frontier: Frontier, visitor: Visitor, options: CrawlOptions) -> None:
        self._frontier = frontier
        self._visitor = visitor
        self._options = options
        self._due: deque[Entry] = deque()
        self._begun = 0
        # Reading goes on beside the network, so there are more visits under way than requests.
        self._window = options.concurrency * 2 if options.own_site else 1

    async def visits(self) -> AsyncGenerator[Visit, None]:
        """Every visit, until nothing is due or the limit is reached.

        Raises CrawlError where the site no longer answers; what was not yielded is due again in the next run.
        """
        doubt = Doubt()
        under_way: set[asyncio.Task[Visit]] = set()
        try:
            while True:
                await self._fill(under_way)
                if not under_way:
                    if doubt.last_error:
                        await self._ask_whether_it_is_there(doubt)
                    for visit in doubt.release():
                        yield visit
                    if not await self._may_be_more():
                        break
                    continue
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._begun -= task.result().page is None  # the limit is one of pages
                    for visit in doubt.take(task.result()):
                        yield visit
                if doubt.is_grave:
                    await self._ask_whether_it_is_there(doubt)
                    for visit in doubt.release():
                        yield visit
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _fill(self, under_way: set[asyncio.Task[Visit]]) -> None:
        limit = self._options.max_pages
        while len(under_way) < self._window and (limit is None or self._begun < limit):
            if not self._due:
                self._due.extend(await self._frontier.claim(_CLAIMED_AT_ONCE if self._window > 1 else 1))
            if not self._due:
                return
            self._begun += 1
            under_way.add(asyncio.create_task(self._visitor.visit(self._due.popleft())))

    async def _may_be_more(self) -> bool:
        """Wait where other workers may still find something to do; False where there is nothing more, or the limit is reached."""
        limit = self._options.max_pages
        if (limit is not None and self._begun >= limit) or not await self._frontier.is_open():
            return False
        await asyncio.sleep(_LOOK_AGAIN)
        return True

    async def _ask_whether_it_is_there(self, doubt: Doubt) -> None:
        follower = self._visitor.follower
        start = follower.territory.start
        try:
            answer = await follower.fetch(f"{follower.territory.base}/robots.txt" if follower.against(start) else start, 0)
        except UpstreamError as error:
            raise _gone(str(follower.territory.upstream), str(error)) from error
        if answer.status in BUSY:
            raise _gone(str(follower.territory.upstream), doubt.last_error)


def _gone(upstream: str, why: str) -> CrawlError:
    return CrawlError(
        f"{upstream} stopped answering: {why}\n    run the same command again when it is back: it goes on where it stopped"
    )
