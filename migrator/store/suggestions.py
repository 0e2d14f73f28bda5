"""Suggestions as rows: replaced whole, site by site. How they are found is not said here."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import delete, insert, select

from migrator.pages.suggestion import Candidate, Suggestion
from migrator.store.database import Database
from migrator.store.tables import candidates, suggestions
from migrator.store.values import packed, storable, unpacked


def replace_suggestions(database: Database, site: str, new: Iterable[Suggestion]) -> None:
    """Put `new` in the place of all suggestions of the site; of two for one old URL the later counts."""
    by_url = {storable(one.old_url): one for one in new}
    heads = [
        {"site": site, "old_url": old_url, "position": position, "remark": storable(one.remark)}
        for position, (old_url, one) in enumerate(by_url.items())
    ]
    rows = [
        {"site": site, "old_url": old_url, "rank": rank, **_candidate_row(candidate)}
        for old_url, one in by_url.items()
        for rank, candidate in enumerate(one.candidates, start=1)
    ]
    with database.writing() as connection:
        for table, values in ((suggestions, heads), (candidates, rows)):
            connection.execute(delete(table).where(table.c.site == site))
            if values:
                connection.execute(insert(table), values)


def read_suggestions(database: Database, site: str) -> list[Suggestion]:
    """The suggestions of the site in the order they were given, candidates best first."""
    heads = select(suggestions.c.old_url, suggestions.c.remark).where(suggestions.c.site == site)
    column = candidates.c
    of_site = select(column.old_url, column.url, column.confidence, column.evidence).where(column.site == site)
    with database.reading() as connection:
        rows = connection.execute(of_site.order_by(column.old_url, column.rank))
        by_url = {
            old_url: tuple(Candidate(url, confidence, tuple(unpacked(evidence))) for _, url, confidence, evidence in group)
            for old_url, group in groupby(rows, key=lambda row: row[0])
        }
        ordered = connection.execute(heads.order_by(suggestions.c.position))
        return [Suggestion(old_url, by_url.get(old_url, ()), remark) for old_url, remark in ordered]


def _candidate_row(candidate: Candidate) -> dict[str, object]:
    return {
        "url": storable(candidate.url),
        "confidence": candidate.confidence,
        "evidence": packed(map(storable, candidate.evidence)),
    }
