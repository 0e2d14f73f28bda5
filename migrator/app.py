"""The composition root: a map and settings in, an ASGI app out that stays up to date. wiring.py makes the parts of options."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from migrator.maps.keeper import Keeper, Pace
from migrator.maps.loading import Start, start_map
from migrator.maps.opening import LoadedMap, load_version
from migrator.rules.rule import Home
from migrator.rules.table import RuleTable
from migrator.serve.answer import Answer
from migrator.serve.forwarding import Forwarding
from migrator.serve.gate import Gate
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.options import WatchOptions
from migrator.serve.plain_head import PlainHead, allow_plain_heads
from migrator.serve.proxy import Proxy
from migrator.serve.public import PublicPages
from migrator.serve.slabs import Slab, Slabs
from migrator.serve.watching import Watching, state_of
from migrator.settings import Settings, load_settings
from migrator.wiring import door, notices_of, old_sitemap, public_pages

Proxies = dict[tuple[str, Home], Proxy]


class TransitionMiddleware:
    """The transition site in front of any ASGI app: `app.add_middleware(TransitionMiddleware, config="redirects.yaml")`.

    The wrapped app is the legacy site; addresses that the file serves from `new_upstream` are proxied from there. Malformed
    requests are refused; how large one may be, and whose word to take for a client's address, is for the app and its server.
    Raises ConfigError where the file cannot be used.
    """

    def __init__(self, app: ASGIApp, config: str | Path = "redirects.yaml", *, name_rules: bool = False) -> None:
        settings = load_settings(Path(config))
        table = settings.table()
        notices = notices_of(settings, table)
        self._app = app
        self._proxies = _proxies(settings, notices, Home.NEW)
        self._public = public_pages(settings, table)
        self._door = Gate(door(settings, table, notices, self._proxies, self._public, app, name_rules=name_rules, dated=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; lifespan goes through to the wrapped app."""
        if scope["type"] in ("http", "websocket"):
            await self._door(scope, receive, send)
            return
        await self._app(scope, receive, send)
        await _close(self._proxies, self._public)


class TransitionSite:
    """The transition site by itself: the same door in front of a proxy to every upstream of the settings.

    `take` swaps the map, the banner and all else that hangs on them, between two requests. `keeper` has it do so.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        name_rules: bool = False,
        table: RuleTable | None = None,
        watching: Watching | None = None,
    ) -> None:
        self._name_rules = name_rules
        self._watching = watching or Watching(Slabs(1).slab(0), settings.watch)
        self._recorder, self._logs_early = self._watching.recorder, self._watching.logs_requests
        self._settings = settings
        table = settings.table() if table is None else table
        self._notices = notices_of(settings, table)
        self._proxies = self._proxies_for(settings, {})
        self._retired: list[Proxy] = []
        self._retired_pages: list[PublicPages] = []
        self._takes_plain_heads = allow_plain_heads(settings.gate.limits)
        self._public = public_pages(settings, table)
        self._transition = self._door_of(settings, table, self._notices, self._proxies, self._public)
        trusted = settings.gate.trusted_proxies
        behind = self._watching.identified(Forwarding(self._pass, trusted), trusted)
        self._door = Gate(behind, settings.gate.limits, self.refused)
        self.keeper: Keeper | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; under `lifespan`, start the keeper, and at shutdown close the connections to the upstreams."""
        if scope["type"] in ("http", "websocket"):
            self._recorder.entered(1)
            try:
                await self._door(scope, receive, send)
            finally:
                self._recorder.entered(-1)
        elif scope["type"] == "lifespan":
            if self.keeper is not None:
                self.keeper.start()
            self._watching.start(self._state)
            await _live(receive, send, self.aclose)

    def early_answer(self, head: PlainHead) -> Answer | None:
        """What the map alone decides, for servers that can send it at once. No such answer depends on who asks from where."""
        answer = self._transition.early_answer(head) if self._takes_plain_heads else None
        if self._logs_early and answer is not None:
            self._watching.answered_early(head, answer)
        return answer

    def refused(self, status: int) -> None:
        """Hear of a request that was refused, by the gate or by the server before it."""
        self._watching.refused(status)

    def look_again(self) -> None:
        """Compare the files with the map now; what SIGHUP asks for."""
        if self.keeper is not None:
            self.keeper.look_now()

    def take(self, loaded: LoadedMap) -> tuple[str, ...]:
        """Answer by that map from the next request on; gives the sections whose change waits for a restart.

        Raises ConfigError where a file of a certificate cannot be used; then all is as it was.
        """
        settings, former = loaded.settings, self._settings
        notices = notices_of(settings, loaded.table)
        proxies = self._proxies_for(settings, self._proxies)
        same_pages = self._public is not None and (settings.banner, settings.transition) == (former.banner, former.transition)
        if self._public is not None and same_pages:
            public: PublicPages | None = self._public.beside(old_sitemap(settings, loaded.table))
        else:
            public = public_pages(settings, loaded.table)
        transition = self._door_of(settings, loaded.table, notices, proxies, public)
        self._retired += [proxy for key, proxy in self._proxies.items() if proxies.get(key) is not proxy]
        self._retired_pages += [self._public] if self._public and not same_pages else []
        self._settings, self._notices, self._proxies, self._transition = settings, notices, proxies, transition
        self._public = public
        return ("server",) if (settings.gate, settings.watch) != (former.gate, former.watch) else ()

    async def aclose(self) -> None:
        """Close every connection to the upstreams and what the site's own pages hold, and end the keeper."""
        if self.keeper is not None:
            self.keeper.stop()
        await self._watching.stop()
        for proxy in self._retired:
            await proxy.aclose()
        for pages in self._retired_pages:
            pages.close()
        await _close(self._proxies, self._public)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._transition(scope, receive, send)

    def _state(self) -> Mapping[str, Any]:
        keeper = self.keeper
        return state_of(keeper.state.as_dict() if keeper else None, busy=keeper is not None and keeper.is_busy)

    def _door_of(
        self, settings: Settings, table: RuleTable, notices: Notices, proxies: Proxies, public: PublicPages | None
    ) -> Transition:
        self._recorder.took(table)
        return door(settings, table, notices, proxies, public, name_rules=self._name_rules, recorder=self._recorder)

    def _proxies_for(self, settings: Settings, former: Mapping[tuple[str, Home], Proxy]) -> dict[tuple[str, Home], Proxy]:
        """A proxy for each upstream; one that is there already stays where nothing about it changed, with its connections."""
        wanted = settings.upstreams(Home.LEGACY, Home.NEW)
        before = self._settings.upstreams(Home.LEGACY, Home.NEW) if former else {}
        proxies = {}
        for (name, home), options in wanted.items():
            key, url = (name, home), settings.sites[name].upstream(home)
            same = key in former and before.get(key) == options and self._settings.sites[name].upstream(home) == url
            if same:
                proxies[key] = former[key]
                continue
            meter = self._recorder.upstream(name, home)
            proxies[key] = Proxy(url, options, partial(self._unavailable, name), meter=meter)
        return proxies

    def _unavailable(self, name: str, scope: Scope, status: int) -> Answer:
        return self._notices.unavailable(scope, status, site=self._settings.sites.get(name))


def transition_site(config: str | Path = "redirects.yaml") -> TransitionSite:
    """The transition site that a config file describes, for ASGI servers that import an app. Raises ConfigError.

    It takes in newer maps as `migrator serve` does.
    """
    return live_site(start_map(Path(config)))


def live_site(
    start: Start,
    *,
    name_rules: bool = False,
    pace: Pace | None = None,
    slab: Slab | None = None,
    watch: WatchOptions | None = None,
    store_url: str = "",
) -> TransitionSite:
    """The transition site of that map, with a keeper that has it take newer ones. Raises ConfigError or StoreError.

    It counts in `slab`; hits and missing addresses go to the store, where `store_url` names one.
    """
    loaded = load_version(start.config, start.folder, start.version)
    watching = Watching(slab or Slabs(1).slab(0), watch or loaded.settings.watch, store_url)
    site = TransitionSite(loaded.settings, name_rules=name_rules, table=loaded.table, watching=watching)
    site.keeper = Keeper(start, site.take, pace)
    return site


def _proxies(settings: Settings, notices: Notices, *homes: Home) -> dict[tuple[str, Home], Proxy]:
    sites = settings.sites
    return {
        (name, home): Proxy(sites[name].upstream(home), options, partial(notices.unavailable, site=sites[name]))
        for (name, home), options in settings.upstreams(*homes).items()
    }


async def _close(proxies: dict[tuple[str, Home], Proxy], public: PublicPages | None) -> None:
    for proxy in proxies.values():
        await proxy.aclose()
    if public is not None:
        public.close()


async def _live(receive: Receive, send: Send, aclose: Callable[[], Awaitable[None]]) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await aclose()
    await send({"type": "lifespan.shutdown.complete"})
