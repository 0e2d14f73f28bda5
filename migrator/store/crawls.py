"""Crawls as rows: begun, gone on with, ended, kept for a while so that two can be compared, and forgotten."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, insert, select, true, update

from migrator.errors import StoreError
from migrator.pages.page import Side
from migrator.store.database import Database
from migrator.store.entering import OPEN
from migrator.store.notes import Notes
from migrator.store.sightings import trim_all
from migrator.store.tables import crawls, frontier, pages, workers
from migrator.store.values import now
from migrator.store.workers import Worker, bury, others

KEPT = 5  # finished crawls of one side of a site


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl that is kept: its number among those of its side, when it began, and when it reached its end if it did.

    `pages` is how many it has, of which so many are marked as soft 404s and as near-duplicates.
    """

    id: int
    number: int
    started: dt.datetime
    finished: dt.datetime | None
    pages: int
    soft_404s: int = 0
    near_duplicates: int = 0


def readable_crawl(site: str, side: Side) -> ColumnElement[int]:
    """The id of the last crawl that reached its end, or of the one under way where none did, as an expression."""
    mine = select(crawls.c.id).where(crawls.c.site == site, crawls.c.side == side)
    return mine.order_by(crawls.c.finished.is_(None), crawls.c.number.desc()).limit(1).scalar_subquery()


def read_crawls(database: Database, site: str, side: Side) -> list[Crawl]:
    """Every crawl that is kept, newest first."""
    counted = [
        select(func.count()).where(pages.c.crawl_id == crawls.c.id, condition).scalar_subquery()
        for condition in (true(), pages.c.soft_404 != "", pages.c.near_duplicate_of != "")
    ]
    chosen = select(crawls.c.id, crawls.c.number, crawls.c.started, crawls.c.finished, *counted)
    with database.reading() as connection:
        rows = connection.execute(chosen.where(_of(site, side)).order_by(crawls.c.number.desc())).all()
    return [Crawl(*row) for row in rows]


def forget_crawl(database: Database, site: str, side: Side, number: int) -> None:
    """Let go of one crawl and all that it found; what files gave stays. Raises StoreError where it is none, or under way."""
    with database.writing(durable=True, alone=True) as connection:
        found = connection.execute(select(crawls.c.id).where(_of(site, side), crawls.c.number == number)).first()
        if found is None:
            raise StoreError(f"there is no crawl {number} of the {side} site of {site}")
        bury(connection, database, found.id, Worker())
        _refuse_at_work(connection, found.id, Worker(), "forget it when it has ended")
        connection.execute(delete(crawls).where(crawls.c.id == found.id))


def begin_crawl(connection: Connection, database: Database, site: str, side: Side, worker: Worker, how: Beginning) -> int:
    """The crawl to go on with, or a new one where there is none or `how` asks for it."""
    latest = connection.execute(select(crawls).where(_of(site, side)).order_by(crawls.c.number.desc()).limit(1)).first()
    if latest is not None:
        bury(connection, database, latest.id, worker)
    if latest is not None and not how.fresh:
        return int(latest.id)
    if latest is not None and latest.finished is None:
        _refuse_at_work(connection, latest.id, worker, "leave --fresh out to join in, or stop them first")
        connection.execute(delete(crawls).where(crawls.c.id == latest.id))
    return _start(connection, site, side, latest, how)


def finish_crawl(connection: Connection, database: Database, crawl: int, worker: Worker, notes: Notes) -> bool:
    """Whether the crawl has reached its end: nothing is due, and nobody has claimed anything. The oldest is dropped then."""
    bury(connection, database, crawl, worker)
    left = exists().where(frontier.c.crawl_id == crawl, frontier.c.state.in_(OPEN))
    if connection.scalar(select(left)):
        return False
    ended = update(crawls).where(crawls.c.id == crawl, crawls.c.finished.is_(None)).values(finished=now())
    if connection.execute(ended).rowcount:
        notes.count_rest(connection)
        trim_all(connection, crawl)
        _drop_old(connection, crawl)
    return True


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a crawl begins: `fresh`, although there is one, and `whole`, without leaving out what is unchanged."""

    fresh: bool = False
    whole: bool = False


def _of(site: str, side: Side) -> ColumnElement[bool]:
    return (crawls.c.site == site) & (crawls.c.side == side)


def _start(connection: Connection, site: str, side: Side, latest: Row[tuple[int, ...]] | None, how: Beginning) -> int:
    finished = select(crawls.c.id).where(_of(site, side), crawls.c.finished.is_not(None))
    based_on = None if how.whole else connection.scalar(finished.order_by(crawls.c.number.desc()).limit(1))
    row = {
        "site": site,
        "side": side,
        "number": (latest.number if latest else 0) + 1,
        "started": now(),
        "seeded": False,
        "based_on": based_on,
    }
    (crawl,) = connection.execute(insert(crawls).values(row)).inserted_primary_key  # type: ignore[misc]
    return int(crawl)


def _refuse_at_work(connection: Connection, crawl: int, worker: Worker, mend: str) -> None:
    if number := others(connection, crawl, worker):
        names = connection.scalars(select(workers.c.id).where(workers.c.crawl_id == crawl, workers.c.id != worker.id))
        raise StoreError(
            f"{number} other command{'s are' if number > 1 else ' is'} at work on this crawl"
            f" ({', '.join(name.rpartition(':')[0] for name in names)})\n    {mend}"
        )


def _drop_old(connection: Connection, crawl: int) -> None:
    this = select(crawls.c.site, crawls.c.side).where(crawls.c.id == crawl)
    site, side = connection.execute(this).one()
    older = select(crawls.c.id).where(_of(site, side), crawls.c.id != crawl).order_by(crawls.c.number.desc())
    gone = connection.scalars(older.offset(KEPT - 1)).all()
    connection.execute(delete(crawls).where(crawls.c.id.in_(gone)))
