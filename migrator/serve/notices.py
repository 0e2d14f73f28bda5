"""The pages for what cannot be shown: gone, not found, not available. Which of them it is was decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from jinja2 import Environment
from starlette.types import Scope

from migrator.rules.decision import Gone
from migrator.rules.rule import Site
from migrator.serve.answer import Answer
from migrator.serve.headers import Headers
from migrator.serve.language import Catalogue, accepted_languages, path_language
from migrator.serve.style_policy import style_policy
from migrator.templating import render
from migrator.urls import origin_of

RETRY_AFTER = 30  # seconds
_KEPT_PAGES = 512
_VISITORS_LINKS = ("search", "progress", "feedback")

# Name and address of each link on a page; hashable, because pages are kept by what they say.
Links = tuple[tuple[str, str], ...]


class Notices:
    """Makes the notices in the visitor's language. `links` are search, progress and feedback, where the site has them.

    Every page is made once at the start, so that a template at fault raises ConfigError then and not before a visitor.
    """

    def __init__(
        self,
        templates: Environment,
        catalogue: Catalogue,
        *,
        site_name: str = "",
        links: Mapping[str, str] | None = None,
    ) -> None:
        self._templates = templates
        self._catalogue = catalogue
        self._site_name = site_name
        self._links = _safe((name, (links or {}).get(name, "")) for name in _VISITORS_LINKS)
        self._page = lru_cache(maxsize=_KEPT_PAGES)(self._made)
        self._try_every_page()

    def gone(self, scope: Scope, decision: Gone) -> Answer:
        """410: the page was removed; with the page that may help and a saved copy, where there are such."""
        links = (("suggestion", decision.suggest), ("archive", decision.archive), ("new_site", decision.site.new))
        return self._answer(scope, 410, "gone.html", _safe(links))

    def not_found(self, scope: Scope, site: Site | None = None) -> Answer:
        """404: nothing is here; with a link to the new site where it is known which, else kept by no cache."""
        return self._answer(scope, 404, "not_found.html", _new_site(site), is_settled=site is not None)

    def unavailable(self, scope: Scope, status: int = 503, site: Site | None = None) -> Answer:
        """502, 503 or 504: the site behind does not answer; with what still works."""
        return self._answer(scope, status, "unavailable.html", _new_site(site))

    def _answer(self, scope: Scope, status: int, template: str, links: Links, *, is_settled: bool = True) -> Answer:
        wanted = path_language(scope["path"])
        varies = self._catalogue.find(wanted) is None
        words = self._catalogue.choose(wanted, *(accepted_languages(_accepted(scope)) if varies else ()))
        body, policy = self._page(template, words.tag, links + self._links)
        headers: Headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-language", words.tag.encode("ascii")),
            (b"content-security-policy", policy),
            (b"x-content-type-options", b"nosniff"),
            (b"x-robots-tag", b"noindex"),
            *_caching(status, is_settled=is_settled),
        ]
        if varies:
            headers.append((b"vary", b"Accept-Language"))
        return Answer(status, headers, body)

    def _made(self, template: str, tag: str, links: Links) -> tuple[bytes, bytes]:
        """A page and its Content-Security-Policy."""
        words = self._catalogue.choose(tag)
        page = render(self._templates, template, words=words, site_name=self._site_name, links=links)
        return page.encode(), style_policy(page)

    def _try_every_page(self) -> None:
        for tag in self._catalogue.tags:
            for template in ("gone.html", "not_found.html", "unavailable.html"):
                self._page(template, tag, ())
                self._page(template, tag, (("new_site", "https://new.example/"), *self._links))


def _safe(links: Iterable[tuple[str, str]]) -> Links:
    """The links that lead somewhere, and there only by http(s)."""
    return tuple((name, address) for name, address in links if origin_of(address))


def _new_site(site: Site | None) -> Links:
    return _safe([("new_site", site.new)]) if site else ()


def _accepted(scope: Scope) -> str:
    return b",".join(value for name, value in scope["headers"] if name == b"accept-language").decode("latin-1")


def _caching(status: int, *, is_settled: bool) -> Headers:
    """An hour for what is so by decision; nothing at all for what is so by mishap (RFC 9110 section 10.2.3)."""
    if not is_settled:
        return [(b"cache-control", b"no-store")]
    if status < 500:
        return [(b"cache-control", b"public, max-age=3600")]
    return [(b"cache-control", b"no-store"), (b"retry-after", b"%d" % RETRY_AFTER)]
