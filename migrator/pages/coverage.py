"""How much of an old site the map answers: a tally over its known addresses. Nothing is read or shown here."""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from migrator.rules.decision import Decision, Gone, Redirect, Serve
from migrator.rules.offers import KEPT_OUT
from migrator.rules.rule import Home
from migrator.urls import fold_case, split_url

MOST_GROUPS = 1_000  # sections or languages that are counted apart; a site of one folder per page must not fill the memory
OTHERS = "(others)"

NOTHING_THERE = "the old site itself has nothing there"
PART_OF_A_PAGE = "images, styles, scripts and fonts"
ONLY_SEEN = "seen by the crawl, not visited, in no file and without visits"

_PART_TYPES = ("image/", "font/", "text/css", "text/javascript", "application/javascript", "application/x-javascript")
_PART_NAMES = re.compile(r"\.(?:avif|bmp|css|eot|gif|ico|jpe?g|js|m?js\.map|mjs|otf|png|svg|ttf|webp|woff2?)$", re.IGNORECASE)


class Reply(StrEnum):
    """What the map comes to for one address. The first three are answers of its own."""

    REDIRECT = "redirect"
    GONE = "gone"
    SERVE = "served by a rule"
    OLD = "old site still"
    KEPT = "old site, by decision"
    NEW = "new site, by unmapped"
    NOT_FOUND = "not found"

    @property
    def is_answer(self) -> bool:
        """Whether a rule answers."""
        return self in (Reply.REDIRECT, Reply.GONE, Reply.SERVE)


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of one old address: `status` is 0 where nobody asked, `language` "" where unknown.

    `is_named` says that an imported file names it, `is_skipped` that the crawl saw it and did not visit it.
    """

    url: str
    visits: int = 0
    status: int = 0
    content_type: str = ""
    language: str = ""
    title: str = ""
    soft_404: str = ""
    is_named: bool = False
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """An address that the map does not answer. `reaches` is the share of visits answered once it and those before it are.

    It is None where no visits are known.
    """

    address: Address
    reply: Reply
    reaches: float | None


@dataclass(slots=True)
class Tally:
    """Addresses and visits by reply."""

    addresses: Counter[Reply] = field(default_factory=Counter)
    visits: Counter[Reply] = field(default_factory=Counter)

    def count(self, reply: Reply, visits: int) -> None:
        """Take one address in."""
        self.addresses[reply] += 1
        self.visits[reply] += visits


class Coverage:
    """The account of one site. Memory grows with `most` and with sections and languages up to a bound, not with addresses."""

    def __init__(self, most: int) -> None:
        self.whole = Tally()
        self.sections: dict[str, Tally] = {}
        self.languages: dict[str, Tally] = {}
        self._most = most
        self._missing: list[tuple[int, int, Address, Reply]] = []

    def count(self, address: Address, reply: Reply, section: str) -> None:
        """Take one address in, with what the map comes to for it."""
        for tally in (self.whole, _group(self.sections, section), _group(self.languages, primary(address.language))):
            tally.count(reply, address.visits)
        if not reply.is_answer and reply is not Reply.KEPT and self._most:
            entry = (address.visits, -self.whole.addresses.total(), address, reply)
            push = heapq.heappush if len(self._missing) < self._most else heapq.heappushpop
            push(self._missing, entry)

    def missing(self) -> Iterator[Missing]:
        """Those without an answer or decision, most visits first, at most `most`; of equal ones those that came first."""
        known, reached = self.whole.visits.total(), answered(self.whole.visits)
        for visits, _, address, reply in sorted(self._missing, reverse=True, key=lambda entry: entry[:2]):
            reached += visits
            yield Missing(address, reply, reached / known if known else None)


def _group(groups: dict[str, Tally], name: str) -> Tally:
    if name not in groups and len(groups) >= MOST_GROUPS:
        name = OTHERS
    return groups.setdefault(name, Tally())


def reply_of(decision: Decision, is_kept: bool = False) -> Reply:
    """What a decision comes to. A redirect to its own address is none: the old site goes on answering.

    `is_kept` says that a person decided that the address stays on the old site.
    """
    if isinstance(decision, Redirect):
        return Reply.REDIRECT if decision.rule else Reply.NEW
    if isinstance(decision, Gone):
        return Reply.GONE
    if isinstance(decision, Serve):
        if decision.rule and decision.rule.serve and not decision.rule.note.startswith(KEPT_OUT):  # else nobody decided it
            return Reply.SERVE
        return Reply.NEW if decision.home is Home.NEW else Reply.KEPT if is_kept else Reply.OLD
    return Reply.NOT_FOUND


def left_out(address: Address) -> str:
    """Why an address is not counted, or "": it leads to nothing that somebody could miss."""
    if address.status in (404, 410) or address.soft_404:
        return NOTHING_THERE
    if address.is_skipped and not address.is_named and not address.visits:
        return ONLY_SEEN
    if address.content_type.startswith(_PART_TYPES) or is_part(split_url(address.url)[1]):
        return PART_OF_A_PAGE
    return ""


def is_part(path: str) -> bool:
    """Whether a path names an image, a style, a script or a font: a part of some page, which nobody misses for itself."""
    return _PART_NAMES.search(path) is not None


def section_of(url: str, case: bool) -> str:
    """The first folder of an address, such as `/news/`; `/` for what lies in none. `case` says that look-up ignores it."""
    first, slash, _ = split_url(url)[1].removeprefix("/").partition("/")
    section = f"/{first}/" if first and slash else "/"
    return fold_case(section) if case else section


def primary(language: str) -> str:
    """The primary language of a tag, "" where unknown."""
    return language.partition("-")[0].lower()


def answered(counts: Counter[Reply]) -> int:
    """How many of these a rule answers."""
    return sum(count for reply, count in counts.items() if reply.is_answer)


def share(counts: Counter[Reply]) -> float | None:
    """The share that a rule answers, 0 to 1; None of nothing."""
    return answered(counts) / counts.total() if counts.total() else None


def percent(part: float | None) -> str:
    """A share for people, rounded down: 100.0 % is all."""
    return "-" if part is None else f"{math.floor(part * 1000 + 1e-9) / 10:.1f} %"
