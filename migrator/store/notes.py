"""What pages link to: noted in one row with each page, and counted for many pages at once. Which few places are kept is not said.

To count the links of a page as it is written would touch as many rows as it has links, all over the file; a note is one row
beside the page's own. Whatever ends a crawl, a link is in a note or in the counts, and never in both.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, delete, select

from migrator.pages.visit import Source, Visit
from migrator.store.database import Database
from migrator.store.prepared import Prepared
from migrator.store.sightings import Place, Sightings
from migrator.store.tables import linked, noted
from migrator.store.values import packed, short_key, short_keys, storable, unpacked

LANES = 16
MANY = 1_000_000  # characters of notes, after which a worker counts what is noted
_AT_ONCE = 1_000  # notes a transaction, addresses a statement


class Notes:
    """The notes of one crawl as one worker writes them, and counts them."""

    def __init__(self, database: Database, crawl: int, worker: str, sightings: Sightings) -> None:
        self._database = database
        self._crawl = crawl
        self._sightings = sightings
        # Workers that share a lane wait for each other; a file has one writer at a time anyway.
        self._lane = zlib.crc32(worker.encode()) % LANES if database.is_shared else 0
        self._written = 0
        self._noting = Prepared(database, database.insert(noted), noted.columns.keys())
        counted = database.insert(linked)
        more = linked.c.number + counted.excluded.number
        counted = counted.on_conflict_do_update(index_elements=["crawl_id", "key", "lane"], set_={"number": more})
        self._counting = Prepared(database, counted, linked.columns.keys())

    def of_page(self, connection: Connection, visit: Visit) -> None:
        """Note what a page links to and its redirects pass, in the transaction of the page. Links to itself do not count."""
        entry = visit.entry
        own = {entry.key, short_key(entry.key)}  # as the store has it, or as it is made of an address
        links, passed = (packed(short_keys(keys) - own) for keys in (visit.linked, visit.passed))
        if links == passed == "[]":
            return
        row = {"entry_id": entry.id, "crawl_id": self._crawl, "place": storable(entry.url), "links": links, "passed": passed}
        self._noting.run(connection, [row])
        self._written += len(links) + len(passed)

    @property
    def are_many(self) -> bool:
        """Whether so much is noted that it is to be counted now."""
        return self._written >= MANY

    def count_all(self) -> None:
        """Count whatever is noted, in a transaction for each thousand pages. Raises StoreError where one fails."""
        while self._database.transact(self._count):
            pass
        self._written = 0

    def count_rest(self, connection: Connection) -> None:
        """Count whatever is noted in the transaction of `connection`; what another worker is counting is waited for."""
        while self._count(connection, waits=True):
            pass

    def _count(self, connection: Connection, waits: bool = False) -> bool:
        """Put notes into the counts and sightings, in the transaction of `connection`; whether there may be more."""
        rows = self._taken(connection, waits)
        notes = [(row.place, unpacked(row.links), unpacked(row.passed)) for row in rows]
        numbers = Counter[str]()
        for _, links, _ in notes:
            numbers.update(links)
        row = {"crawl_id": self._crawl, "lane": self._lane}
        keys = sorted(numbers)
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            self._counting.run(connection, [{**row, "key": key, "number": numbers[key]} for key in some])
        self._sightings.enter(connection, _places(notes))
        return len(rows) == _AT_ONCE

    def _taken(self, connection: Connection, waits: bool) -> Sequence[Row[str, str, str]]:
        """The oldest notes, which are notes no more: those that nobody else is at this moment counting, unless it `waits`."""
        oldest = select(noted.c.entry_id).where(noted.c.crawl_id == self._crawl).order_by(noted.c.entry_id).limit(_AT_ONCE)
        turn = oldest.with_for_update(skip_locked=not waits).cte("turn")
        taken = delete(noted).where(noted.c.entry_id.in_(select(turn.c.entry_id)))
        return connection.execute(taken.returning(noted.c.place, noted.c.links, noted.c.passed)).all()


def count_what_is_noted(database: Database) -> None:
    """Count the notes of all crawls that are under way, or that were killed, so that they can be read."""
    with database.reading() as connection:
        crawls = connection.scalars(select(noted.c.crawl_id).distinct()).all()
    for crawl in crawls:
        Notes(database, crawl, "", Sightings(database, crawl)).count_all()


def _places(notes: Iterable[tuple[str, list[str], list[str]]]) -> Iterable[Place]:
    for name, links, passed in notes:
        yield Place(Source.LINK, name, links)
        yield Place(Source.REDIRECT, name, passed)
