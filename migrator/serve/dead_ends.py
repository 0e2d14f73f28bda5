"""What to offer a visitor whose address leads nowhere: likely pages, words to search for, a saved copy. No HTML here.

Whatever is asked costs little, however many such addresses come: a scanner sends thousands.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from starlette.types import Scope

from migrator.pages.likely import LikelyPage, LikelyTargets, WantedPage, wanted_page
from migrator.rules.archive import archived_copy
from migrator.rules.decision import Serve
from migrator.rules.rule import Site
from migrator.rules.table import Request, RuleTable, SiteTable
from migrator.urls import origin_of, split_url

MOST_PAGES = 5
_KEPT = 1024
_FIRST_DAY = dt.date(1970, 1, 1).toordinal()
_LONGEST_SEARCH = 80  # characters
_ASKED_A_SECOND = 10.0  # times that an index is asked, on the whole


class Likely(Protocol):
    """Finds pages by words, such as a search index does. It answers at once, and never raises for what it is asked."""

    def likely(self, words: Sequence[str], language: str, site: str, limit: int) -> Sequence[LikelyPage]:
        """Up to `limit` pages of that site in that language, a BCP 47 primary tag, best first."""
        ...


class Offer(NamedTuple):
    """What one dead end offers; hashable, as pages are kept by what they say."""

    pages: tuple[LikelyPage, ...] = ()
    words: str = ""  # to search for
    archive: str = ""


class DeadEnds:
    """Knows what to offer, from a map and perhaps an index of all pages."""

    def __init__(self, table: RuleTable, index: Likely | None = None) -> None:
        today = _today()
        self._targets = {name: LikelyTargets(_moves(table, one, today)) for name, one in table.tables.items()}
        self._index = Sparingly(index) if index else None
        self._offers = lru_cache(maxsize=_KEPT)(self._made)
        self._pages = lru_cache(maxsize=_KEPT)(self._found)

    def offer(self, scope: Scope, site: Site, language: str, *known: str) -> Offer:
        """What to offer for that request; `known` are addresses that its page shows already."""
        return self._offers(raw_path(scope), scope["query_string"], site, language, known, _today())

    def _made(self, path: bytes, query: bytes, site: Site, language: str, known: tuple[str, ...], day: dt.date) -> Offer:
        wanted = wanted_page(path, language)
        own = f"{site.hosts[0]}{path.decode('latin-1')}"
        pages = (page for page in self._pages(wanted, site.name) if page.address not in known and not _is_same(page.address, own))
        return Offer(tuple(pages)[:MOST_PAGES], wanted.text[:_LONGEST_SEARCH], archived_copy(site, path, query, day))

    def _found(self, wanted: WantedPage, site: str) -> tuple[LikelyPage, ...]:
        if not (wanted.name or wanted.words):
            return ()
        found = {page.address: page for page in self._targets[site].likely(wanted, MOST_PAGES + 2)}
        if len(found) < MOST_PAGES and self._index is not None:
            words = (*wanted.name, *wanted.words)
            for page in self._index.likely(words, wanted.language, site, MOST_PAGES):
                found.setdefault(page.address, page)
        return _told_apart([page for page in found.values() if origin_of(page.address)])


class Sparingly:
    """An index that is asked so many times a second at the most, and between them finds nothing."""

    def __init__(self, index: Likely, rate: float = _ASKED_A_SECOND, clock: Callable[[], float] = time.monotonic) -> None:
        self._index = index
        self._rate = rate
        self._clock = clock
        self._left = rate
        self._last = clock()

    def likely(self, words: Sequence[str], language: str, site: str, limit: int) -> Sequence[LikelyPage]:
        """What the index finds; nothing where it was asked too often."""
        now = self._clock()
        self._left = min(self._rate, self._left + (now - self._last) * self._rate)
        self._last = now
        if self._left < 1:
            return ()
        self._left -= 1
        return self._index.likely(words, language, site, limit)


def raw_path(scope: Scope) -> bytes:
    """The path of a request as it came, where the server tells it."""
    path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    return path


def _moves(table: RuleTable, site_table: SiteTable, today: dt.date) -> Iterator[tuple[str, str]]:
    """Old paths and where the map leads them on that day: to pages that it does not itself call gone or moved on."""
    for rule in site_table:
        target = rule.target
        if target is None or not target.is_literal or not rule.rule.is_active(today):
            continue
        address = target.parts[0]
        if target.origin.netloc in table.own_hosts:
            _, path, query = split_url(address)
            request = Request(path.encode(), query.encode(), target.origin.netloc, today=today)
            if not isinstance(table.decide(request), Serve):
                continue
        yield rule.key.shown if rule.key else "", address


def _told_apart(pages: list[LikelyPage]) -> tuple[LikelyPage, ...]:
    """The pages, those that share a title called by their addresses: links of one text lead to one place (WCAG 2.4.4)."""
    titles = Counter(page.title for page in pages)
    return tuple(page._replace(title=page.shown) if titles[page.title] > 1 else page for page in pages)


def _is_same(address: str, own: str) -> bool:
    host, path, _ = split_url(address)
    return f"{host}{path}".rstrip("/").lower() == own.rstrip("/").lower()


def _today() -> dt.date:
    return dt.date.fromordinal(_FIRST_DAY + int(time.time()) // 86_400)
