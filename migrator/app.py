"""The composition root: settings in, a wired ASGI app out. The only place that pairs options with the parts that take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migrator.maps.keeper import Keeper, Pace
from migrator.maps.loading import Start, start_map
from migrator.maps.opening import LoadedMap, load_version
from migrator.rules.rule import Home
from migrator.rules.table import RuleTable
from migrator.serve.answer import Answer
from migrator.serve.dead_ends import DeadEnds
from migrator.serve.forwarding import Forwarding
from migrator.serve.gate import Gate
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.old_sitemap import OldSitemap
from migrator.serve.options import BannerOptions, TransitionOptions
from migrator.serve.page_banners import PageBanners
from migrator.serve.plain_head import PlainHead, allow_plain_heads
from migrator.serve.proxy import Proxy
from migrator.serve.public import PublicPage, PublicPages
from migrator.serve.search import SearchPages
from migrator.serve.search_view import NAME as SEARCH
from migrator.serve.status import StatusPages
from migrator.serve.status_files import StatusFiles
from migrator.serve.status_page import FILES, StatusPress
from migrator.serve.status_sample import sample_boards
from migrator.settings import Settings, load_settings
from migrator.store.search_index import SearchIndex
from migrator.store.search_misses import Misses
from migrator.templating import environment


class TransitionMiddleware:
    """The transition site in front of any ASGI app: `app.add_middleware(TransitionMiddleware, config="redirects.yaml")`.

    The wrapped app is the legacy site; addresses that the file serves from `new_upstream` are proxied from there. Malformed
    requests are refused; how large one may be, and whose word to take for a client's address, is for the app and its server.
    Raises ConfigError where the file cannot be used.
    """

    def __init__(self, app: ASGIApp, config: str | Path = "redirects.yaml", *, name_rules: bool = False) -> None:
        settings = load_settings(Path(config))
        table = settings.table()
        notices = _notices(settings, table)
        self._app = app
        self._proxies = _proxies(settings, notices, Home.NEW)
        self._public = _public(settings, table)
        self._door = Gate(_door(settings, table, notices, self._proxies, self._public, app, name_rules=name_rules, dated=False))

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

    def __init__(self, settings: Settings, *, name_rules: bool = False, table: RuleTable | None = None) -> None:
        self._name_rules = name_rules
        self._settings = settings
        table = settings.table() if table is None else table
        self._notices = _notices(settings, table)
        self._proxies = self._proxies_for(settings, {})
        self._retired: list[Proxy] = []
        self._retired_pages: list[PublicPages] = []
        self._takes_plain_heads = allow_plain_heads(settings.gate.limits)
        self._public = _public(settings, table)
        self._transition = _door(settings, table, self._notices, self._proxies, self._public, name_rules=name_rules)
        self._door = Gate(Forwarding(self._pass, settings.gate.trusted_proxies), settings.gate.limits)
        self.keeper: Keeper | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; under `lifespan`, start the keeper, and at shutdown close the connections to the upstreams."""
        if scope["type"] in ("http", "websocket"):
            await self._door(scope, receive, send)
        elif scope["type"] == "lifespan":
            if self.keeper is not None:
                self.keeper.start()
            await _live(receive, send, self.aclose)

    def early_answer(self, head: PlainHead) -> Answer | None:
        """What the map alone decides, for servers that can send it at once. No such answer depends on who asks from where."""
        return self._transition.early_answer(head) if self._takes_plain_heads else None

    def look_again(self) -> None:
        """Compare the files with the map now; what SIGHUP asks for."""
        if self.keeper is not None:
            self.keeper.look_now()

    def take(self, loaded: LoadedMap) -> tuple[str, ...]:
        """Answer by that map from the next request on; gives the sections whose change waits for a restart.

        Raises ConfigError where a file of a certificate cannot be used; then all is as it was.
        """
        settings, former = loaded.settings, self._settings
        notices = _notices(settings, loaded.table)
        proxies = self._proxies_for(settings, self._proxies)
        same_pages = self._public is not None and (settings.banner, settings.transition) == (former.banner, former.transition)
        if self._public is not None and same_pages:
            public: PublicPages | None = self._public.beside(_old_sitemap(settings, loaded.table))
        else:
            public = _public(settings, loaded.table)
        transition = _door(settings, loaded.table, notices, proxies, public, name_rules=self._name_rules)
        self._retired += [proxy for key, proxy in self._proxies.items() if proxies.get(key) is not proxy]
        self._retired_pages += [self._public] if self._public and not same_pages else []
        self._settings, self._notices, self._proxies, self._transition = settings, notices, proxies, transition
        self._public = public
        return ("server",) if settings.gate != former.gate else ()

    async def aclose(self) -> None:
        """Close every connection to the upstreams and what the site's own pages hold, and end the keeper."""
        if self.keeper is not None:
            self.keeper.stop()
        for proxy in self._retired:
            await proxy.aclose()
        for pages in self._retired_pages:
            pages.close()
        await _close(self._proxies, self._public)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._transition(scope, receive, send)

    def _proxies_for(self, settings: Settings, former: Mapping[tuple[str, Home], Proxy]) -> dict[tuple[str, Home], Proxy]:
        """A proxy for each upstream; one that is there already stays where nothing about it changed, with its connections."""
        wanted = settings.upstreams(Home.LEGACY, Home.NEW)
        before = self._settings.upstreams(Home.LEGACY, Home.NEW) if former else {}
        proxies = {}
        for (name, home), options in wanted.items():
            key, url = (name, home), settings.sites[name].upstream(home)
            same = key in former and before.get(key) == options and self._settings.sites[name].upstream(home) == url
            proxies[key] = former[key] if same else Proxy(url, options, partial(self._unavailable, name))
        return proxies

    def _unavailable(self, name: str, scope: Scope, status: int) -> Answer:
        return self._notices.unavailable(scope, status, site=self._settings.sites.get(name))


def transition_site(config: str | Path = "redirects.yaml") -> TransitionSite:
    """The transition site that a config file describes, for ASGI servers that import an app. Raises ConfigError.

    It takes in newer maps as `migrator serve` does.
    """
    return live_site(start_map(Path(config)))


def live_site(start: Start, *, name_rules: bool = False, pace: Pace | None = None) -> TransitionSite:
    """The transition site of that map, with a keeper that has it take newer ones. Raises ConfigError or StoreError."""
    loaded = load_version(start.config, start.folder, start.version)
    site = TransitionSite(loaded.settings, name_rules=name_rules, table=loaded.table)
    site.keeper = Keeper(start, site.take, pace)
    return site


async def rehearsed(settings: Settings, table: RuleTable, scope: Scope, today: dt.date) -> Answer | None:
    """What the door would send on that day for one request (status and fields, without a body); None where a site is asked.

    `table` may lack rules that keep a server from starting.
    """
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def a_site(scope: Scope, receive: Receive, send: Send) -> None:
        """Stands for the site behind; what it would say is not known here."""

    door = Transition(
        table=table,
        notices=_notices(settings, table),
        homes={},
        fallback=a_site,
        public=_public(settings, table),
        dated=False,
        today=lambda: today,
    )
    await door(scope, _nothing, keep)
    starts = [message for message in sent if message["type"] == "http.response.start"]
    return Answer(starts[0]["status"], list(starts[0]["headers"])) if starts else None


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _banner_options(settings: Settings) -> BannerOptions:
    """The banner's options, with links to the transition site's own pages where the file names no others."""
    options = settings.banner or BannerOptions()
    own = {"progress": settings.transition.path} if settings.transition else {}
    if search := _own_search(settings):
        own["search"] = search
    return replace(options, links={**own, **options.links})


def _notices(settings: Settings, table: RuleTable) -> Notices:
    banner = _banner_options(settings)
    templates, catalogue = environment(settings.templates), load_catalogue(settings.templates)
    ends, search = DeadEnds(table), _own_search(settings)
    return Notices(templates, catalogue, site_name=banner.site_name, links=banner.links, dead_ends=ends, search=search)


def _own_search(settings: Settings) -> str:
    """The path of the transition site's own search; "" where it has none."""
    return f"{settings.transition.path}{SEARCH}" if settings.transition else ""


def _proxies(settings: Settings, notices: Notices, *homes: Home) -> dict[tuple[str, Home], Proxy]:
    sites = settings.sites
    return {
        (name, home): Proxy(sites[name].upstream(home), options, partial(notices.unavailable, site=sites[name]))
        for (name, home), options in settings.upstreams(*homes).items()
    }


def _door(
    settings: Settings,
    table: RuleTable,
    notices: Notices,
    proxies: dict[tuple[str, Home], Proxy],
    public: PublicPages | None,
    fallback: ASGIApp | None = None,
    *,
    name_rules: bool,
    dated: bool = True,
) -> Transition:
    banners = None
    if settings.banner is not None:
        banners = PageBanners(_banner_options(settings), environment(settings.templates), load_catalogue(settings.templates))
    return Transition(
        table=table,
        notices=notices,
        homes=proxies,
        fallback=fallback,
        banners=banners,
        public=public,
        name_rules=name_rules,
        dated=dated,
    )


def _public(settings: Settings, table: RuleTable) -> PublicPages | None:
    if settings.transition is None:
        return None
    search = _search(settings, settings.transition)
    pages: dict[str, PublicPage] = {**_status(settings, settings.transition).pages(), **search.pages()}
    public = PublicPages(settings.transition.path, pages, _old_sitemap(settings, table))
    public.close = search.close
    return public


def _old_sitemap(settings: Settings, table: RuleTable) -> OldSitemap | None:
    return OldSitemap(table) if settings.transition and settings.transition.old_sitemap else None


def _search(settings: Settings, options: TransitionOptions) -> SearchPages:
    banner = settings.banner or BannerOptions()
    return SearchPages(
        SearchIndex(settings.search_index, settings.search_rules()),
        Misses(settings.search_misses),
        environment(settings.templates),
        load_catalogue(settings.templates),
        path=options.path,
        site_name=banner.site_name,
        links=banner.links,
    )


def status_press(settings: Settings) -> StatusPress:
    """What makes the status pages of these settings; a template at fault raises ConfigError at once."""
    banner, transition = settings.banner or BannerOptions(), settings.transition or TransitionOptions()
    templates, catalogue = environment(settings.templates), load_catalogue(settings.templates)
    press = StatusPress(templates, catalogue, links=banner.links, indexed=transition.indexed)
    for tag in catalogue.tags:
        for board in sample_boards(catalogue.choose(tag)):
            for name in FILES:
                press.made(name, board)
    return press


def _status(settings: Settings, options: TransitionOptions) -> StatusPages:
    files = StatusFiles(options.snapshot, options.updates)
    site_name = settings.banner.site_name if settings.banner else ""
    catalogue = load_catalogue(settings.templates)
    return StatusPages(status_press(settings), catalogue, files, options, site_name=site_name)


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
