"""Hits of rules and missing addresses as rows, one a day: counts are added, so that any number of processes may count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select

from migrator.pages.counts import OTHERS, Batch, Hits, Missed, MissingName, RuleName
from migrator.store.database import Database
from migrator.store.prepared import Prepared
from migrator.store.tables import hits, missing
from migrator.store.values import short_key

MOST_MISSING = 20_000  # different addresses of one site on one day; whoever makes up addresses must not fill the disk
_AT_ONCE = 500  # rows


def add_counts(database: Database, batch: Batch) -> None:
    """Add a batch to the counts of its day, all or none."""

    def work(connection: Connection) -> None:
        _add(database, connection, hits, [_hit_row(name, batch.day) | {"count": count} for name, count in batch.hits.items()])
        rows = _bounded(connection, batch.day, batch.missing)
        _add(database, connection, missing, rows)

    if batch:
        database.transact(work)


def read_hits(database: Database, site: str, since: str) -> list[Hits]:
    """The visits that each rule answered from that day on, most first."""
    column = hits.c
    names = (column.kind, column.rule)
    return [
        Hits(RuleName(site, kind, rule), count, first, last)
        for kind, rule, count, first, last in _read(database, hits, names, site, since)
    ]


def read_missing(database: Database, site: str, since: str) -> list[Missed]:
    """The addresses that were asked for in vain from that day on, most visits first."""
    column = missing.c
    names = (column.lack, column.key)
    return [
        Missed(MissingName(site, lack, key), count, first, last)
        for lack, key, count, first, last in _read(database, missing, names, site, since)
    ]


def forget_counts(database: Database, before: str) -> None:
    """Let go of all days before that one."""
    with database.writing() as connection:
        for table in (hits, missing):
            connection.execute(delete(table).where(table.c.day < before))


def _read(database: Database, table: Table, names: Sequence[Any], site: str, since: str) -> list[tuple[str, str, int, str, str]]:
    column, total = table.c, func.sum(table.c.count)
    one, other = names
    chosen = select(one, other, total, func.min(column.day), func.max(column.day))
    with database.reading() as connection:
        mine = chosen.where(column.site == site, column.day >= since).group_by(one, other)
        rows = connection.execute(mine.order_by(total.desc(), one, other)).all()
    return [(row[0], row[1], int(row[2]), row[3], row[4]) for row in rows]


def _hit_row(name: RuleName, day: str) -> dict[str, Any]:
    return {"site": name.site, "kind": name.kind, "rule": short_key(name.source), "day": day}


def _bounded(connection: Connection, day: str, counts: Mapping[MissingName, int]) -> list[dict[str, Any]]:
    """The rows of missing addresses, those beyond the bound of their site and day as one."""
    summed: Counter[MissingName] = Counter()
    for name, count in counts.items():
        summed[name._replace(key=short_key(name.key))] += count
    for site in sorted({name.site for name in summed}):
        mine = (missing.c.site == site) & (missing.c.day == day)
        room = MOST_MISSING - (connection.scalar(select(func.count()).select_from(missing).where(mine)) or 0)
        names = [name for name in summed if name.site == site and name.key != OTHERS]
        if len(names) > room:
            _fold(summed, names, _known(connection, mine, names), max(room, 0))
    return [{**name._asdict(), "day": day, "count": count} for name, count in summed.items()]


def _known(connection: Connection, mine: Any, names: Sequence[MissingName]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for start in range(0, len(names), _AT_ONCE):
        keys = [name.key for name in names[start : start + _AT_ONCE]]
        rows = connection.execute(select(missing.c.lack, missing.c.key).where(mine, missing.c.key.in_(keys)))
        found |= {(lack, key) for lack, key in rows}
    return found


def _fold(summed: Counter[MissingName], names: Sequence[MissingName], known: set[tuple[str, str]], room: int) -> None:
    new = [name for name in names if (name.lack, name.key) not in known]
    for name in new[room:]:
        summed[name._replace(key=OTHERS)] += summed.pop(name)


def _add(database: Database, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add rows to those that are there. In one order, so that no two writers wait for each other."""
    keys = [column.name for column in table.primary_key.columns]
    rows.sort(key=lambda row: [row[key] for key in keys])
    statement = database.insert(table)
    added = statement.on_conflict_do_update(index_elements=keys, set_={"count": table.c.count + statement.excluded["count"]})
    prepared = Prepared(database, added, [column.name for column in table.columns])
    for start in range(0, len(rows), _AT_ONCE):
        prepared.run(connection, rows[start : start + _AT_ONCE])
