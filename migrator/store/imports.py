"""Addresses that files name (lists, sheets, access logs, archives), and the visits they count. No file is read here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from migrator.pages.page import Side
from migrator.pages.visit import Listed, Sighting, Source
from migrator.store.database import Database
from migrator.store.prepared import Prepared
from migrator.store.tables import imports, listed, visits
from migrator.store.values import now, short_key, storable

_STATE_OF_THINGS = (Source.LIST, Source.CSV)  # a newer file of the same name says anew what an older one said
_AT_ONCE = 5_000  # rows


@dataclass(frozen=True, slots=True)
class File:
    """A file of addresses: what it is, its name, and digest and size of what is in it (uncompressed), by which it is known."""

    kind: Source
    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was taken in, when, and what it gave: how many addresses, and how many visits."""

    id: int
    file: File
    taken: dt.datetime
    addresses: int
    visits: int


def take_in(
    database: Database, site: str, side: Side, file: File, named: Iterable[Listed], grown_from: int | None
) -> Import | None:
    """Take in what a file names, all or nothing; None where the very same file was taken in before.

    A list or sheet takes the place of an older one of its name; so does a log of `grown_from`, the import of its own beginning.
    `named` is read to its end before the store is touched, so that nobody waits for the file.
    """
    addresses, counts = _sorted_out(named)
    with database.writing(durable=True, alone=True) as connection:
        mine = _of(site, side)
        if connection.execute(select(imports.c.id).where(mine, imports.c.digest == file.digest)).first():
            return None
        if file.kind in _STATE_OF_THINGS:
            same = (imports.c.kind == file.kind) & (imports.c.name == storable(file.name))
            connection.execute(delete(imports).where(mine, same))
        if grown_from is not None:
            connection.execute(delete(imports).where(mine, imports.c.id == grown_from))
        number = _enter_file(connection, site, side, file)
        _enter(database, connection, number, addresses, counts)
    return next(one for one in read_imports(database, site, side) if one.id == number)


def read_imports(database: Database, site: str, side: Side) -> list[Import]:
    """Every file that was taken in for one side of a site, in that order."""
    column = imports.c
    addresses = select(func.count()).where(listed.c.import_id == column.id).scalar_subquery()
    counted = select(func.coalesce(func.sum(visits.c.count), 0)).where(visits.c.import_id == column.id).scalar_subquery()
    chosen = select(column.id, column.taken, addresses, counted, column.kind, column.name, column.digest, column.size)
    with database.reading() as connection:
        rows = connection.execute(chosen.where(_of(site, side)).order_by(column.id)).all()
    return [
        Import(number, File(Source(kind), *rest), taken, addresses, int(counted))
        for number, taken, addresses, counted, kind, *rest in rows
    ]


def forget_import(database: Database, site: str, side: Side, number: int) -> bool:
    """Let go of a file and all that it alone gave; whether there was one of that number."""
    with database.writing(durable=True) as connection:
        return connection.execute(delete(imports).where(_of(site, side), imports.c.id == number)).rowcount > 0


def read_listed(database: Database, site: str, side: Side, after: str, limit: int) -> list[tuple[Source, Listed]]:
    """The next addresses by key, each once; of several kinds of file that name one, the first by name."""
    chosen = select(listed.c.key, func.min(listed.c.url), func.min(imports.c.kind)).join_from(listed, imports)
    page = chosen.where(_of(site, side), listed.c.key > after).group_by(listed.c.key).order_by(listed.c.key).limit(limit)
    with database.reading() as connection:
        return [(Source(kind), Listed(url, key)) for key, url, kind in connection.execute(page)]


def read_files_naming(database: Database, site: str, side: Side, key: str) -> list[Sighting]:
    """The files that name an address, in the order they were taken in."""
    chosen = (
        select(imports.c.kind, imports.c.name).join_from(listed, imports).where(_of(site, side), listed.c.key == short_key(key))
    )
    with database.reading() as connection:
        return [Sighting(Source(kind), name) for kind, name in connection.execute(chosen.order_by(imports.c.id))]


def read_visits(database: Database, site: str, side: Side) -> Iterator[Listed]:
    """Every address with visits: one for each day on which it had some, in order of key and day."""
    chosen = select(visits.c.key, visits.c.day, func.sum(visits.c.count), func.min(listed.c.url))
    joined = chosen.join_from(visits, imports).join(
        listed, (listed.c.import_id == visits.c.import_id) & (listed.c.key == visits.c.key)
    )
    grouped = joined.where(_of(site, side)).group_by(visits.c.key, visits.c.day).order_by(visits.c.key, visits.c.day)
    with database.reading() as connection:
        for key, day, count, url in connection.execution_options(yield_per=1000).execute(grouped):
            yield Listed(url, key, dt.date.fromisoformat(day) if day else None, int(count))


def _of(site: str, side: Side) -> ColumnElement[bool]:
    return (imports.c.site == site) & (imports.c.side == side)


def _sorted_out(named: Iterable[Listed]) -> tuple[dict[str, str], Counter[tuple[str, str]]]:
    """The first spelling of each key, and the visits by key and day."""
    addresses: dict[str, str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for one in named:
        key = short_key(one.key)
        addresses.setdefault(key, storable(one.url))
        if one.count:
            counts[key, one.day.isoformat() if one.day else ""] += one.count
    return addresses, counts


def _enter_file(connection: Connection, site: str, side: Side, file: File) -> int:
    row = {"site": site, "side": side, "kind": file.kind, "name": storable(file.name), "digest": file.digest, "size": file.size}
    (number,) = connection.execute(insert(imports).values({**row, "taken": now()})).inserted_primary_key  # type: ignore[misc]
    return int(number)


def _enter(
    database: Database, connection: Connection, number: int, addresses: dict[str, str], counts: Counter[tuple[str, str]]
) -> None:
    rows = [{"import_id": number, "key": key, "url": url} for key, url in addresses.items()]
    days = [{"import_id": number, "key": key, "day": day, "count": count} for (key, day), count in counts.items()]
    for table, values in ((listed, rows), (visits, days)):
        if values:
            adding = Prepared(database, insert(table), values[0])
            for start in range(0, len(values), _AT_ONCE):
                adding.run(connection, values[start : start + _AT_ONCE])
