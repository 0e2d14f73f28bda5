"""Statements made ready once, at the least cost that each engine has for them. Which rows of which table is not said here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.dml import Insert

from migrator.store.database import Database


class Prepared:
    """An INSERT, UPDATE or DELETE that is told the values `columns`: column names of an INSERT, else names of parameters.

    A crawl runs several for every page, some for many rows, and what SQLAlchemy does for each would cost more than what SQLite
    does, so that one is given its text and the values without a detour. PostgreSQL takes many rows at a time only where each is
    to be told of.
    """

    def __init__(self, database: Database, statement: Any, columns: Iterable[str]) -> None:
        self._is_shared = database.is_shared
        self._statement = statement
        if self._is_shared:
            is_insert = isinstance(statement, Insert)
            self._statement = statement.returning(_first_of_key(statement)) if is_insert else statement
            return
        columns = list(columns)
        compiled = statement.compile(dialect=database.engine.dialect, column_keys=columns)
        self._text = str(compiled)
        given = compiled.construct_params(dict.fromkeys(columns))
        self._fixed = {name: value for name, value in given.items() if name not in columns}
        self._in_order = itemgetter(*compiled.positiontup)
        made = {name: bind.type.bind_processor(database.engine.dialect) for name, bind in compiled.binds.items()}
        self._made: dict[str, Callable[[Any], Any]] = {name: make for name, make in made.items() if make}

    def run(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run it for every row, if there are any. How many rows an UPDATE or DELETE of the store has met."""
        rows = list(rows)
        if not rows:
            return 0
        if self._is_shared:
            return connection.execute(self._statement, rows if len(rows) > 1 else rows[0]).rowcount
        driver: Any = connection.connection.driver_connection
        met: int = driver.executemany(self._text, [self._in_order(self._whole(row)) for row in rows]).rowcount
        return met

    def _whole(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self._fixed and not self._made:
            return row
        whole = {**row, **self._fixed}
        for name, make in self._made.items():
            whole[name] = make(whole[name])
        return whole


def _first_of_key(statement: Any) -> Any:
    return next(iter(statement.table.primary_key.columns))
