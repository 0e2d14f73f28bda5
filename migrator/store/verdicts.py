"""Verdicts as rows: a history that only grows, of which the last word counts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select

from migrator.pages.verdict import Answer, Verdict
from migrator.store.database import Database
from migrator.store.tables import verdicts
from migrator.store.values import storable


def append_verdicts(database: Database, site: str, new: Iterable[Verdict]) -> None:
    """Add decisions to the history, all or none; they outlive a power cut."""
    rows = [
        {
            "site": site,
            "old_url": storable(one.old_url),
            "verdict": one.verdict,
            "new_url": storable(one.new_url),
            "who": storable(one.who),
            "when": one.when,
            "why": storable(one.why),
        }
        for one in new
    ]
    if rows:
        with database.writing(durable=True) as connection:
            connection.execute(insert(verdicts), rows)


def read_verdicts(database: Database, site: str) -> dict[str, Verdict]:
    """The last verdict of every old URL that has one."""
    column = verdicts.c
    chosen = (column.old_url, column.verdict, column.new_url, column.who, column.when, column.why)
    with database.reading() as connection:
        rows = connection.execute(select(*chosen).where(column.site == site).order_by(column.id))
        return {old_url: Verdict(old_url, Answer(verdict), *rest) for old_url, verdict, *rest in rows}
