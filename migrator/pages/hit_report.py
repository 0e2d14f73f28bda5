"""Rules beside their visits: which are never asked for, and which are still in their soak. Nothing is read or shown here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.pages.counts import Hits, RuleName
from migrator.rules.rule import PERMANENT_TO_TEMPORARY, Rule, Site


@dataclass(frozen=True, slots=True)
class RuleHits:
    """One rule with its visits; `hits` is None where it never had any. `settles` is the first day without soak."""

    rule: Rule
    hits: Hits | None
    settles: dt.date | None

    @property
    def count(self) -> int:
        """Its visits."""
        return self.hits.count if self.hits else 0


def name_of(rule: Rule) -> RuleName:
    """By what its hits are kept."""
    return RuleName(rule.site, str(rule.kind), rule.source)


def beside_hits(rules: Iterable[Rule], sites: Mapping[str, Site], hits: Iterable[Hits], today: dt.date) -> list[RuleHits]:
    """Every rule with its visits, most visits first, then as they stand in the file."""
    known = {one.name: one for one in hits}
    found = [RuleHits(rule, known.get(name_of(rule)), _settles(rule, sites[rule.site], today)) for rule in rules]
    return sorted(found, key=lambda one: -one.count)


def unused_since(found: Iterable[RuleHits], day: dt.date) -> Iterator[RuleHits]:
    """Those without a visit from that day on; rules that were added since then have had no chance yet."""
    for one in found:
        last = one.hits.last if one.hits else ""
        if last < day.isoformat() and not (one.rule.added and one.rule.added > day):
            yield one


def _settles(rule: Rule, site: Site, today: dt.date) -> dt.date | None:
    if not site.soak or not rule.added or rule.status not in PERMANENT_TO_TEMPORARY or not rule.to:
        return None
    day = rule.added + site.soak
    return day if today < day else None
