"""Where addresses were seen by a crawl: a few of the places of each, the same whatever their order. How many is not said here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, tuple_

from migrator.pages.visit import Found, Sighting, Source
from migrator.store.database import Database
from migrator.store.prepared import Prepared
from migrator.store.tables import sightings
from migrator.store.values import lot, short_key, storable

KEPT = 5  # places of an address and kind
_ASKED_AT_ONCE = 200  # addresses
_KEY = ("crawl_id", "key", "kind", "lot")


class Place(NamedTuple):
    """A page or sitemap, and the keys, as the store has them, of all that it names in that way."""

    kind: str
    name: str
    keys: Iterable[str]


class Sightings:
    """The sightings of one crawl, written in the transaction of whoever saw."""

    def __init__(self, database: Database, crawl: int) -> None:
        self._crawl = crawl
        self._seen = Prepared(database, database.insert(sightings).on_conflict_do_nothing(), (*_KEY, "detail"))
        column = sightings.c
        this = (getattr(column, name) == bindparam(f"of_{name}") for name in _KEY)
        self._dropped = Prepared(database, delete(sightings).where(*this), [f"of_{name}" for name in _KEY])
        mine = (column.crawl_id == crawl) & (column.kind == bindparam("of_kind"))
        self._kept = select(column.key, column.lot).where(mine, column.key.in_(bindparam("keys", expanding=True)))

    def of_seeds(self, connection: Connection, seeds: Iterable[Found]) -> None:
        """Where the addresses that a crawl starts from are from, those apart that imported files name."""
        by_place: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for seed in seeds:
            if seed.seen_on or seed.source is Source.START:
                by_place[seed.source, seed.seen_on].append(short_key(seed.key))
        self.enter(connection, [Place(kind, storable(name), keys) for (kind, name), keys in by_place.items()])

    def enter(self, connection: Connection, places: Iterable[Place]) -> None:
        """Keep the places for those addresses of which they are among the few; what they take the place of goes.

        Of places that two workers write at once too many may be kept, which `trim_all` mends at the end, but one of the smallest
        lots of all never goes.
        """
        for kind, by_key in _drawn(places).items():
            keys = sorted(by_key)  # in the same order in every transaction, so that no two wait for each other
            for start in range(0, len(keys), _ASKED_AT_ONCE):
                some = keys[start : start + _ASKED_AT_ONCE]
                self._enter(connection, kind, {key: by_key[key] for key in some})

    def _enter(self, connection: Connection, kind: str, by_key: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        kept: defaultdict[str, list[int]] = defaultdict(list)
        keys = list(by_key)
        keys += keys[-1:] * (_ASKED_AT_ONCE - len(keys))  # always as many: the driver keeps each statement of another length
        for key, drawn in connection.execute(self._kept, {"of_kind": kind, "keys": keys}):
            kept[key].append(drawn)
        wanted, over = [], []
        for key, places in by_key.items():
            before = kept.get(key, ())
            if len(before) >= KEPT and places[0][0] > max(before):
                continue
            named = dict(places)
            few = sorted({*before, *named})[:KEPT]
            this = {"crawl_id": self._crawl, "key": key, "kind": kind}
            wanted += [{**this, "lot": one, "detail": named[one]} for one in few if one not in before]
            over += [{f"of_{name}": value for name, value in {**this, "lot": one}.items()} for one in before if one not in few]
        self._seen.run(connection, wanted)
        self._dropped.run(connection, over)


def _drawn(places: Iterable[Place]) -> dict[str, dict[str, list[tuple[int, str]]]]:
    """By kind and key, those few of the places that have the smallest lots, in that order, each with its lot."""
    drawn: defaultdict[str, defaultdict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    for number, place in sorted((lot(place.name), place) for place in places):
        by_key, one = drawn[place.kind], (number, place.name)
        for key in place.keys:
            few = by_key[key]
            if len(few) < KEPT:
                few.append(one)
    return {kind: dict(by_key) for kind, by_key in drawn.items()}


def trim_all(connection: Connection, crawl: int) -> None:
    """Leave of every address and kind the few with the smallest lots."""
    column = sightings.c
    rank = func.row_number().over(partition_by=(column.key, column.kind), order_by=column.lot).label("rank")
    ranked = select(column.key, column.kind, column.lot, rank).where(column.crawl_id == crawl).subquery()
    over = select(ranked.c.key, ranked.c.kind, ranked.c.lot).where(ranked.c.rank > KEPT)
    mine = column.crawl_id == crawl
    connection.execute(delete(sightings).where(mine, tuple_(column.key, column.kind, column.lot).in_(over)))


def read_sightings(database: Database, crawl: ColumnElement[int], key: str) -> list[Sighting]:
    """Where the crawl saw the address with that key, kind by kind, in order of place."""
    column = sightings.c
    chosen = select(column.kind, column.detail).where(column.crawl_id == crawl, column.key == short_key(key))
    with database.reading() as connection:
        rows = connection.execute(chosen.order_by(column.kind, column.lot)).all()
    return [Sighting(Source(kind), place) for kind, place in sorted(map(tuple, rows))]
