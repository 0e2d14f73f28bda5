"""A search and what it found, as values. How it is done and how it is shown is not said here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from migrator.pages.search_snippet import Piece
from migrator.rules.search_rules import Pin

PER_PAGE = 10
MOST_PAGES = 20


class Rung(StrEnum):
    """How much of a query the pages have that were found; each is tried only where the one before finds nothing."""

    ALL = "all"
    MOST = "most"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. "" for a site, language or section means all; `reads` is the language that comes first."""

    text: str
    site: str = ""
    language: str = ""
    section: str = ""
    reads: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that was found. `is_new` is False for one that has not moved yet."""

    address: str
    title: str
    site: str
    is_new: bool
    language: str
    section: str
    marked_title: Sequence[Piece] = ()
    passage: Sequence[Piece] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query: a page of hits out of `total`, or of more than that.

    `languages` and `sections` are what the hits could be narrowed to, with how many there are of each, most first. `meant` is
    the query as it may have been meant, `unknown` the words that no page has.
    """

    query: Query
    rung: Rung = Rung.NONE
    total: int = 0
    is_more: bool = False
    hits: Sequence[Hit] = ()
    languages: Sequence[tuple[str, int]] = ()
    sections: Sequence[tuple[str, int]] = ()
    meant: str = ""
    unknown: Sequence[str] = ()
    pins: Sequence[Pin] = ()

    @property
    def pages(self) -> int:
        """How many pages of hits can be asked for."""
        return min(MOST_PAGES, -(-self.total // PER_PAGE))
