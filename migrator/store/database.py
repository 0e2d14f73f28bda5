"""One database behind the store: transactions, the one dialect difference, errors that say how to mend them. No table here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from migrator.errors import StoreError

BUSY_MILLISECONDS = 10_000

_MENDS = (
    ("locked", "another command is writing to it; run the same command again when that one is done"),
    ("full", "there is no space left; free some and run the same command again: what was kept is safe"),
    ("no space", "there is no space left; free some and run the same command again: what was kept is safe"),
    ("readonly", "it cannot be written to; check who owns the file and its folder"),
    ("unable to open", "check that its folder exists and that it can be written to"),
    ("permission denied", "check who owns the file and its folder"),
    ("not a database", "that file is no store; choose another with --store"),
    ("malformed", "the file is damaged; move it away and crawl again"),
    ("connection", "check the address, and that the server runs"),
    ("authentication", "check the user and the password in the address"),
)
_ON_CONNECT = ("PRAGMA foreign_keys = ON", f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}", "PRAGMA journal_mode = WAL")


class Database:
    """Transactions on one engine. `shown` names it in messages, without any password."""

    def __init__(self, engine: Engine, shown: str) -> None:
        self.engine = engine
        self.shown = shown
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store and never waits for a writer."""
        with self.mended(), self.engine.connect().execution_options(migrator="read") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, durable: bool = False) -> Iterator[Connection]:
        """All or nothing. `durable` also outlives a power cut at once; without it the last moments may be lost, never mixed."""
        mode = "durable" if durable else "write"
        with self.mended(), self.engine.connect().execution_options(migrator=mode) as connection, connection.begin():
            yield connection

    def insert(self, table: Table) -> Any:
        """An INSERT of this engine's own kind, which knows `on_conflict_do_nothing`."""
        return (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)

    @contextmanager
    def mended(self) -> Iterator[None]:
        """Turn whatever an engine raises into a StoreError that says how to mend it."""
        try:
            yield
        except (SQLAlchemyError, OSError, sqlite3.Error) as error:
            text = str(getattr(error, "orig", None) or error).strip()
            mend = next((mend for sign, mend in _MENDS if sign in text.lower()), "")
            raise StoreError(f"the store {self.shown} failed: {text}" + (f"\n    {mend}" if mend else "")) from error


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions too late; `_begin` does it
    for statement in _ON_CONNECT:
        connection.execute(statement)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("migrator", "read")
    if mode != "read":
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if mode == 'durable' else 'NORMAL'}")
    # A writer that begins as a reader would fail, not wait, when another one writes first.
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
