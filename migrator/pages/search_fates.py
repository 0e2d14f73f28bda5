"""What became of an old page, as the map in force and what people decided say. Pure: nothing is read or kept here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from migrator.pages.search_entry import GONE, STAYS, Fate
from migrator.pages.verdict import Answer, Verdict
from migrator.rules.decision import Gone, NotFound, Redirect, Serve
from migrator.rules.rule import Home, Site
from migrator.rules.table import Request, RuleTable
from migrator.urls import split_url


def fates(table: RuleTable, site: Site, verdicts: Mapping[str, Verdict], today: dt.date | None) -> Callable[[str], Fate]:
    """Answers for one old address at a time. The map comes first; what it leaves to the old site, a verdict may have moved."""

    def fate(url: str) -> Fate:
        _, path, query = split_url(url)
        host = site.hosts[0]
        decision = table.decide(Request((path or "/").encode("utf-8", "surrogatepass"), query.encode(), host, "GET", today))
        if isinstance(decision, Redirect):
            return Fate(decision.location, certain=decision.rule is not None)
        if isinstance(decision, Gone | NotFound):
            return GONE
        if isinstance(decision, Serve) and decision.home is Home.NEW:
            return Fate(site.new.rstrip("/") + path, certain=False)
        return _decided(verdicts.get(url)) if decision.rule is None else STAYS

    return fate


def _decided(verdict: Verdict | None) -> Fate:
    if verdict is None or verdict.verdict is Answer.KEPT:
        return STAYS
    return GONE if verdict.verdict is Answer.GONE else Fate(verdict.new_url)
