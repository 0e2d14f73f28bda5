"""One database behind the store: transactions, what the dialects do apart, errors that say how to mend them. No table here."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from migrator.errors import StoreError

BUSY_MILLISECONDS = 10_000

_FULL = "there is no space left; free some and run the same command again: what was kept is safe"
_MENDS = (
    ("deadlock", "several commands wrote to it at once; run the same command again: what was kept is safe"),
    ("locked", "another command is writing to it; run the same command again when that one is done"),
    ("full", _FULL),
    ("no space", _FULL),
    ("disk i/o error", "its disk failed, or has no space left; what was kept is safe: run the same command again when it works"),
    ("readonly", "it cannot be written to; check who owns the file and its folder"),
    ("read-only", "it cannot be written to; it may be a standby, or its disk is mounted read-only"),
    ("unable to open", "check that its folder exists and that it can be written to"),
    ("permission denied", "check who owns it, and what this user may do with it"),
    ("not a database", "that file is no store; choose another with --store"),
    ("malformed", "the file is damaged; move it away and crawl again"),
    ("authentication", "check the user and the password in the address"),
    ("does not exist", "check the address: the database and the user must be there"),
    ("connection", "check the address, and that the server runs; what was kept is safe"),
)
_ON_CONNECT = (
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA wal_autocheckpoint = 4000",  # pages of 4 KiB; at 1,000 a crawl would wait for the disk at every thirtieth page
)
_RETRIED_AFTER = 0.02  # seconds
_YIELDED = ("40P01", "40001")  # deadlock_detected, serialization_failure
_TRIES = 5
_ALONE = 0x6D696772  # PostgreSQL's advisory locks have numbers; this is "migr"


Result = TypeVar("Result")


class Database:
    """Transactions on one engine. `shown` names it in messages, without any password."""

    def __init__(self, engine: Engine, shown: str) -> None:
        self.engine = engine
        self.shown = shown
        self.is_shared = engine.dialect.name == "postgresql"
        self._ahead = dt.timedelta()  # of the server's clock before this machine's
        event.listen(engine, "begin", _begin_on_server if self.is_shared else _begin)
        if not self.is_shared:
            event.listen(engine, "connect", _prepare)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store and never waits for a writer."""
        with self.mended(), self._connected("read") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, durable: bool = False, alone: bool = False) -> Iterator[Connection]:
        """All or nothing. `durable` also outlives a power cut at once; without it the last moments may be lost, never mixed.

        Of those that are `alone`, one at a time goes on; in SQLite that is so of all that write.
        """
        with self.mended(), self._connected("durable" if durable else "write") as connection, connection.begin():
            if alone and self.is_shared:
                connection.execute(select(func.pg_advisory_xact_lock(_ALONE)))
            yield connection

    def transact(self, work: Callable[[Connection], Result], durable: bool = False, alone: bool = False) -> Result:
        """What `work` gives in a transaction, which is begun anew where PostgreSQL has ended it for the sake of another."""
        for _ in range(_TRIES):
            try:
                with self.writing(durable, alone) as connection:
                    return work(connection)
            except StoreError as error:
                if getattr(getattr(error.__cause__, "orig", None), "sqlstate", "") not in _YIELDED:
                    raise
        with self.writing(durable, alone) as connection:
            return work(connection)

    def insert(self, table: Table) -> Any:
        """An INSERT of this engine's own kind, which knows `on_conflict_do_nothing`."""
        return (postgresql if self.is_shared else sqlite).insert(table)

    def now(self) -> dt.datetime:
        """The time that all who use this store agree on: PostgreSQL's, or this machine's where the store is a file."""
        return dt.datetime.now(dt.UTC) + self._ahead

    def set_clock(self, connection: Connection) -> None:
        """Learn by how much the server's clock differs from this machine's."""
        if self.is_shared:
            told: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            self._ahead = told - dt.datetime.now(dt.UTC)

    @contextmanager
    def mended(self) -> Iterator[None]:
        """Turn whatever an engine raises into a StoreError that says how to mend it."""
        try:
            yield
        except (SQLAlchemyError, OSError, sqlite3.Error) as error:
            text = str(getattr(error, "orig", None) or error).strip()
            mend = next((mend for sign, mend in _MENDS if sign in text.lower()), "")
            raise StoreError(f"the store {self.shown} failed: {text}" + (f"\n    {mend}" if mend else "")) from error

    def _connected(self, mode: str) -> Connection:
        options: dict[str, Any] = {"migrator": mode}
        if self.is_shared:
            options["isolation_level"] = "REPEATABLE READ" if mode == "read" else "READ COMMITTED"
        return self.engine.connect().execution_options(**options)


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions too late; `_begin` does it
    for statement in _ON_CONNECT:
        connection.execute(statement)
    _write_ahead(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Change to the write-ahead log. Where several open a file for the first time, SQLite does not wait but fails at once."""
    gives_up = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > gives_up:
                raise
        time.sleep(_RETRIED_AFTER)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("migrator", "read")
    driver: Any = connection.connection.driver_connection  # without a detour: this is done for every page
    if mode != "read":
        driver.execute(f"PRAGMA synchronous = {'FULL' if mode == 'durable' else 'NORMAL'}")
    # A writer that begins as a reader would fail, not wait, when another one writes first.
    driver.execute("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")


def _begin_on_server(connection: Connection) -> None:
    mode = connection.get_execution_options().get("migrator", "read")
    if mode == "write":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
