"""Which of the pages that FTS5 found come first: by their scores, their site, their language and their titles."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from migrator.pages.search_entry import Origin
from migrator.pages.search_result import Query
from migrator.pages.search_words import Wanted, is_unspaced, pairs, terms_of, words

NEW_IS_HIGHER = 1.15  # times the score of a page of the new site
OTHER_LANGUAGE = 0.5  # times the score of a page in a language that is not the reader's
FORMER_TITLE = 0.9  # what a title that a page had on the old site counts beside the one it has
LOOKED_AT = 30  # best pages whose titles are compared with the query
_MOST_TIED = 200  # pages that are as good as the last of those


class Facet(NamedTuple):
    """What pages are told apart by."""

    site: str
    origin: str
    language: str
    section: str


@dataclass(slots=True)
class Ranked:
    """Pages that pass the filters, best first (FTS5's scores are negative: lower is better), and how many of each facet."""

    best: list[tuple[float, int]] = field(default_factory=list)
    total: int = 0
    is_more: bool = False  # there may be more than were looked at
    tally: Counter[int] = field(default_factory=Counter)


def ranked(
    rows: Iterable[tuple[int, float]],
    codes: array[int],
    facets: dict[int, Facet],
    query: Query,
    most: int,
    among: set[int] | None,
) -> Ranked:
    """The best `most` pages (at least LOOKED_AT) of the rows of number and score; `among` bounds them further."""
    factors = {code: _factor(facet, query, facets) for code, facet in facets.items()}
    tally: Counter[int] = Counter()
    passed = []
    for number, score in rows:
        if among is not None and number not in among:
            continue
        code = codes[number]
        tally[code] += 1
        if factor := factors[code]:
            passed.append((score * factor, number))
    most = max(most, LOOKED_AT)
    best = heapq.nsmallest(most, passed)
    if len(passed) > most:
        last = best[-1][0]
        best += [one for one in passed if one[0] == last and one not in best][:_MOST_TIED]
    return Ranked(best, len(passed), tally=tally)


def narrowed(result: Ranked, facets: dict[int, Facet], query: Query) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The languages and the sections that the pages could be narrowed to, each regardless of its own filter, most first."""
    languages: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    for code, count in result.tally.items():
        facet = facets[code]
        if query.site not in ("", facet.site):
            continue
        if query.section in ("", facet.section) and facet.language:
            languages[facet.language] += count
        if query.language in ("", facet.language) and facet.section:
            sections[facet.section] += count
    return _most_first(languages), _most_first(sections)


def titled(titles: Sequence[str], former: Sequence[str], language: str, asked: Sequence[frozenset[str]]) -> float:
    """1 to 2: by how much a page is better than its score, as its title is what was asked for."""
    wanted = Wanted(terms_of(language), frozenset(term for word in asked for term in word))
    found = [_likeness(title, wanted, asked) for title in titles]
    found += [FORMER_TITLE * _likeness(title, wanted, asked) for title in former]
    return 1 + max(found, default=0.0)


def _likeness(title: str, wanted: Wanted, asked: Sequence[frozenset[str]]) -> float:
    """How much a title and a query say the same: the harmonic mean of the shares that each has of the other."""
    said = {part for word in words(title) for part in (pairs(word) if is_unspaced(word) else (word,))}
    found = [part if is_unspaced(part) else wanted.term(part) for part in said]
    hits = {term for term in found if term in wanted.terms}
    if not hits:
        return 0.0
    of_query = sum(not hits.isdisjoint(word) for word in asked) / len(asked)
    of_title = sum(term in hits for term in found) / len(found)
    return 2 * of_query * of_title / (of_query + of_title)


def _factor(facet: Facet, query: Query, facets: dict[int, Facet]) -> float:
    """What scores are multiplied by; 0 for pages that the filters leave out."""
    filters: tuple[tuple[str, str], ...] = (
        (query.site, facet.site),
        (query.language, facet.language),
        (query.section, facet.section),
    )
    if any(wanted not in ("", there) for wanted, there in filters):
        return 0.0
    factor = NEW_IS_HIGHER if facet.origin == Origin.NEW else 1.0
    is_foreign = query.reads and not query.language and facet.language not in ("", query.reads)
    return factor * OTHER_LANGUAGE if is_foreign else factor


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    key: Callable[[tuple[str, int]], tuple[int, str]] = lambda item: (-item[1], item[0])  # noqa: E731
    return sorted(counts.items(), key=key)
