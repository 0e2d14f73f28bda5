"""The frontier of one crawl, kept: which addresses are due, claimed, done or skipped. What to visit is decided elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, select, update

from migrator.pages.page import Page, Side
from migrator.pages.visit import Entry, Found, Skipped, Visit
from migrator.store.database import Database
from migrator.store.pages import insert_page
from migrator.store.tables import crawls, frontier, pages
from migrator.store.values import now, storable


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a crawl is. `skipped` is how many addresses by reason; `finished` is when it reached its end, if it did."""

    due: int = 0
    pages: int = 0
    redirects: int = 0
    failures: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    finished: dt.datetime | None = None


class StoredFrontier:
    """The frontier of the crawl of one side of one site. `begin` comes first; every method is one transaction."""

    def __init__(self, database: Database, site: str, side: Side) -> None:
        self._database = database
        self._site = site
        self._side = side
        self._crawl = 0

    def begin(self, fresh: bool = False) -> None:
        """Go on with the crawl there is, or start one where there is none or `fresh` asks for it.

        What a killed run had claimed is due again. A finished crawl is kept beside a fresh one until that is finished too.
        """
        with self._database.writing() as connection:
            mine = select(crawls).where(crawls.c.site == self._site, crawls.c.side == self._side)
            latest = connection.execute(mine.order_by(crawls.c.number.desc()).limit(1)).first()
            if latest is not None and fresh and latest.finished is None:
                connection.execute(delete(crawls).where(crawls.c.id == latest.id))
            if latest is None or fresh:
                self._crawl = self._start(connection, (latest.number if latest else 0) + 1)
            else:
                self._crawl = latest.id
            claimed = (frontier.c.crawl_id == self._crawl) & (frontier.c.state == "claimed")
            connection.execute(update(frontier).where(claimed).values(state="due"))

    def seeded(self) -> bool:
        """Whether the addresses that the crawl starts from are all in."""
        with self._database.reading() as connection:
            return bool(connection.scalar(select(crawls.c.seeded).where(crawls.c.id == self._crawl)))

    def mark_seeded(self) -> None:
        """The addresses that the crawl starts from are all in."""
        with self._database.writing() as connection:
            connection.execute(update(crawls).where(crawls.c.id == self._crawl).values(seeded=True))

    def mark_finished(self) -> None:
        """The crawl reached its end; older crawls of the same side are dropped."""
        with self._database.writing() as connection:
            connection.execute(update(crawls).where(crawls.c.id == self._crawl).values(finished=now()))
            older = (crawls.c.site == self._site) & (crawls.c.side == self._side) & (crawls.c.id != self._crawl)
            connection.execute(delete(crawls).where(older))

    def add(self, found: Iterable[Found], skipped: Iterable[Skipped] = ()) -> None:
        """Take in addresses; one that was ever seen, in whatever state, stays as it is."""
        with self._database.writing() as connection:
            self._enter(connection, found, skipped)

    def claim(self, limit: int) -> list[Entry]:
        """Up to `limit` addresses that are due, nearest to the start first; nobody else is given them."""
        due = select(frontier.c.id).where(frontier.c.crawl_id == self._crawl, frontier.c.state == "due")
        turn = due.order_by(frontier.c.depth, frontier.c.id).limit(limit).with_for_update(skip_locked=True)
        taken = update(frontier).where(frontier.c.id.in_(turn)).values(state="claimed")
        with self._database.writing() as connection:
            rows = connection.execute(taken.returning(frontier.c.id, frontier.c.url, frontier.c.key, frontier.c.depth)).all()
        return sorted((Entry(*row) for row in rows), key=lambda entry: (entry.depth, entry.id))

    def finish(self, visit: Visit) -> None:
        """Keep one visit: its page, its links, the addresses on it and its entry's state, all or nothing, and never twice."""
        mine = (frontier.c.id == visit.entry.id) & (frontier.c.state == "claimed")
        state = "skipped" if visit.page is None else "done"
        with self._database.writing() as connection:
            if not connection.execute(update(frontier).where(mine).values(state=state, reason=visit.reason)).rowcount:
                return
            if visit.page is not None:
                insert_page(connection, self._crawl, visit.entry.id, visit.page)
            self._enter(connection, visit.found, visit.skipped)

    def due(self) -> int:
        """How many addresses are still to be visited."""
        with self._database.reading() as connection:
            return connection.scalar(self._due()) or 0

    def counts(self) -> Counts:
        """How far the crawl is."""
        with self._database.reading() as connection:
            return self._counts(connection)

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

    def skipped(self) -> Iterator[Skipped]:
        """Every address that was seen and not visited, with its reason, in the order they were seen."""
        chosen = (frontier.c.url, frontier.c.key, frontier.c.depth, frontier.c.source, frontier.c.reason)
        mine = (frontier.c.crawl_id == self._crawl) & (frontier.c.state == "skipped")
        with self._database.reading() as connection:
            for *found, reason in connection.execute(select(*chosen).where(mine).order_by(frontier.c.id)):
                yield Skipped(Found(*found), reason)

    def _start(self, connection: Connection, number: int) -> int:
        row = {"site": self._site, "side": self._side, "number": number, "started": now(), "seeded": False}
        (crawl,) = connection.execute(insert(crawls).values(row)).inserted_primary_key  # type: ignore[misc]
        return int(crawl)

    def _enter(self, connection: Connection, found: Iterable[Found], skipped: Iterable[Skipped]) -> None:
        rows = [self._row(one, "due", "") for one in found]
        rows += [self._row(one.found, "skipped", one.reason) for one in skipped]
        if rows:
            connection.execute(self._database.insert(frontier).on_conflict_do_nothing(), rows)

    def _row(self, found: Found, state: str, reason: str) -> dict[str, object]:
        return {
            "crawl_id": self._crawl,
            "key": storable(found.key),
            "url": storable(found.url),
            "depth": found.depth,
            "source": found.source,
            "state": state,
            "reason": reason,
        }

    def _due(self) -> Select[Any]:
        return select(func.count()).where(frontier.c.crawl_id == self._crawl, frontier.c.state.in_(("due", "claimed")))

    def _counts(self, connection: Connection) -> Counts:
        mine = frontier.c.crawl_id == self._crawl
        reasons = select(frontier.c.reason, func.count()).where(mine, frontier.c.state == "skipped").group_by(frontier.c.reason)
        failed = (pages.c.status == 0) | (pages.c.status >= 400)
        told = select(
            func.count(),
            func.count(case((pages.c.hops != "[]", 1))),
            func.count(case((failed, 1))),
        ).where(pages.c.crawl_id == self._crawl)
        number, redirects, failures = connection.execute(told).one()
        return Counts(
            due=connection.scalar(self._due()) or 0,
            pages=number,
            redirects=redirects,
            failures=failures,
            skipped={row[0]: row[1] for row in connection.execute(reasons)},
            finished=connection.scalar(select(crawls.c.finished).where(crawls.c.id == self._crawl)),
        )
