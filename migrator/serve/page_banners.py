"""Which banner a page of the legacy site gets: the one of all pages, or that of its part of the site. Its markup is banner.py's.

All markup is made at the start; for a request, one is chosen by the path. A page's own new version is filled into it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import NamedTuple

from jinja2 import Environment

from migrator.rules.rule import Site
from migrator.rules.target import TargetError, absolute_target
from migrator.serve.banner import Banner
from migrator.serve.content_security import Grant, Inline
from migrator.serve.injection import Injection
from migrator.serve.known_heads import KnownHeads
from migrator.serve.language import Catalogue
from migrator.serve.options import BannerOptions, PageBanner
from migrator.serve.path_patterns import Patterns, matches_any, path_patterns
from migrator.urls import origin_of

_ELSEWHERE = "https://page.invalid/new-version"  # stands in the markup where a page's new version comes to stand
_KEPT = 1024  # pages with a new version of their own

# Asked for where a page is going to be, with nothing but its own address to go by; "" where nobody knows.
NewVersion = Callable[[], str]


class _Part(NamedTuple):
    """One part of the site: which pages, and the banner on them with the link to their new version and without."""

    patterns: Patterns
    options: PageBanner
    plain: Banner
    linked: Banner


class PageBanners:
    """Every banner of one configuration. `tell` hears what becomes of each answer; see Injection."""

    def __init__(
        self,
        options: BannerOptions,
        templates: Environment,
        catalogue: Catalogue,
        tell: Callable[[str, str], None] | None = None,
    ) -> None:
        self._tell = tell
        self._general = Banner(options, templates, catalogue)
        self._heads = KnownHeads()
        self._parts = tuple(_part(part, options, templates, catalogue) for part in options.pages)
        self._inline = _together(self._general, *(one for part in self._parts for one in (part.plain, part.linked)))
        self._injection = self._injecting(self._general.markup, self._general.version)
        self._plain = [self._injecting(part.plain.markup, part.plain.version) for part in self._parts]
        self._told = lru_cache(maxsize=_KEPT)(self._told_by_options)
        self._leading = lru_cache(maxsize=_KEPT)(self._leading_to)

    def injection(self, path: str, today: dt.date, site: Site, new_version: NewVersion) -> Injection | None:
        """What puts the banner into a page at `path` on that day (UTC); None where the page has none."""
        if not self._general.is_shown(path, today):
            return None
        for index, part in enumerate(self._parts):
            if matches_any(part.patterns, path):
                if part.options.to:
                    return self._told(index, site)
                return self._leading(index, new_version() if part.options.moving else "")
        return self._injection

    def _told_by_options(self, index: int, site: Site) -> Injection:
        try:
            return self._leading(index, absolute_target(self._parts[index].options.to, site))
        except TargetError:
            return self._plain[index]

    def _leading_to(self, index: int, address: str) -> Injection:
        """The banner of that part of the site, with a link to `address` where that is one."""
        if origin_of(address) is None:
            return self._plain[index]
        banner = self._parts[index].linked
        place, written = _ELSEWHERE.encode("ascii"), escape(address).encode("ascii", "xmlcharrefreplace")

        def markup(language: str, granted: Grant) -> bytes:
            return banner.markup(language, granted).replace(place, written)

        return self._injecting(markup, sha256(f"{banner.version} {address}".encode()).hexdigest()[:8])

    def _injecting(self, markup: Callable[[str, Grant], bytes], version: str) -> Injection:
        return Injection(markup, version, inline=self._inline, heads=self._heads, tell=self._tell)


def _together(*banners: Banner) -> Inline:
    """What is inline in any of them: a template may have a style of its own for pages that move."""
    styles = dict.fromkeys(source for banner in banners for source in banner.inline.styles)
    scripts = dict.fromkeys(source for banner in banners for source in banner.inline.scripts)
    return Inline(tuple(styles), tuple(scripts))


def _part(part: PageBanner, options: BannerOptions, templates: Environment, catalogue: Catalogue) -> _Part:
    own = replace(options, messages=part.messages or ({} if part.moving else options.messages), moving=part.moving, pages=())
    linked = replace(own, links={**options.links, "other_version": _ELSEWHERE})
    banners = (Banner(one, templates, catalogue) for one in (own, linked))
    return _Part(path_patterns(part.paths), part, *banners)
