"""One INSERT for many rows at the least cost that each engine has for it. Which rows, and into which table, is not said here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from migrator.store.database import Database


class Bulk:
    """An INSERT that gives `columns` values, made ready once. Values need no conversion: they are numbers and texts.

    A crawl writes some two hundred rows a page, and what SQLAlchemy does for each would cost more than what SQLite does, so that
    one is given them without a detour. PostgreSQL takes many at a time only where each is to be told of.
    """

    def __init__(self, database: Database, statement: Any, columns: Iterable[str]) -> None:
        self._told = statement.returning(next(iter(statement.table.primary_key.columns))) if database.is_shared else None
        columns = tuple(columns)
        compiled = statement.compile(dialect=database.engine.dialect, column_keys=columns)
        self._text = str(compiled)
        values = {} if database.is_shared else compiled.construct_params(dict.fromkeys(columns))
        names = () if database.is_shared else compiled.positiontup
        self._given = [name for name in names if name in columns]
        self._fixed = tuple(values[name] for name in names[len(self._given) :])

    def run(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert the rows, if there are any."""
        rows = list(rows)
        if not rows:
            return
        if self._told is not None:
            connection.execute(self._told, rows)
        else:
            given, fixed = self._given, self._fixed
            connection.exec_driver_sql(self._text, [(*[row[name] for name in given], *fixed) for row in rows])
