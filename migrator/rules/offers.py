"""Patterns in the place of many exact rules: found from how folders moved, and offered only where no known answer changes.

What is written where, and what the known addresses are, is not said here.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.rules.decision import Decision, Gone, Redirect, Serve
from migrator.rules.moves import Move, moves_of
from migrator.rules.rule import Home, Kind, Rule, Site
from migrator.rules.table import Request, RuleTable
from migrator.rules.yaml_edit import Value, add_rules
from migrator.rules.yaml_fold import Written, without
from migrator.urls import look_up_key, split_url

LEAST_PAGES = 5
MOST_EXCEPTIONS = 0.2  # per rule that is spared; with more of them a pattern explains nothing
KEPT_OUT = "kept out of "  # how the note of a rule begins that keeps an address out of a pattern; what becomes of it is open
MOST_STAYING = 0.5  # rules that lead elsewhere, per rule that is spared; with more of them the folder did not move as one


@dataclass(frozen=True, slots=True)
class Offer:
    """One pattern: the exact rules whose place it takes, those it catches that stay, and known addresses to be kept out of it."""

    source: str
    to: str
    added: str
    covers: tuple[Written, ...]
    stays: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()


class Known:
    """Every known old address, found by the folder that it lies in."""

    def __init__(self, urls: Iterable[str], site: Site) -> None:
        entries = sorted({(look_up_key(*_parts(url), site.folding).path, url) for url in urls})
        self._keys = [key for key, _ in entries]
        self._urls = [url for _, url in entries]
        self._site = site

    def __iter__(self) -> Iterator[str]:
        return iter(self._urls)

    def below(self, folder: str) -> Iterator[str]:
        """Those at a folder such as `/a/b`, and below it."""
        key = look_up_key(folder, "", self._site.folding).path
        for low, high in ((key, f"{key}\0"), (f"{key}/", f"{key}0")):  # 0 follows / in ASCII
            yield from self._urls[bisect_left(self._keys, low) : bisect_left(self._keys, high)]


def find_offers(
    written: Sequence[Written], known: Known, site: Site, table: RuleTable, today: dt.date, least: int = LEAST_PAGES
) -> list[Offer]:
    """The patterns that may take the place of at least `least` of these exact rules each, best first.

    `table` is the whole map as it is, these rules in it. Every address of `known` is decided with and without an offer; addresses
    that it would newly catch become its exceptions, and where anything else would change it is not made.
    """
    groups: dict[Move, list[Written]] = defaultdict(list)
    for one in written:
        if one.is_of(site):
            for move in moves_of(_path(one.source), one.to):
                groups[replace(move, added=one.added)].append(one)
    folded: dict[tuple[str, str], Written] = {}
    found = []
    for move in sorted(groups, key=lambda move: (-len(groups[move]), -move.folder.count("/"), not move.is_narrow, move.source)):
        members = [one for one in groups[move] if _identity(one) not in folded]
        if len(members) >= least:
            offer = _Trial(move, site, table, today, folded).offer(members, known)
            if offer is not None and len(offer.covers) >= least:
                found.append(offer)
                folded |= {_identity(one): one for one in offer.covers}
    return found


class _Trial:
    """One pattern tried against the map as it is."""

    def __init__(self, move: Move, site: Site, table: RuleTable, today: dt.date, folded: dict[tuple[str, str], Written]) -> None:
        added = dt.date.fromisoformat(move.added) if move.added else None
        source = f"http://{site.hosts[0]}{move.source}" if len(table.sites) > 1 else move.source
        self.rule = Rule(site.name, source, Kind.PATTERN, site.place, to=move.to, added=added)
        self._alone = RuleTable(table.sites.values(), [self.rule])
        self._move, self._site, self._table, self._today, self._folded = move, site, table, today, folded

    def offer(self, members: Sequence[Written], known: Known) -> Offer | None:
        """The offer that covers as many of these rules as it can, or None where it would change what is not its own."""
        if self._alone.problems:
            return None
        mine = {_identity(one): one for one in members}
        unfit: set[tuple[str, str]] = set()
        stays: dict[str, None] = {}
        exceptions: dict[str, None] = {}
        for url in (*(one.source for one in members), *known.below(self._move.folder)):
            request = request_of(url, self._site, self._today)
            then = self._alone.decide(request)
            now = self._table.decide(request)
            identity = _rule_identity(now)
            if then.rule is None:  # not caught: a rule that answers it must stay
                unfit.add(identity)
            elif answer_alike(now, then):
                continue
            elif identity in mine:
                unfit.add(identity)
                stays[mine[identity].source] = None
            elif identity in self._folded:
                return None
            elif now.rule is not None and (now.rule.kind is Kind.EXACT or now.rule.serve):
                stays[now.rule.source] = None
            elif isinstance(now, Serve) and now.rule is None and now.home is Home.LEGACY:
                exceptions[_exception(url)] = None
            else:
                return None
        covers = tuple(one for identity, one in mine.items() if identity not in unfit)
        if len(exceptions) > MOST_EXCEPTIONS * len(covers) or len(stays) > MOST_STAYING * len(covers):
            return None
        return Offer(self.rule.source, self.rule.to, self._move.added, covers, tuple(stays), tuple(exceptions))


def fold(text: str, offers: Sequence[Offer], site: Site, file: str) -> str:
    """The text of the map with these offers taken up: comments and order kept. Raises ConfigError where it cannot be edited."""
    text = without(text, (one for offer in offers for one in offer.covers))
    rules: list[dict[str, Value]] = []
    for offer in offers:
        host = "" if offer.source.startswith("/") else f"http://{site.hosts[0]}"
        dated: dict[str, Value] = {"added": dt.date.fromisoformat(offer.added)} if offer.added else {}
        rules.append({"from": offer.source, "to": offer.to, **dated})
        rules += [
            {"from": f"{host}{url}", "serve": str(Home.LEGACY), "note": f"{KEPT_OUT}{offer.source}"} for url in offer.exceptions
        ]
    return add_rules(text, rules, file)


def changed_answers(before: RuleTable, after: RuleTable, urls: Iterable[str], site: Site, today: dt.date) -> Iterator[str]:
    """Every address that the two maps answer differently: the proof of an offer is that there is none."""
    for url in urls:
        request = request_of(url, site, today)
        if not answer_alike(before.decide(request), after.decide(request)):
            yield url


def answer_alike(one: Decision, other: Decision) -> bool:
    """Whether a visitor gets the same answer, whichever rules gave it."""
    if isinstance(one, Redirect) and isinstance(other, Redirect):
        return (one.location, one.status, one.max_age) == (other.location, other.status, other.max_age)
    if isinstance(one, Gone) and isinstance(other, Gone):
        return (one.suggest, one.archive) == (other.suggest, other.archive)
    if isinstance(one, Serve) and isinstance(other, Serve):
        return one.home is other.home
    return type(one) is type(other)


def request_of(url: str, site: Site, today: dt.date | None) -> Request:
    """The GET of an old address, asked of the site's first host."""
    path, query = _parts(url)
    return Request(path.encode("utf-8", "surrogatepass"), query.encode("utf-8", "surrogatepass"), site.hosts[0], today=today)


def _parts(url: str) -> tuple[str, str]:
    _, path, query = split_url(url)
    return path or "/", query


def _path(source: str) -> str:
    """The path of a source, "" where it has a query: it is no part of a folder then."""
    path, query = _parts(source)
    return "" if query or "?" in source else path


def _exception(url: str) -> str:
    return _parts(url)[0]


def _identity(one: Written) -> tuple[str, str]:
    return one.source, one.to


def _rule_identity(decision: Decision) -> tuple[str, str]:
    return (decision.rule.source, decision.rule.to) if decision.rule else ("", "")
