"""How far a crawl is, in numbers. Nothing is changed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, case, func, select

from migrator.store.entering import OPEN
from migrator.store.tables import crawls, frontier, pages


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a crawl is. `skipped` is how many addresses by reason; `finished` is when it reached its end, if it did."""

    due: int = 0
    pages: int = 0
    redirects: int = 0
    failures: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    finished: dt.datetime | None = None
    unchanged: int = 0


def read_counts(connection: Connection, crawl: int) -> Counts:
    """The counts of one crawl, as the transaction of `connection` sees it."""
    mine = frontier.c.crawl_id == crawl
    reasons = select(frontier.c.reason, func.count()).where(mine, frontier.c.state == "skipped").group_by(frontier.c.reason)
    failed = (pages.c.status == 0) | (pages.c.status >= 400)
    told = select(
        func.count(),
        func.count(case((pages.c.hops != "[]", 1))),
        func.count(case((failed, 1))),
        func.count(pages.c.unchanged_since),
    ).where(pages.c.crawl_id == crawl)
    number, redirects, failures, unchanged = connection.execute(told).one()
    due = select(func.count()).where(mine, frontier.c.state.in_(OPEN))
    return Counts(
        due=connection.scalar(due) or 0,
        pages=number,
        redirects=redirects,
        failures=failures,
        skipped={row[0]: row[1] for row in connection.execute(reasons)},
        finished=connection.scalar(select(crawls.c.finished).where(crawls.c.id == crawl)),
        unchanged=unchanged,
    )
