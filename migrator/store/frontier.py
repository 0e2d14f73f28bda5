"""The frontier of one crawl, kept: which addresses are due, claimed, done or skipped. What to visit is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from migrator.pages.page import Page, Side
from migrator.pages.visit import Entry, Former, Found, Listed, Skipped, Source, Visit
from migrator.store.counts import Counts, read_counts
from migrator.store.crawls import Beginning, begin_crawl, finish_crawl
from migrator.store.database import Database
from migrator.store.entering import CLAIMED, DUE, LISTED, OPEN, Entrance, named_by_file, state_when_given_back
from migrator.store.imports import read_listed
from migrator.store.notes import Notes
from migrator.store.pages import PageWriter, copy_page, read_page
from migrator.store.prepared import Prepared
from migrator.store.sightings import Sightings
from migrator.store.tables import crawls, frontier, pages
from migrator.store.turns import Turns
from migrator.store.workers import LEASE, Worker, bury, check_in, leave

_ENDED = (
    update(frontier)
    .where(frontier.c.id == bindparam("of"), frontier.c.state == CLAIMED, frontier.c.worker == bindparam("by"))
    .values(state=bindparam("now"), reason=bindparam("why"), worker="")
)


class StoredFrontier:
    """The frontier of the crawl of one side of one site, for one of its workers.

    `begin` comes first, `leave` last; every method is one transaction. Any number of workers share a crawl, each with a frontier
    of its own. What a worker claimed and did not finish is due again when it leaves, when it is seen to be gone, or when its
    lease (five minutes, renewed by `claim` and `renew`) ends.
    """

    def __init__(self, database: Database, site: str, side: Side, worker: Worker) -> None:
        self._database = database
        self._site = site
        self._side = side
        self._worker = worker
        self._crawl = 0
        self._based_on: int | None = None
        self._renewed = database.now()
        self._ended = Prepared(database, _ENDED, ("of", "by", "now", "why"))
        self._write_to(0)

    def begin(self, fresh: bool = False, whole: bool = False) -> None:
        """Go on with the crawl there is, or start one where there is none or `fresh` asks for it.

        A finished crawl is kept beside a fresh one, which knows its pages and asks for those alone that have changed, unless
        it is to be `whole`. An unfinished one is dropped; raises StoreError where others are at work on it.
        """

        def begin(connection: Connection) -> None:
            how = Beginning(fresh, whole)
            self._crawl = begin_crawl(connection, self._database, self._site, self._side, self._worker, how)
            self._based_on = connection.scalar(select(crawls.c.based_on).where(crawls.c.id == self._crawl))
            self._check_in(connection)

        self._database.transact(begin, alone=True)
        self._write_to(self._crawl)

    def leave(self) -> None:
        """Give back what was claimed and not finished."""
        self._database.transact(lambda connection: leave(connection, self._database, self._crawl, self._worker), alone=True)
        self._notes.count_all()

    def renew(self) -> None:
        """Keep what was claimed for another five minutes."""
        with self._database.writing() as connection:
            self._check_in(connection)

    def seeded(self) -> bool:
        """Whether the addresses that the crawl starts from are all in."""
        with self._database.reading() as connection:
            return bool(connection.scalar(select(crawls.c.seeded).where(crawls.c.id == self._crawl)))

    def mark_seeded(self) -> None:
        """The addresses that the crawl starts from are all in."""
        with self._database.writing() as connection:
            connection.execute(update(crawls).where(crawls.c.id == self._crawl).values(seeded=True))

    def mark_finished(self) -> bool:
        """Whether the crawl has reached its end, once nothing is due or claimed. The last five that did are kept."""

        def finish(connection: Connection) -> bool:
            return finish_crawl(connection, self._database, self._crawl, self._worker, self._notes)

        self._notes.count_all()
        return self._database.transact(finish, durable=True, alone=True)

    def add(self, found: Iterable[Found], skipped: Iterable[Skipped] = ()) -> None:
        """Take in addresses to start from; one that was ever seen stays as it is. A finished crawl takes none."""
        found, skipped = list(found), list(skipped)

        def add(connection: Connection) -> None:
            mine = select(crawls.c.finished).where(crawls.c.id == self._crawl).with_for_update(read=True)
            if connection.scalar(mine) is None:
                self._entrance.enter(connection, found, skipped)
                self._sightings.of_seeds(connection, [*found, *(one.found for one in skipped)])

        self._database.transact(add)

    def claim(self, limit: int) -> list[Entry]:
        """Up to `limit` addresses that are due, nearest to the start first; nobody else is given them.

        Those that files alone name come when the rest is done: a page may yet link to them, and spell them better.
        """
        entries = self._claim(limit)
        if entries:
            return entries
        self._bury()
        return self._claim(limit)

    def is_open(self) -> bool:
        """Whether there may be more to do when `claim` gives nothing: an address is due, or another worker has claimed one."""
        others = (frontier.c.state == CLAIMED) & (frontier.c.worker != self._worker.id)
        left = (frontier.c.crawl_id == self._crawl) & (frontier.c.state.in_((DUE, LISTED)) | others)
        with self._database.reading() as connection:
            return connection.execute(select(frontier.c.id).where(left).limit(1)).first() is not None

    def former(self, entry: Entry) -> Page | None:
        """The page of an entry as the crawl before has it; None where it is not kept any more."""
        return read_page(self._database, entry.former.id) if entry.former else None

    def finish(self, visit: Visit) -> None:
        """Keep one visit: its page, its links, the addresses on it and its entry's state, all or nothing, and never twice.

        An unchanged page is copied from the crawl before; where that has been forgotten meanwhile, the entry is due again.
        """
        self._database.transact(lambda connection: self._finish(connection, visit))
        if self._notes.are_many:
            self._notes.count_all()

    def turns(self, host: str) -> Turns:
        """Whose turn it is to ask `host`, over all workers of all crawls in this store."""
        return Turns(self._database, host, self._worker.id, self._bury)

    def due(self) -> int:
        """How many addresses are still to be visited."""
        with self._database.reading() as connection:
            chosen = select(func.count()).where(frontier.c.crawl_id == self._crawl, frontier.c.state.in_(OPEN))
            return connection.scalar(chosen) or 0

    def counts(self) -> Counts:
        """How far the crawl is."""
        with self._database.reading() as connection:
            return read_counts(connection, self._crawl)

    def failures(self, limit: int) -> list[Page]:
        """The first pages, by address, that did not answer as pages do: no answer, an error, or a way off the site."""
        failed = (pages.c.status == 0) | (pages.c.status >= 400) | (pages.c.error != "")
        chosen = select(pages).where(pages.c.crawl_id == self._crawl, failed).order_by(pages.c.url).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [Page(row.url, row.final_url, row.status, error=row.error) for row in rows]

    def keys_with_query(self) -> Iterator[str]:
        """The key of every address that has a query and is not skipped."""
        has_query = frontier.c.key.contains("?") & (frontier.c.state != "skipped")
        with self._database.reading() as connection:
            yield from connection.scalars(select(frontier.c.key).where(frontier.c.crawl_id == self._crawl, has_query))

    def listed(self, after: str, limit: int) -> list[tuple[Source, Listed]]:
        """The next addresses, by key, that imported files name: each once, with the kind of the first file that does."""
        return read_listed(self._database, self._site, self._side, after, limit)

    def skipped(self) -> Iterator[Skipped]:
        """Every address that was seen and not visited, with its reason, in the order they were seen."""
        chosen = (frontier.c.url, frontier.c.key, frontier.c.depth, frontier.c.source, frontier.c.reason)
        mine = (frontier.c.crawl_id == self._crawl) & (frontier.c.state == "skipped")
        with self._database.reading() as connection:
            for *found, reason in connection.execute(select(*chosen).where(mine).order_by(frontier.c.id)):
                yield Skipped(Found(*found), reason)

    def _write_to(self, crawl: int) -> None:
        self._entrance = Entrance(self._database, crawl)
        self._pages = PageWriter(self._database, crawl)
        self._sightings = Sightings(self._database, crawl)
        self._notes = Notes(self._database, crawl, self._worker.id, self._sightings)

    def _check_in(self, connection: Connection) -> None:
        check_in(connection, self._database, self._worker, self._crawl)
        self._renewed = self._database.now()

    def _bury(self) -> None:
        self._database.transact(lambda connection: bury(connection, self._database, self._crawl, self._worker), alone=True)

    def _claim(self, limit: int) -> list[Entry]:
        with self._database.writing() as connection:
            if self._database.now() - self._renewed > LEASE / 10:
                self._check_in(connection)
            rows = self._taken(connection, DUE, limit)
            if not rows and not self._may_be_linked(connection):
                rows = self._taken(connection, LISTED, limit)
            known = self._known(connection, [row.key for row in rows]) if self._based_on else {}
        entries = [Entry(row.id, row.url, row.key, row.depth, known.get((row.key, row.url))) for row in rows]
        return sorted(entries, key=lambda entry: (entry.depth, entry.id))

    def _taken(self, connection: Connection, state: str, limit: int) -> Sequence[Row[Any]]:
        due = select(frontier.c.id).where(frontier.c.crawl_id == self._crawl, frontier.c.state == state)
        turn = due.order_by(frontier.c.depth, frontier.c.id).limit(limit).with_for_update(skip_locked=True).cte("turn")
        taken = update(frontier).where(frontier.c.id.in_(select(turn.c.id))).values(state=CLAIMED, worker=self._worker.id)
        return connection.execute(taken.returning(frontier.c.id, frontier.c.url, frontier.c.key, frontier.c.depth)).all()

    def _may_be_linked(self, connection: Connection) -> bool:
        """Whether a page is being visited, by whomever, that may link to what files name."""
        visited = (frontier.c.crawl_id == self._crawl) & (frontier.c.state == CLAIMED) & ~named_by_file()
        return connection.execute(select(frontier.c.id).where(visited).limit(1)).first() is not None

    def _known(self, connection: Connection, keys: Sequence[str]) -> dict[tuple[str, str], Former]:
        """What the crawl before knows of pages that can be asked for on condition: those that answered themselves, and whole."""
        before = frontier.alias()
        whole = (pages.c.status == 200) & (pages.c.hops == "[]") & (pages.c.error == "")
        named = (pages.c.etag != "") | (pages.c.last_modified != "")
        chosen: Select[Any] = select(before.c.key, pages.c.url, pages.c.entry_id, pages.c.etag, pages.c.last_modified)
        of_crawl = chosen.join_from(before, pages, before.c.id == pages.c.entry_id).where(before.c.crawl_id == self._based_on)
        rows = connection.execute(of_crawl.where(before.c.key.in_(keys), whole, named))
        return {(key, url): Former(*former) for key, url, *former in rows}

    def _finish(self, connection: Connection, visit: Visit) -> None:
        entry = visit.entry
        state = "skipped" if visit.page is None else "done"
        values = {"of": entry.id, "by": self._worker.id, "now": state, "why": visit.reason}
        if not self._ended.run(connection, [values]):
            return
        if not self._keep(connection, visit):
            connection.execute(update(frontier).where(frontier.c.id == entry.id).values(state=state_when_given_back()))
            return
        self._entrance.enter(connection, visit.found, visit.skipped)
        self._notes.of_page(connection, visit)

    def _keep(self, connection: Connection, visit: Visit) -> bool:
        if visit.page is None:
            return True
        if visit.unchanged and visit.entry.former:
            return copy_page(connection, self._crawl, visit.entry.id, visit.entry.former.id)
        self._pages.write(connection, visit.entry.id, visit.page)
        return True
