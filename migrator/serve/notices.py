"""The pages for what cannot be shown: gone, not found, not available. Which of them it is was decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import NamedTuple

from jinja2 import Environment
from starlette.types import Scope

from migrator.pages.likely import LikelyPage
from migrator.rules.decision import Gone
from migrator.rules.rule import Site
from migrator.serve.answer import Answer
from migrator.serve.dead_ends import DeadEnds, Offer
from migrator.serve.headers import Headers
from migrator.serve.language import Catalogue, Words, accepted_languages, path_language
from migrator.serve.style_policy import style_policy
from migrator.templating import render
from migrator.urls import is_link, origin_of

RETRY_AFTER = 30  # seconds
_KEPT_PAGES = 512
NOTICES = ("gone.html", "not_found.html", "unavailable.html")
_VISITORS_LINKS = ("search", "progress", "feedback")

# What differs with every address stands for itself in a page that is made once, and is filled in when it is sent.
_COPY = "https://copy.invalid/"
_SEARCHED = "migrator-words-of-the-address"
_NO_OFFER = Offer()

# Name and address of each link on a page; hashable, because pages are kept by what they say.
Links = tuple[tuple[str, str], ...]


class Notices:
    """Makes the notices in the visitor's language. `links` are search, progress and feedback, where the site has them.

    `dead_ends` knows what to offer for an address that leads nowhere; `search` is the path of the transition site's own search,
    where it has one. Every page is made once at the start, so that a template at fault raises ConfigError then and not before a
    visitor.
    """

    def __init__(
        self,
        templates: Environment,
        catalogue: Catalogue,
        *,
        site_name: str = "",
        links: Mapping[str, str] | None = None,
        dead_ends: DeadEnds | None = None,
        search: str = "",
    ) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._site_name = site_name
        self._search = search
        named = {name: (links or {}).get(name, "") for name in _VISITORS_LINKS if name != "search" or not search}
        self._links: Links = tuple((name, address) for name, address in named.items() if is_link(address))
        self._dead_ends = dead_ends
        self._page = lru_cache(maxsize=_KEPT_PAGES)(self._made)
        self._try_every_page()

    def gone(self, scope: Scope, decision: Gone) -> Answer:
        """410: the page was removed; with the page that may help and a saved copy, where there are such, and likely pages."""
        links = _safe((("suggestion", decision.suggest), ("archive", decision.archive), ("new_site", decision.site.new)))
        language = self._language(scope)
        offer = self._offer(scope, decision.site, language.words, decision.suggest, decision.site.new)
        return self._answer(language, 410, "gone.html", links, offer._replace(archive=""))

    def not_found(self, scope: Scope, site: Site | None = None, *, is_old: bool = True) -> Answer:
        """404: nothing is here; with likely pages and a saved copy, where there may be such, and the new site's address.

        Kept by no cache where it is not known which site. `is_old` is false for an address that never was the old site's.
        """
        language = self._language(scope)
        offer = self._offer(scope, site, language.words, site.new) if site and is_old else _NO_OFFER
        links = _safe((("archive", _COPY if origin_of(offer.archive) else ""), ("new_site", site.new if site else "")))
        return self._answer(language, 404, "not_found.html", links, offer, is_settled=site is not None)

    def unavailable(self, scope: Scope, status: int = 503, site: Site | None = None) -> Answer:
        """502, 503 or 504: the site behind does not answer; with what still works."""
        return self._answer(self._language(scope), status, "unavailable.html", _safe([("new_site", site.new if site else "")]))

    def _language(self, scope: Scope) -> _Language:
        wanted = path_language(scope["path"])
        varies = self._catalogue.find(wanted) is None
        accepted = accepted_languages(_accepted(scope)) if varies else ()
        return _Language(self._catalogue.choose(wanted, *accepted), varies)

    def _offer(self, scope: Scope, site: Site, words: Words, *known: str) -> Offer:
        return self._dead_ends.offer(scope, site, words.tag, *known) if self._dead_ends else _NO_OFFER

    def _answer(
        self, language: _Language, status: int, template: str, links: Links, offer: Offer = _NO_OFFER, *, is_settled: bool = True
    ) -> Answer:
        words = language.words
        page, policy = self._page(template, words.tag, links + self._links, offer.pages)
        body = _filled(page, {_COPY: offer.archive, _SEARCHED: offer.words})
        headers: Headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-language", words.tag.encode("ascii")),
            (b"content-security-policy", policy),
            (b"x-content-type-options", b"nosniff"),
            (b"x-robots-tag", b"noindex"),
            *_caching(status, is_settled=is_settled),
        ]
        if language.varies:
            headers.append((b"vary", b"Accept-Language"))
        return Answer(status, headers, body)

    def _made(self, template: str, tag: str, links: Links, likely: tuple[LikelyPage, ...]) -> tuple[bytes, bytes]:
        """A page and its Content-Security-Policy."""
        page = render(
            self._templates,
            template,
            words=self._catalogue.choose(tag),
            site_name=self._site_name,
            links=links,
            likely=likely,
            search=self._search,
            searched=_SEARCHED,
        )
        return page.encode(), style_policy(page)

    def _try_every_page(self) -> None:
        for tag in self._catalogue.tags:
            for template in NOTICES:
                self._page(template, tag, (), ())
                links = (("new_site", "https://new.example/"), *self._links)
                self._page(template, tag, links, (LikelyPage("https://new.example/a", "A"),))


class _Language(NamedTuple):
    """The words that a visitor gets, and whether others who ask for the same address may get others."""

    words: Words
    varies: bool


def _safe(links: Iterable[tuple[str, str]]) -> Links:
    """The links that lead somewhere, and there only by http(s)."""
    return tuple((name, address) for name, address in links if origin_of(address))


def _filled(page: bytes, values: Mapping[str, str]) -> bytes:
    """A page with what stands for a value replaced by it, as text of HTML."""
    for name, value in values.items():
        page = page.replace(name.encode("ascii"), escape(value).encode("utf-8", "replace"))
    return page


def _accepted(scope: Scope) -> str:
    return b",".join(value for name, value in scope["headers"] if name == b"accept-language").decode("latin-1")


def _caching(status: int, *, is_settled: bool) -> Headers:
    """An hour for what is so by decision; nothing at all for what is so by mishap (RFC 9110 section 10.2.3)."""
    if not is_settled:
        return [(b"cache-control", b"no-store")]
    if status < 500:
        return [(b"cache-control", b"public, max-age=3600")]
    return [(b"cache-control", b"no-store"), (b"retry-after", b"%d" % RETRY_AFTER)]
