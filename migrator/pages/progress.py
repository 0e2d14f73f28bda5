"""How far a move is: every known old address moved, gone, kept or not yet, by count and by visits. Nothing is read here."""

from __future__ import annotations

import datetime as dt
import heapq
import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from migrator.pages.coverage import MOST_GROUPS, Address, Reply, primary, reply_of
from migrator.rules.decision import Decision, Redirect, Serve
from migrator.rules.rule import Home
from migrator.urls import origin_of

MOST_SHOWN = 50  # sections, languages and moved pages that a snapshot keeps
DAYS_APART = 60  # of history; before them, weeks
MOST_POINTS = 300
RECENT = dt.timedelta(days=7)
OTHERS = ""  # the group of what is not counted apart
_LONGEST_TITLE, _LONGEST_ADDRESS, _LONGEST_SECTION = 120, 300, 40
_LANGUAGE = re.compile(r"[a-z]{2,3}")

Number = Annotated[int, Meta(ge=0)]


class Standing(StrEnum):
    """Where one old address stands. Only the first is called moved before the public."""

    MOVED = "moved"
    GONE = "gone"
    KEPT = "kept"
    NOT_YET = "not_yet"


class Counts(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=False):
    """Addresses, or visits, by where they stand."""

    moved: Number = 0
    gone: Number = 0
    kept: Number = 0
    not_yet: Number = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.moved + self.gone + self.kept + self.not_yet

    def of(self, standing: Standing) -> int:
        """Those that stand there."""
        number: int = getattr(self, standing.value)
        return number


class Group(msgspec.Struct, kw_only=True, frozen=True):
    """A section such as `/news/`, or a language such as `fr`; the name "" is of all others."""

    name: str
    pages: Counts
    visits: Counts


class Move(msgspec.Struct, kw_only=True, frozen=True):
    """A page that moved: its old title ("" where unknown), its old path, its new address, and the day (UTC)."""

    title: str
    old: str
    new: str
    date: dt.date


class Week(msgspec.Struct, kw_only=True, frozen=True):
    """What moved from the day `since` to the day `until`, both included; `moves` are the most visited of `count`."""

    since: dt.date
    until: dt.date
    count: Number
    moves: list[Move]


class Point(msgspec.Struct, kw_only=True, frozen=True):
    """How far the move was at the end of a day, or at the last count of it."""

    date: dt.date
    pages: Counts
    visits: Counts


class Progress(msgspec.Struct, kw_only=True, frozen=True):
    """The account of one site at one moment (aware, UTC), with what earlier accounts said."""

    generated: Annotated[dt.datetime, Meta(tz=True)]
    pages: Counts
    visits: Counts
    sections: list[Group]
    languages: list[Group]
    week: Week
    history: list[Point]


class Snapshot(msgspec.Struct, kw_only=True, frozen=True):
    """The accounts of all sites, as the file of snapshots holds them."""

    version: Literal[1] = 1
    sites: dict[str, Progress] = {}


def standing_of(decision: Decision, is_kept: bool = False) -> Standing:
    """Where an address stands by what the map decides of it; `is_kept` says that a person decided that it stays.

    Moved is only what a rule leads away from the old site, or has the new site serve. `unmapped: new` moves nothing.
    """
    reply = reply_of(decision, is_kept)
    if reply is Reply.GONE:
        return Standing.GONE
    if reply is Reply.REDIRECT and isinstance(decision, Redirect):
        return Standing.MOVED if _leaves(decision) else Standing.NOT_YET
    if reply is Reply.SERVE and isinstance(decision, Serve):
        return Standing.MOVED if decision.home is Home.NEW else Standing.KEPT
    return Standing.KEPT if reply is Reply.KEPT else Standing.NOT_YET


def _leaves(decision: Redirect) -> bool:
    target, new = origin_of(decision.location), origin_of(decision.site.new)
    if target is None or target == new:
        return True
    return not {target.netloc, target.netloc.rpartition(":")[0]} & set(decision.site.hosts)


class Account:
    """Counts addresses one by one. Memory grows with sections and languages up to a bound, not with addresses."""

    def __init__(self, today: dt.date) -> None:
        self._today = today
        self._whole = _Tally()
        self._sections: dict[str, _Tally] = {}
        self._languages: dict[str, _Tally] = {}
        self._moved = 0
        self._moves: list[tuple[int, int, Move]] = []

    def count(self, address: Address, standing: Standing, section: str) -> None:
        """Take one address in."""
        for tally in (self._whole, _group(self._sections, section), _group(self._languages, _language(address.language))):
            tally.count(address, standing)

    def moved(self, address: Address, new: str, date: dt.date | None, *, is_public: bool) -> None:
        """An address that was counted as moved leads to `new` since `date`. Only one that anybody can find is named."""
        if date is None or not self._today - RECENT < date <= self._today:
            return
        self._moved += 1
        old = _path(address.url)
        if is_public and max(len(old), len(new)) <= _LONGEST_ADDRESS:
            move = Move(title=_short(address.title, _LONGEST_TITLE), old=old, new=new, date=date)
            push = heapq.heappush if len(self._moves) < MOST_SHOWN else heapq.heappushpop
            push(self._moves, (address.visits, -self._moved, move))

    def progress(self, now: dt.datetime, earlier: Iterable[Point] = ()) -> Progress:
        """The account so far, made at `now`, after those of `earlier`."""
        pages, visits = self._whole.counts()
        moves = [move for _, _, move in sorted(self._moves, reverse=True, key=lambda entry: entry[:2])]
        since = self._today - RECENT + dt.timedelta(days=1)
        return Progress(
            generated=now,
            pages=pages,
            visits=visits,
            sections=_groups(self._sections),
            languages=_groups(self._languages),
            week=Week(since=since, until=self._today, count=self._moved, moves=moves),
            history=history_with(earlier, Point(date=self._today, pages=pages, visits=visits)),
        )


def history_with(earlier: Iterable[Point], point: Point) -> list[Point]:
    """`earlier` with one more point, which takes the place of others of its day and after; old ones are thinned to one a week."""
    kept: dict[tuple[int, int] | dt.date, Point] = {}
    for one in sorted((one for one in earlier if one.date < point.date), key=lambda one: one.date):
        is_recent = (point.date - one.date).days <= DAYS_APART
        kept[one.date if is_recent else one.date.isocalendar()[:2]] = one
    return [*kept.values(), point][-MOST_POINTS:]


class _Tally:
    """Addresses and visits of one group. `is_public` once a page of it answered, so that anybody can know of the group."""

    def __init__(self) -> None:
        self.pages: Counter[Standing] = Counter()
        self.visits: Counter[Standing] = Counter()
        self.is_public = False

    def count(self, address: Address, standing: Standing) -> None:
        self.pages[standing] += 1
        self.visits[standing] += address.visits
        self.is_public |= address.status == 200

    def add(self, other: _Tally) -> None:
        self.pages += other.pages
        self.visits += other.visits

    def counts(self) -> tuple[Counts, Counts]:
        pages, visits = ({one.value: counted[one] for one in Standing} for counted in (self.pages, self.visits))
        return Counts(**pages), Counts(**visits)


def _group(groups: dict[str, _Tally], name: str) -> _Tally:
    if name not in groups and len(groups) >= MOST_GROUPS:
        name = OTHERS
    return groups.setdefault(name, _Tally())


def _groups(tallies: dict[str, _Tally]) -> list[Group]:
    """The largest groups that are public, and all others as one.

    Logs and lists name what visitors typed; a page that everybody reads does not repeat it.
    """
    named = [(name, one) for name, one in tallies.items() if name and one.is_public and len(name) <= _LONGEST_SECTION]
    named.sort(key=lambda entry: (-entry[1].pages.total(), entry[0]))
    shown = dict(named[:MOST_SHOWN])
    others = _Tally()
    for name, tally in tallies.items():
        if name not in shown:
            others.add(tally)
    if others.pages.total():
        shown[OTHERS] = others
    found = []
    for name, tally in shown.items():
        pages, visits = tally.counts()
        found.append(Group(name=name, pages=pages, visits=visits))
    return found


def _language(tag: str) -> str:
    found = primary(tag)
    return found if _LANGUAGE.fullmatch(found) else OTHERS


def _path(url: str) -> str:
    """The address below its host: the host may be one that only the proxy knows."""
    origin, separator, rest = url.partition("://")
    return "/" + rest.partition("/")[2] if separator else origin


def _short(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
