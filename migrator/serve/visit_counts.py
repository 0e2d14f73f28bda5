"""Visits of one process in memory: hits of rules and missing addresses, bounded, until somebody collects them. No store here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from migrator.pages.counts import OTHERS, Batch, Lack, MissingName, RuleName
from migrator.pages.coverage import is_part
from migrator.pages.noise import bot_judge, probe_judge
from migrator.rules.rule import Rule, Site
from migrator.rules.table import Request
from migrator.serve.headers import Headers
from migrator.serve.path_patterns import matches_any, path_patterns
from migrator.urls import look_up_key

MOST_RULES = 50_000  # different ones between two collections
MOST_MISSING = 5_000
_LONGEST_AGENT = 512  # bytes
_READING = ("GET", "HEAD")


class Tally:
    """A number that waits to be added to a metric, whose place is `slot`."""

    __slots__ = ("count", "slot")

    def __init__(self, slot: int) -> None:
        self.count = 0
        self.slot = slot


class Hit:
    """The visits that one rule answered; `tallies` are those of all rules of its kind, by status."""

    __slots__ = ("count", "rule", "tallies")

    def __init__(self, rule: Rule | None, tallies: dict[int, Tally]) -> None:
        self.count = 0
        self.rule = rule
        self.tallies = tallies


class VisitCounts:
    """`ignored` are path patterns, such as /embed/*, of addresses that are never missing."""

    def __init__(self, ignored: Iterable[str] = ()) -> None:
        self.hits: dict[object, Hit] = {}
        self._missing: dict[MissingName, int] = {}
        self._ignored = path_patterns(ignored)

    def miss(self, lack: Lack, site: Site, request: Request) -> None:
        """Count an address that was asked for in vain; judge it by `is_sought` before."""
        name = MissingName(site.name, lack, str(look_up_key(request.path, request.query, site.folding)))
        if name not in self._missing and len(self._missing) >= MOST_MISSING:
            name = MissingName(site.name, lack, OTHERS)
        self._missing[name] = self._missing.get(name, 0) + 1

    def is_sought(self, request: Request, headers: Headers) -> bool:
        """Whether a person may have wanted to read the page that a request asks for: no program, no scanner, no picture."""
        if request.method not in _READING:
            return False
        agent = next((value for name, value in headers if name == b"user-agent"), b"")
        path = request.path.decode("latin-1")
        return _is_person(agent[:_LONGEST_AGENT]) and not (
            is_part(path) or probe_judge()(path) or matches_any(self._ignored, path)
        )

    def collect(self, day: str) -> Batch:
        """What was counted since the last time, as of that day. To be called where requests are counted, not beside it."""
        hits, self.hits = self.hits, {}
        missing, self._missing = self._missing, {}
        counts: dict[RuleName, int] = {}
        for hit in hits.values():
            if hit.rule is not None and hit.count:
                name = RuleName(hit.rule.site, str(hit.rule.kind), hit.rule.source)
                counts[name] = counts.get(name, 0) + hit.count
        return Batch(day, counts, missing)


@lru_cache(maxsize=4096)
def _is_person(agent: bytes) -> bool:
    """Nobody's browser is without a name."""
    return bool(agent) and not bot_judge()(agent.decode("latin-1"))
