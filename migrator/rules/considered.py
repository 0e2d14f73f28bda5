"""The rules that one might have thought would answer a request, and why each does not: for people who ask, never for requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from migrator.rules.compiled import CompiledRule
from migrator.rules.pattern import Pattern
from migrator.rules.rule import Kind, QueryMode, Rule
from migrator.rules.table import Request, RuleTable, SiteTable
from migrator.rules.tier import Tier
from migrator.urls import Key, look_up_key

MOST = 20
MOST_SEARCHED = 1_000_000  # exact rules that are gone through for other queries; in a larger map they are not told


class Considered(NamedTuple):
    """A rule that does not answer, and why."""

    rule: Rule
    why: str


def considered(table: RuleTable, request: Request, winner: Rule | None, most: int = MOST) -> list[Considered]:
    """At most so many rules that match the request but come after `winner`, are out of season, or nearly match."""
    site_table = table.table_of(request.host)
    if site_table is None:
        return []
    key = look_up_key(request.path, request.query, site_table.site.folding)
    found = (
        *_matching(site_table, key, request.today, winner),
        *_other_queries(site_table, key, winner),
        *_near(site_table, key),
    )
    first: dict[int, Considered] = {}
    for one in found:
        first.setdefault(id(one.rule), one)
    return list(first.values())[:most]


def _tiers(site_table: SiteTable) -> tuple[Tier, Tier, Tier]:
    return site_table.exceptions, site_table.main, site_table.regexes


def _matching(site_table: SiteTable, key: Key, today: dt.date | None, winner: Rule | None) -> Iterator[Considered]:
    """Rules that the address matches, but the winner."""
    for tier in _tiers(site_table):
        matching = [tier.exact.get(str(key)), tier.exact.get(key.path)]
        matching += [tier.ordered[index] for index in tier.patterns.matches(key)] if tier.ordered else []
        for found in matching:
            if found is not None and found.rule is not winner:
                yield Considered(found.rule, _why_not(found.rule, today, winner))


def _why_not(rule: Rule, today: dt.date | None, winner: Rule | None) -> str:
    if not rule.is_active(today):
        began = rule.starts is None or today is None or rule.starts <= today
        return f"matches, but ended on {rule.ends}" if began else f"matches, but starts on {rule.starts}"
    if winner is None:
        return "matches, but its target would have left its host"
    return f"matches too, but {_rank(winner, rule)}"


def _rank(winner: Rule, other: Rule) -> str:
    if winner.serve and not other.serve:
        return f"`{winner.source}` is an exception (serve:)"
    if winner.kind is Kind.EXACT and other.kind is Kind.EXACT:
        return f"`{winner.source}` names its query"
    if winner.kind is not other.kind:
        return f"{winner.kind} goes before {other.kind}: `{winner.source}`"
    return f"`{winner.source}` comes first in the file" if winner.kind is Kind.REGEX else f"`{winner.source}` is more specific"


def _other_queries(site_table: SiteTable, key: Key, winner: Rule | None) -> Iterator[Considered]:
    """Exact rules for the same path that want another query."""
    for tier in _tiers(site_table):
        exact = tier.exact.values() if len(tier.exact) <= MOST_SEARCHED else ()
        for found in chain(exact, tier.whole.values()):
            if found.key is not None and found.key.path == key.path and found.rule is not winner:
                if found.rule.query is QueryMode.EXACT:
                    yield Considered(found.rule, f"wants exactly the query `{found.whole_query}`")
                elif found.key.query != key.query and found.key.query:
                    yield Considered(found.rule, f"wants the query `{found.key.query}`; this one has `{key.query}`")


def _near(site_table: SiteTable, key: Key) -> Iterator[Considered]:
    """Patterns of the same folder and expressions that do not match."""
    segments = key.path.split("/")[1:]
    for tier in _tiers(site_table):
        matching = set(tier.patterns.matches(key)) if tier.ordered else set()
        for index, found in enumerate(tier.ordered):
            if index not in matching and found.pattern is not None:
                if found.rule.kind is Kind.REGEX:
                    yield Considered(found.rule, f"does not match {key.path}")
                elif _is_near(found.pattern, segments):
                    yield Considered(found.rule, _difference(found, segments))


def _is_near(pattern: Pattern, segments: list[str]) -> bool:
    return not pattern.folders or list(pattern.folders[:1]) == segments[:1]


def _difference(found: CompiledRule, segments: list[str]) -> str:
    wanted = found.rule.source.rstrip("/").removesuffix("/*").count("/") - found.rule.source.startswith("http") * 2
    if not found.rule.source.endswith("*") and wanted != len(segments):
        return f"has {wanted} segments, the address {len(segments)}"
    return f"does not match /{'/'.join(segments)}"
