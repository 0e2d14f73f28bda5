"""Where addresses were seen by a crawl: a few of the places of each, the same whatever their order, and how many link to it."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, tuple_

from migrator.pages.visit import Found, Sighting, Source
from migrator.store.database import Database
from migrator.store.tables import linked, sightings
from migrator.store.values import lot, short_key, storable

KEPT = 5  # places of an address and kind
LANES = 16
_REMEMBERED = 200_000  # addresses whose places are known to be full
_AT_ONCE = 2_000  # keys in one statement


class Sightings:
    """The sightings of one crawl as one worker writes them, always in the transaction of the page that they are on."""

    def __init__(self, database: Database, crawl: int, worker: str) -> None:
        self._database = database
        self._crawl = crawl
        # Workers that share a lane wait for each other; a file has one writer at a time anyway.
        self._lane = zlib.crc32(worker.encode()) % LANES if database.is_shared else 0
        self._highest: dict[tuple[str, str], int] = {}

    def of_seeds(self, connection: Connection, seeds: Iterable[Found]) -> None:
        """Where the addresses that a crawl starts from are from, those apart that imported files name."""
        by_place: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for seed in seeds:
            if seed.seen_on or seed.source is Source.START:
                by_place[seed.source, seed.seen_on].append(seed.key)
        for (kind, place), keys in by_place.items():
            self._enter(connection, keys, kind, place)

    def of_page(self, connection: Connection, url: str, own_key: str, to: Iterable[str], passed: Iterable[str]) -> None:
        """The page at `url` links to the keys `to`, and its redirects pass those in `passed`. Links to itself do not count."""
        own_key = short_key(own_key)
        links = sorted({short_key(key) for key in to} - {own_key})
        if links:
            rows = [{"crawl_id": self._crawl, "key": key, "lane": self._lane, "number": 1} for key in links]
            counted = self._database.insert(linked)
            more = counted.on_conflict_do_update(index_elements=["crawl_id", "key", "lane"], set_={"number": linked.c.number + 1})
            self._database.enter(connection, more, rows)
        self._enter(connection, links, Source.LINK, url)
        self._enter(connection, {short_key(key) for key in passed} - {own_key}, Source.REDIRECT, url)

    def _enter(self, connection: Connection, keys: Iterable[str], kind: str, place: str) -> None:
        place = storable(place)
        drawn = lot(place)
        wanted = sorted(key for key in map(short_key, keys) if drawn <= self._highest.get((key, kind), 1 << 63))
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            rows = [{"crawl_id": self._crawl, "key": key, "kind": kind, "lot": drawn, "detail": place} for key in some]
            self._database.enter(connection, self._database.insert(sightings).on_conflict_do_nothing(), rows)
            self._trim(connection, some, kind)

    def _trim(self, connection: Connection, keys: list[str], kind: str) -> None:
        """Leave the few with the smallest lots. Another worker's are seen or not; one of the smallest of all never goes."""
        column = sightings.c
        mine = (column.crawl_id == self._crawl) & (column.kind == kind)
        chosen = select(column.key, column.lot).where(mine, column.key.in_(keys)).order_by(column.key, column.lot)
        lots: defaultdict[str, list[int]] = defaultdict(list)
        for key, drawn in connection.execute(chosen):
            lots[key].append(drawn)
        full = {key: drawn[KEPT - 1] for key, drawn in lots.items() if len(drawn) >= KEPT}
        over = [{"of_key": key, "of_lot": drawn} for key, of_key in lots.items() for drawn in of_key[KEPT:]]
        if over:  # in the same order in every transaction, so that no two wait for each other
            one = mine & (column.key == bindparam("of_key")) & (column.lot == bindparam("of_lot"))
            connection.execute(delete(sightings).where(one), over)
        if len(self._highest) > _REMEMBERED:
            self._highest.clear()
        self._highest |= {(key, kind): highest for key, highest in full.items()}


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
