"""The search over both sites as pages: what is asked for, in which language, within bounds, and with which fields.

A search never runs on the event loop, and no more at a time than there are threads for. What is found is the store's matter.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import parse_qs

from jinja2 import Environment

from migrator.errors import SearchIndexError, SearchTooLong
from migrator.pages.search_json import found_value
from migrator.pages.search_query import tidy
from migrator.pages.search_result import MOST_PAGES, Found, Hit, Query, Rung
from migrator.pages.search_snippet import Piece
from migrator.rules.rule import Site
from migrator.rules.search_rules import Pin
from migrator.serve.answer import Answer
from migrator.serve.headers import Headers
from migrator.serve.language import Catalogue, Words, accepted_languages
from migrator.serve.public import PublicPage, PublicRequest
from migrator.serve.search_view import NAME, View, view_of
from migrator.serve.style_policy import style_policy
from migrator.store.search_index import SearchIndex
from migrator.store.search_misses import Misses
from migrator.templating import render
from migrator.urls import origin_of

TEMPLATE, DESCRIPTION = "search.html", "opensearch.xml"
THREADS = 2
MOST_WAITING = 24  # searches under way and waiting; one more is asked to come back
RETRY_AFTER = 5  # seconds
_LONGEST_QUERY_STRING = 2_000
_LONGEST_FILTER = 100
_OFFERED = ("progress", "feedback")


class _Question(NamedTuple):
    """A request, read: the query, the words to answer in, and the language that the visitor chose, if any."""

    query: Query
    words: Words
    lang: str
    varies: bool


def _utc_today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


class SearchPages:
    """The page, the same results as JSON, and the description that browsers read, for every site.

    `links` are those that the site has for visitors. Raises ConfigError at once where a template is at fault.
    """

    def __init__(
        self,
        index: SearchIndex,
        misses: Misses,
        templates: Environment,
        catalogue: Catalogue,
        *,
        path: str,
        site_name: str = "",
        links: Mapping[str, str] | None = None,
        today: Callable[[], dt.date] = _utc_today,
    ) -> None:
        self._index = index
        self._misses = misses
        self._templates = templates
        self._catalogue = catalogue
        self._path = path
        self._site_name = site_name
        known = {name: address for name, address in (links or {}).items() if origin_of(address)}
        offered = {"progress": path, **known}  # the front page of the public pages tells how far the move is
        self._links = [(name, offered[name]) for name in _OFFERED if name in offered]
        self._today = today
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="search")
        self._waiting = 0
        self._try_every_page()

    def pages(self) -> dict[str, PublicPage]:
        """The pages by their names below the path of all of them."""
        return {NAME: self._page, f"{NAME}.json": self._json, DESCRIPTION: self._description}

    def close(self) -> None:
        """Write down what was not found; searches under way may end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._misses.flush()

    async def _page(self, request: PublicRequest) -> Answer:
        question = self._question(request)
        scheme = "https" if request.scope.get("scheme") == "https" else "http"
        return await self._run(lambda: self._searched(question, request.site, scheme), question, request.site)

    async def _json(self, request: PublicRequest) -> Answer:
        question = self._question(request)
        answer = await self._run(lambda: self._as_json(question), question, request.site)
        if answer.status == 200:
            return answer
        body = json.dumps({"error": "the search is busy or not ready; try again later"}).encode()
        kept = [one for one in answer.headers if one[0] in (b"cache-control", b"retry-after")]
        return Answer(answer.status, [*kept, *_json_fields()], body)

    async def _description(self, request: PublicRequest) -> Answer:
        question = self._question(request)
        scheme = "https" if request.scope.get("scheme") == "https" else "http"
        base = f"{scheme}://{_asked_host(request)}{self._path}"
        body = self._described(question.words, base)
        headers: Headers = [
            (b"content-type", b"application/opensearchdescription+xml; charset=utf-8"),
            (b"cache-control", b"public, max-age=3600"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'"),
        ]
        return Answer(200, _varied(headers, question), body)

    async def _run(self, work: Callable[[], Answer], question: _Question, site: Site) -> Answer:
        if self._waiting >= MOST_WAITING:
            return self._unable("search_busy", question, site)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except SearchTooLong:
            return self._unable("search_busy", question, site)
        except SearchIndexError:
            return self._unable("search_unready", question, site)
        finally:
            self._waiting -= 1

    def _question(self, request: PublicRequest) -> _Question:
        fields = parse_qs(request.query[:_LONGEST_QUERY_STRING].decode("utf-8", "replace"))
        said = {name: values[-1] for name, values in fields.items()}
        chosen = self._catalogue.find(said.get("lang", ""))
        accepted = b",".join(value for name, value in request.headers if name == b"accept-language").decode("latin-1")
        words = chosen or self._catalogue.choose(*accepted_languages(accepted))
        page = said.get("page", "")
        query = Query(
            text=tidy(said.get("q", "")),
            site=request.site.name,
            language=said.get("in", "")[:_LONGEST_FILTER].lower(),
            section=said.get("section", "")[:_LONGEST_FILTER].lower(),
            reads=words.tag.partition("-")[0],
            page=min(MOST_PAGES, max(1, int(page))) if page.isascii() and page.isdigit() and len(page) < 4 else 1,
        )
        return _Question(query, words, chosen.tag if chosen else "", varies=chosen is None)

    def _found(self, query: Query) -> Found:
        found = self._index.search(query)
        if found.unknown and query.page == 1:
            self._misses.count(found.unknown, self._today())
        return found

    def _searched(self, question: _Question, site: Site, scheme: str) -> Answer:
        query, words, lang, _ = question
        if not query.text:
            return self._answer(200, View(query=query, lang=lang), question, site)
        return self._answer(200, view_of(self._found(query), words, site, scheme, lang), question, site)

    def _as_json(self, question: _Question) -> Answer:
        found = self._found(question.query) if question.query.text else Found(question.query)
        body = json.dumps(found_value(found), ensure_ascii=False).encode("utf-8", "replace")
        return Answer(200, _varied([(b"cache-control", b"private, max-age=60"), *_json_fields()], question), body)

    def _unable(self, why: str, question: _Question, site: Site) -> Answer:
        view = View(query=question.query, lang=question.lang, status=question.words.text(why))
        return self._answer(503, view, question, site)

    def _answer(self, status: int, view: View, question: _Question, site: Site) -> Answer:
        page = self._rendered(view, question.words, site)
        caching: Headers = [(b"cache-control", b"private, max-age=60")]
        if status == 503:
            caching = [(b"cache-control", b"no-store"), (b"retry-after", b"%d" % RETRY_AFTER)]
        headers: Headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-language", question.words.tag.encode("ascii")),
            (b"content-security-policy", style_policy(page)),
            (b"x-content-type-options", b"nosniff"),
            (b"x-robots-tag", b"noindex"),
            (b"referrer-policy", b"same-origin"),  # what somebody looks for is not told to other sites
            *caching,
        ]
        return Answer(status, _varied(headers, question), page.encode("utf-8", "replace"))

    def _rendered(self, view: View, words: Words, site: Site) -> str:
        links = [("new_site", site.new), *self._links] if origin_of(site.new) else self._links
        values = {"view": view, "words": words, "site_name": self._site_name, "links": links, "description": DESCRIPTION}
        return render(self._templates, TEMPLATE, **values)

    def _described(self, words: Words, base: str) -> bytes:
        values = {"words": words, "site_name": self._site_name, "base": base, "search": NAME}
        return render(self._templates, DESCRIPTION, **values).encode()

    def _try_every_page(self) -> None:
        site = Site("", ("old.example",), "http://old.example", "https://new.example")
        for tag in self._catalogue.tags:
            words = self._catalogue.choose(tag)
            for found in (_sample(), Found(Query("x"))):
                self._rendered(view_of(found, words, site, "https", ""), words, site)
            self._rendered(View(query=Query(""), lang=""), words, site)
            self._described(words, "https://old.example/")


def _sample() -> Found:
    """Something of everything that the template may have to show."""
    pieces = (Piece("x "), Piece("y", is_marked=True))
    hit = Hit("http://old.example/x", "x y", "", is_new=False, language="ar", section="x", marked_title=pieces, passage=pieces)
    counted = (("ar", 20), ("en", 5))
    pins = (Pin(("x",), "https://new.example/", "x", "y"),)
    return Found(Query("x", page=2), Rung.MOST, 25, True, (hit,), counted, counted, "y", ("x",), pins)


def _json_fields() -> Headers:
    return [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"access-control-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-robots-tag", b"noindex"),
        (b"content-security-policy", b"default-src 'none'"),
    ]


def _asked_host(request: PublicRequest) -> str:
    """The host that the visitor's client asked, which is one of the site's, with its port."""
    hosts = (value for name, value in request.headers if name == b"host")
    return next(hosts, request.site.hosts[0].encode()).decode("latin-1")


def _varied(headers: Headers, question: _Question) -> Headers:
    return [*headers, (b"vary", b"Accept-Language")] if question.varies else headers
