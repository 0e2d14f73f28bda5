"""Where addresses were seen by a crawl: a few of the places of each, the same whatever their order, and how many link to it."""

from __future__ import annotations

import zlib
from array import array
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, tuple_

from migrator.pages.visit import Found, Sighting, Source
from migrator.store.bulk import Bulk
from migrator.store.database import Database
from migrator.store.tables import linked, sightings
from migrator.store.values import lot, short_key, storable

KEPT = 5  # places of an address and kind
LANES = 16
_REMEMBERED = 100_000  # addresses, of 150 bytes each


class Sightings:
    """The sightings of one crawl as one worker writes them, always in the transaction of the page that they are on."""

    def __init__(self, database: Database, crawl: int, worker: str) -> None:
        self._crawl = crawl
        # Workers that share a lane wait for each other; a file has one writer at a time anyway.
        self._lane = zlib.crc32(worker.encode()) % LANES if database.is_shared else 0
        self._lots: dict[tuple[str, str], array[int]] = {}
        seen = database.insert(sightings).on_conflict_do_nothing()
        self._seen = Bulk(database, seen, ("crawl_id", "key", "kind", "lot", "detail"))
        counted = database.insert(linked).on_conflict_do_update(
            index_elements=["crawl_id", "key", "lane"], set_={"number": linked.c.number + 1}
        )
        self._counted = Bulk(database, counted, ("crawl_id", "key", "lane", "number"))
        column = sightings.c
        mine = (column.crawl_id == crawl) & (column.kind == bindparam("of_kind"))
        self._dropped = delete(sightings).where(mine, column.key == bindparam("of_key"), column.lot == bindparam("of_lot"))

    def of_seeds(self, connection: Connection, seeds: Iterable[Found]) -> None:
        """Where the addresses that a crawl starts from are from, those apart that imported files name."""
        by_place: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for seed in seeds:
            if seed.seen_on or seed.source is Source.START:
                by_place[seed.source, seed.seen_on].append(seed.key)
        for (kind, place), keys in by_place.items():
            self._enter(connection, map(short_key, keys), kind, place)

    def of_page(self, connection: Connection, url: str, own_key: str, to: Iterable[str], passed: Iterable[str]) -> None:
        """The page at `url` links to the keys `to`, and its redirects pass those in `passed`. Links to itself do not count."""
        own = {own_key, short_key(own_key)}  # as the store has it, or as it is made of an address
        links = sorted({short_key(key) for key in to} - own)
        self._counted.run(connection, ({"crawl_id": self._crawl, "key": key, "lane": self._lane, "number": 1} for key in links))
        self._enter(connection, links, Source.LINK, url)
        self._enter(connection, {short_key(key) for key in passed} - own, Source.REDIRECT, url)

    def forget(self) -> None:
        """Take nothing for kept: a transaction has failed, and what it wrote is not there."""
        self._lots.clear()

    def _enter(self, connection: Connection, keys: Iterable[str], kind: str, place: str) -> None:
        """Keep the place for those of which it is among the few; what it takes the place of goes.

        That is judged by what this worker has written: it may keep too many, which `trim_all` mends at the end, but one of the
        smallest lots of all never goes.
        """
        place = storable(place)
        drawn = lot(place)
        wanted, over = [], []
        for key in sorted(keys):  # in the same order in every transaction, so that no two wait for each other
            lots = self._known(key, kind)
            if len(lots) == KEPT and drawn > lots[-1]:
                continue
            wanted.append(key)
            if drawn not in lots:
                insort(lots, drawn)
                if len(lots) > KEPT:
                    over.append({"of_kind": kind, "of_key": key, "of_lot": lots.pop()})
        rows = [{"crawl_id": self._crawl, "key": key, "kind": kind, "lot": drawn, "detail": place} for key in wanted]
        self._seen.run(connection, rows)
        if over:
            connection.execute(self._dropped, over)

    def _known(self, key: str, kind: str) -> array[int]:
        """The smallest lots of the address that this worker has written, in order; to be added to."""
        if len(self._lots) > _REMEMBERED:
            self._lots.clear()
        return self._lots.setdefault((key, kind), array("q"))


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
