"""What dialects have in common when rules are written: which can be said, and what is said by the next best."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from migrator.rules.formats.export import Export, Outgoing, outgoing
from migrator.rules.rule import Kind, QueryMode
from migrator.rules.table import SiteTable

_NEXT_BEST = {307: (302, 301), 308: (301,), 303: (302, 307, 301), 302: (307, 301), 301: (308, 302)}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a dialect can say. `query` is what it does with a request's: "keeps", "drops", or "says" where each rule tells."""

    statuses: Collection[int] = (301, 302, 303, 307, 308)
    gone: bool = False
    kinds: Collection[Kind] = (Kind.EXACT,)
    source_query: bool = False
    query: str = "drops"


def sayable(table: SiteTable, today: dt.date, export: Export, can: Abilities) -> Iterator[tuple[Outgoing, int]]:
    """The rules that the dialect can say, each with the status to write; the others, and what differs, are noted."""
    for rule in outgoing(table, today, export):
        why = _why_not(rule, can)
        if why:
            export.leave_out(rule.rule, why)
            continue
        status = rule.status
        if status != 410 and status not in can.statuses:
            status = next((code for code in _NEXT_BEST[status] if code in can.statuses), status)
            export.remark(rule.rule, f"it answers {status}, since {rule.status} cannot be said")
        _query(rule, can, export)
        export.said += 1
        yield rule, status


def _why_not(rule: Outgoing, can: Abilities) -> str:
    if rule.status == 0:
        return "an exception (serve:) cannot be said"
    if rule.status == 410 and not can.gone:
        return "410 (gone) cannot be said"
    if rule.rule.kind not in can.kinds:
        names = {Kind.PATTERN: "a pattern", Kind.REGEX: "a regular expression", Kind.EXACT: "an exact address"}
        return f"{names[rule.rule.kind]} cannot be said"
    if rule.query and not can.source_query:
        return "an old address with a query cannot be said"
    return ""


def _query(rule: Outgoing, can: Abilities, export: Export) -> None:
    if can.query == "keeps" and rule.rule.query is QueryMode.DROP:
        export.remark(rule.rule, "the query goes on to the target, although the rule drops it")
    if can.query == "drops" and rule.carries:
        export.drops = True
