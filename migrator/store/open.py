"""From an address to an open store: which engine, which version. No statement about pages or verdicts here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError

from migrator.errors import MissingExtraError, StoreError
from migrator.store.database import Database
from migrator.store.migrations import migrate
from migrator.store.store import Store
from migrator.store.tables import METADATA, VERSION, schema_version


def open_store(url_or_path: str) -> Store:
    """Open the store at a file path, `sqlite:///path` or `postgresql://…`, making it (and its folder) where there is none.

    Raises StoreError where it cannot be used, MissingExtraError where PostgreSQL's driver is not installed.
    """
    url = _url(url_or_path)
    shown = url.database if url.drivername == "sqlite" else None
    database = Database(_engine(url), shown or url.render_as_string(hide_password=True))
    try:
        _ready(database)
    except BaseException:
        database.engine.dispose()
        raise
    return Store(database)


def _url(url_or_path: str) -> URL:
    if "://" not in url_or_path:
        return URL.create("sqlite", database=url_or_path)
    try:
        url = make_url(url_or_path)
    except ArgumentError:
        raise StoreError(f"not an address of a store: {url_or_path!r}\n    give a file, or postgresql://…") from None
    dialect = url.drivername.partition("+")[0]
    if dialect not in ("sqlite", "postgresql", "postgres"):
        raise StoreError(f"no store can be kept in {dialect}\n    give a file, or postgresql://…")
    return url.set(drivername="sqlite" if dialect == "sqlite" else "postgresql+psycopg")


def _engine(url: URL) -> Engine:
    if url.drivername == "sqlite":
        if not url.database:
            raise StoreError("a store needs a file\n    name one with --store")
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the folder of the store {url.database} cannot be made: {error.strerror}") from error
    elif find_spec("psycopg") is None:
        raise MissingExtraError("a store in PostgreSQL", "postgres")
    return create_engine(url, pool_pre_ping=url.drivername != "sqlite", pool_use_lifo=True)


def _ready(database: Database) -> None:
    """Make the tables in a new store, bring those of an older version up to date; refuse one that a newer version made."""
    with database.reading() as connection:
        version = _version(connection)
        database.set_clock(connection)
    if version < VERSION:
        with database.writing(durable=True, alone=True) as connection:
            version = _version(connection)  # another command may have done it meanwhile
            if not version:
                METADATA.create_all(connection)
                connection.execute(insert(schema_version).values(version=VERSION))
            elif version < VERSION:
                migrate(connection, version)
    if version > VERSION:
        raise StoreError(
            f"the store {database.shown} was made by a newer migrator (its version is {version}, this one knows {VERSION})\n"
            "    use the newer one, or choose another store with --store"
        )


def _version(connection: Connection) -> int:
    """The version of the tables that are there; 0 where there are none."""
    if not inspect(connection).has_table(schema_version.name):
        return 0
    return connection.scalar(select(schema_version.c.version)) or 0
