"""Pairs the options of the settings with the parts of the door that take them. The app that they make is put together above."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migrator.errors import ConfigError, Problem
from migrator.rules.rule import Home
from migrator.rules.table import RuleTable
from migrator.serve.answer import Answer
from migrator.serve.dead_ends import DeadEnds
from migrator.serve.indexed_pages import SECONDS, IndexedPages
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.old_sitemap import OldSitemap
from migrator.serve.options import BannerOptions, TransitionOptions
from migrator.serve.page_banners import PageBanners
from migrator.serve.proxy import Proxy
from migrator.serve.public import PublicPage, PublicPages
from migrator.serve.recorder import Recorder
from migrator.serve.search import SearchPages
from migrator.serve.search_view import NAME as SEARCH
from migrator.serve.status import StatusPages
from migrator.serve.status_files import StatusFiles
from migrator.serve.status_page import FILES, StatusPress
from migrator.serve.status_sample import sample_boards
from migrator.settings import Settings
from migrator.store.search_index import SearchIndex
from migrator.store.search_misses import Misses
from migrator.templating import environment


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
        notices=notices_of(settings, table),
        homes={},
        fallback=a_site,
        public=public_pages(settings, table),
        dated=False,
        today=lambda: today,
    )
    await door(scope, _nothing, keep)
    starts = [message for message in sent if message["type"] == "http.response.start"]
    return Answer(starts[0]["status"], list(starts[0]["headers"])) if starts else None


def template_problems(settings: Settings) -> tuple[Problem, ...]:
    """What keeps the operator's own templates and words from being used, as a start would find it; () where there are none."""
    if settings.templates is None:
        return ()
    table = RuleTable(settings.sites.values(), ())
    try:
        public = public_pages(settings, table)
        door(settings, table, notices_of(settings, table), {}, public, name_rules=False)
    except ConfigError as error:
        return error.problems
    if public is not None:
        public.close()
    return ()


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _banner_options(settings: Settings) -> BannerOptions:
    """The banner's options, with links to the transition site's own pages where the file names no others."""
    options = settings.banner or BannerOptions()
    own = {"progress": settings.transition.path} if settings.transition else {}
    if search := _own_search(settings):
        own["search"] = search
    return replace(options, links={**own, **options.links})


def notices_of(settings: Settings, table: RuleTable) -> Notices:
    """The pages that say gone, not found and unavailable."""
    banner = _banner_options(settings)
    templates, catalogue = environment(settings.templates), load_catalogue(settings.templates)
    search = _own_search(settings)
    index = SearchIndex(settings.search_index, settings.search_rules(), seconds=SECONDS) if search else None
    ends = DeadEnds(table, IndexedPages(index) if index else None)
    return Notices(templates, catalogue, site_name=banner.site_name, links=banner.links, dead_ends=ends, search=search)


def _own_search(settings: Settings) -> str:
    """The path of the transition site's own search; "" where it has none, or nothing to search in yet."""
    return f"{settings.transition.path}{SEARCH}" if settings.transition and settings.search_index.exists() else ""


def door(
    settings: Settings,
    table: RuleTable,
    notices: Notices,
    proxies: dict[tuple[str, Home], Proxy],
    public: PublicPages | None,
    fallback: ASGIApp | None = None,
    *,
    name_rules: bool,
    dated: bool = True,
    recorder: Recorder | None = None,
) -> Transition:
    """The door of these settings and that map."""
    banners = None
    if settings.banner is not None:
        tell = recorder.banner if recorder else None
        templates, catalogue = environment(settings.templates), load_catalogue(settings.templates)
        banners = PageBanners(_banner_options(settings), templates, catalogue, tell)
    return Transition(
        table=table,
        notices=notices,
        homes=proxies,
        fallback=fallback,
        banners=banners,
        public=public,
        name_rules=name_rules,
        dated=dated,
        recorder=recorder,
    )


def public_pages(settings: Settings, table: RuleTable) -> PublicPages | None:
    """The transition site's own pages, and the sitemap of old addresses; None where the file has no section for them."""
    if settings.transition is None:
        return None
    search = _search(settings, settings.transition)
    pages: dict[str, PublicPage] = {**_status(settings, settings.transition).pages(), **search.pages()}
    public = PublicPages(settings.transition.path, pages, old_sitemap(settings, table))
    public.close = search.close
    return public


def old_sitemap(settings: Settings, table: RuleTable) -> OldSitemap | None:
    """The sitemap of old addresses, where it is asked for."""
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
