"""The search index as its readers see it: queries in, pages out, in bounded time. Built elsewhere and never changed here."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from migrator.errors import SearchTooLong
from migrator.pages.search_entry import Origin
from migrator.pages.search_query import Asked, read_query
from migrator.pages.search_result import MOST_PAGES, PER_PAGE, Found, Hit, Query, Rung
from migrator.pages.search_snippet import marked, snippet
from migrator.pages.search_words import Wanted, terms_of
from migrator.rules.search_rules import Pin, SearchRules
from migrator.store.search_file import mended, opened_to_read
from migrator.store.search_ranking import LOOKED_AT, Facet, Ranked, narrowed, ranked, titled
from migrator.store.search_vocabulary import Vocabulary, Word, all_of, any_of

SECONDS = 1.0  # that a search may take
COMMON = 0.2  # share of the pages: a word that more of them have chooses none, where there is a rarer one
MOST_OF = 0.6  # share of the words that are most of them
ROWS = 4_000  # pages whose scores are compared; where more have the words, those that have them in titles and headings
MOST_MEANT = 2  # unknown words that others are looked for
_STEPS = 5_000  # of SQLite, between two looks at the clock
_WEIGHTS = "8.0, 3.0, 6.0, 1.0, 0.0"  # of title, headings, former titles, text, and the language
_IN_TITLES = "{title headings former facets} : "
_SCORED = f"SELECT rowid, bm25(found, {_WEIGHTS}) FROM found WHERE found MATCH ? LIMIT ?"  # noqa: S608 - a constant
_NUMBERS = "SELECT rowid FROM found WHERE found MATCH ?"
_TITLES = "SELECT address, site, facet, title, former, headings FROM entries JOIN shown USING (id) WHERE id = ?"
_BODY = "SELECT body FROM shown WHERE id = ?"


@dataclass(slots=True)
class _Opened:
    """One state of the file, opened."""

    connection: sqlite3.Connection
    signature: tuple[int, int, int]
    facets: dict[int, Facet]
    codes: array[int]
    pages: int
    vocabulary: Vocabulary


class _Row(NamedTuple):
    """A page that was found, as it is ranked."""

    score: float
    number: int
    address: str
    site: str
    facet: int
    title: str
    former: str
    headings: str


class SearchIndex:
    """The index at a path. May be used by several threads; each opens it anew where the file was replaced.

    Every method raises SearchIndexError where there is no index, SearchTooLong where a search takes more than `seconds`.
    """

    def __init__(self, path: Path, rules: SearchRules | None = None, *, seconds: float = SECONDS) -> None:
        self._path = path
        self._rules = rules or SearchRules()
        self._seconds = seconds
        self._thread = threading.local()

    def search(self, query: Query) -> Found:
        """The pages for a query: those with all of its words, else with most, else with any."""
        asked = read_query(query.text)
        with mended(self._path):
            opened = self._opened()
            return self._bounded(opened, lambda: self._found(opened, query, asked))

    def likely(self, said: Iterable[str], language: str = "", site: str = "", limit: int = 5) -> list[Hit]:
        """Pages that have most of some words, such as those of an address; in that language where it is given, best first.

        None where pages have single ones of them alone: that is chance. Takes milliseconds, and up to `seconds`.
        """
        query = Query(" ".join(said), site=site, language=language)
        found = self.search(query)
        return list(found.hits[:limit]) if found.rung in (Rung.ALL, Rung.MOST) else []

    def _opened(self) -> _Opened:
        try:
            stat = self._path.stat()
        except OSError:
            opened_to_read(self._path).close()  # says what is missing
            raise
        signature = stat.st_ino, stat.st_mtime_ns, stat.st_size
        opened: _Opened | None = getattr(self._thread, "opened", None)
        if opened is None or opened.signature != signature:
            if opened is not None:
                opened.connection.close()
            opened = self._thread.opened = _opened(self._path, signature, self._rules)
        return opened

    def _bounded(self, opened: _Opened, work: Callable[[], Found]) -> Found:
        ends = time.monotonic() + self._seconds
        opened.connection.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
        try:
            return work()
        except sqlite3.OperationalError as error:
            if time.monotonic() > ends:
                raise SearchTooLong("the search took too long\n    ask for fewer, or for rarer words") from error
            raise
        finally:
            opened.connection.set_progress_handler(None, 0)

    def _found(self, opened: _Opened, query: Query, asked: Sequence[Asked]) -> Found:
        said = [opened.vocabulary.word(one) for one in asked]
        rung, result = _climbed(opened, query, said)
        unknown = [word.asked for word in said if not word.choices]
        languages, sections = narrowed(result, opened.facets, query)
        return Found(
            query=query,
            rung=rung,
            total=result.total,
            is_more=result.is_more,
            hits=_hits(opened, query, said, result),
            languages=languages,
            sections=sections,
            meant=_meant(opened.vocabulary, asked, unknown),
            unknown=tuple(map(str, unknown)),
            pins=_pins(self._rules.pins, query),
        )


def _opened(path: Path, signature: tuple[int, int, int], rules: SearchRules) -> _Opened:
    connection = opened_to_read(path)
    rows = connection.execute("SELECT id, site, origin, language, section FROM facets")
    facets = {number: Facet(*rest) for number, *rest in rows}
    (last, pages) = connection.execute("SELECT coalesce(max(id), 0), count(*) FROM entries").fetchone()
    codes = array("L", bytes(array("L").itemsize * (last + 1)))
    for number, facet in connection.execute("SELECT id, facet FROM entries"):
        codes[number] = facet
    languages = {facet.language for facet in facets.values()}
    return _Opened(connection, signature, facets, codes, pages, Vocabulary(connection, languages, rules.synonyms))


def _climbed(opened: _Opened, query: Query, said: Sequence[Word]) -> tuple[Rung, Ranked]:
    """The first rung on which there are pages, and those."""
    known = sorted((word for word in said if word.choices), key=lambda word: word.pages)
    result = Ranked()
    if known and len(known) == len(said):
        rare = [word for word in known if word.pages <= COMMON * opened.pages] or known
        result = _ranked(opened, query, all_of(word.expression for word in rare), rare[0].pages)
        if result.total:
            return Rung.ALL, result
    needed = max(2, math.ceil(MOST_OF * len(said)))
    if needed <= len(known) and len(said) > 2:
        result = _most(opened, query, known, needed)
        if result.total:
            return Rung.MOST, result
    if known:
        rarest = _rarest(known)
        result = _ranked(opened, query, any_of(word.expression for word in rarest), sum(word.pages for word in rarest))
    return Rung.ANY if result.total else Rung.NONE, result


def _most(opened: _Opened, query: Query, known: Sequence[Word], needed: int) -> Ranked:
    """Pages with so many of the words: each has one of the rarest, of which there is one more than may be missing."""
    anchors = any_of(word.expression for word in known[: len(known) - needed + 1])
    counts: Counter[int] = Counter()
    for word in known:
        rows = opened.connection.execute(_NUMBERS, (all_of((anchors, word.expression)),))
        counts.update(number for (number,) in rows)
    among = {number for number, count in counts.items() if count >= needed}
    return _ranked(opened, query, all_of((anchors, any_of(word.expression for word in known))), 0, among) if among else Ranked()


def _ranked(opened: _Opened, query: Query, expression: str, pages: int = 0, among: set[int] | None = None) -> Ranked:
    """The best of what an expression finds, which is so many pages at most."""
    tried = (_IN_TITLES + expression, expression) if pages > ROWS else (expression,)
    result = Ranked()
    for one in tried:
        rows = opened.connection.execute(_SCORED, (one, ROWS)).fetchall()
        result = ranked(rows, opened.codes, opened.facets, query, min(query.page, MOST_PAGES) * PER_PAGE, among)
        result.is_more = len(tried) > 1
        if result.total:
            break
    return result


def _rarest(known: Sequence[Word]) -> Sequence[Word]:
    """As many of the words, rarest first, as bring no more pages than are looked at; one at least."""
    pages = 0
    for number, word in enumerate(known):
        pages += word.pages
        if pages > ROWS:
            return known[: max(1, number)]
    return known


def _hits(opened: _Opened, query: Query, said: Sequence[Word], result: Ranked) -> list[Hit]:
    """The page of hits that is asked for; titles are compared for the best."""
    asked = [word.terms for word in said if word.choices]
    start = (min(query.page, MOST_PAGES) - 1) * PER_PAGE
    rows = [_Row(score, number, *opened.connection.execute(_TITLES, (number,)).fetchone()) for score, number in result.best]
    rows.sort(key=lambda row: (row.score, row.address))
    best = [row._replace(score=row.score * _titled(row, opened.facets[row.facet], asked)) for row in rows[:LOOKED_AT]]
    best.sort(key=lambda row: (row.score, row.address))
    wanted = frozenset(term for terms in asked for term in terms)
    return [_hit(opened, row, wanted) for row in (*best, *rows[LOOKED_AT:])[start : start + PER_PAGE]]


def _titled(row: _Row, facet: Facet, asked: Sequence[frozenset[str]]) -> float:
    former = row.former.split("\n") if row.former else ()
    return titled((row.title, row.headings.partition("\n")[0]), former, facet.language, asked)


def _hit(opened: _Opened, row: _Row, wanted: frozenset[str]) -> Hit:
    facet = opened.facets[row.facet]
    (body,) = opened.connection.execute(_BODY, (row.number,)).fetchone()
    here = Wanted(terms_of(facet.language), wanted)
    title = row.title or row.address
    return Hit(
        address=row.address,
        title=title,
        site=row.site,
        is_new=facet.origin == Origin.NEW,
        language=facet.language,
        section=facet.section,
        marked_title=marked(title, here),
        passage=snippet(zlib.decompress(body).decode(), here),
    )


def _meant(vocabulary: Vocabulary, asked: Sequence[Asked], unknown: Sequence[Asked]) -> str:
    """The query with the words in place of unknown ones that may have been meant, or "" where there are none."""
    meant = {one: word for one in unknown[:MOST_MEANT] if (word := vocabulary.meant(one))}
    return " ".join(meant.get(one, str(one)) for one in asked) if meant else ""


def _pins(pins: Sequence[Pin], query: Query) -> tuple[Pin, ...]:
    terms = terms_of(query.language or query.reads)
    wanted = set(terms.of(query.text[:200]))
    fitting = (pin for pin in pins if any(set(terms.of(one)) == wanted for one in pin.words))
    return tuple(pin for pin in fitting if pin.language in ("", query.language or query.reads)) if wanted else ()
