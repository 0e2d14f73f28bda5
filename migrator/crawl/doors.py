"""Ways to ask the hosts that a map leads between: the old hosts, the new site, and whatever else a rule may lead to. Polite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from migrator.crawl.addresses import Guard, PublicGuard, Resolve, resolve
from migrator.crawl.answer import Answer, Fetch
from migrator.crawl.fetch import open_fetcher
from migrator.crawl.options import CrawlOptions
from migrator.crawl.retry import Retried
from migrator.crawl.territory import Territory, territory_of
from migrator.crawl.throttle import Throttled
from migrator.errors import UpstreamUnreachable
from migrator.pages.page import Side
from migrator.rules.rule import Site
from migrator.rules.target import is_allowed
from migrator.urls import Folding, Origin, origin_of

_EXACT = Folding(case=False, trailing_slash=False, index_files=False, every_param=True)


@dataclass(slots=True)
class Doors:
    """Asks for any address of the site. `base` is where the old addresses are, `connect` where that is reached instead."""

    site: Site
    base: Origin
    connect: Origin | None
    options: CrawlOptions
    resolve: Resolve
    _stack: AsyncExitStack
    _open: dict[Origin, Fetch] = field(default_factory=dict)

    async def ask(self, url: str) -> Answer:
        """What `url` answers, redirects not followed. Raises UpstreamError where no answer came or the host may not be asked.

        CrawlError where the host asks for a longer rest than is waited out.
        """
        origin = origin_of(url)
        if origin is None:
            raise UpstreamUnreachable("no address that a browser accepts")
        door = self._open.get(origin)
        if door is None:
            territory, guards = self._way_to(origin)
            # Two that come at once may open two; the first is kept.
            door = self._open.setdefault(origin, await self._opened(territory, guards))
        return await door(url, self.options.max_body)

    def _way_to(self, origin: Origin) -> tuple[Territory, type[Guard]]:
        if origin == self.base or origin.netloc in self.site.hosts:  # on another port is another server
            if self.connect is not None and origin.scheme != self.base.scheme:
                raise UpstreamUnreachable(f"{origin} is not what --connect reaches, which is for {self.base.scheme}")
            return _territory(origin, self.connect or origin), Guard
        new = territory_of(self.site, Side.NEW)
        if origin == new.base:
            return new, Guard
        if not is_allowed(origin, self.site):
            raise UpstreamUnreachable(f"{origin} is no host that the map may lead to")
        return _territory(origin, origin), PublicGuard

    async def _opened(self, territory: Territory, guards: type[Guard]) -> Fetch:
        way = open_fetcher(territory, self.options, self.resolve, learns=False, guards=guards)
        fetcher = await self._stack.enter_async_context(way)
        return Retried(Throttled(fetcher, self.options.concurrency, self.options.pause(None)), self.options)


@asynccontextmanager
async def open_doors(
    site: Site, base: Origin, connect: tuple[str, int] | None, options: CrawlOptions, resolve: Resolve = resolve
) -> AsyncIterator[Doors]:
    """Doors for the length of the block. `connect` is a host and port that stand in for the old hosts before DNS changes.

    A host is resolved once: asked by its number, it is still told the old host's name, in TLS too. Raises UpstreamUnreachable.
    """
    reached = None
    if connect is not None:
        host, port = connect
        address = (await resolve(host, port))[0]
        shown = f"[{address}]" if address.version == 6 else str(address)
        reached = Origin(base.scheme, f"{shown}:{port}")
    async with AsyncExitStack() as stack:
        yield Doors(site, base, reached, options, resolve, stack)


def _territory(origin: Origin, upstream: Origin) -> Territory:
    return Territory(origin, upstream, origin.netloc, frozenset((origin.netloc,)), _EXACT, f"{origin}/")
