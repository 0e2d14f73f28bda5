"""A store of version 1 is brought up to date in place, once, with all it holds. The files are dumps of what version 1 made."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, inspect, select, update

from migrator.errors import StoreError
from migrator.pages.page import Content, Hop, Link, Page, Side
from migrator.store.migrations import _STEPS
from migrator.store.open import open_store
from migrator.store.tables import METADATA, VERSION, schema_version
from migrator.store.values import short_key, short_keys

HERE = Path(__file__).parent
HOME = Page(
    "http://old/",
    "http://old/",
    200,
    content_type="text/html",
    content_hash="0" * 64,
    size=7,
    content=Content("Home", "Home", ("Home",), language="en", text="Welcome", links=(Link("http://old/a", "A"),)),
)
MOVED = Page("http://old/a", "http://old/", 200, (Hop("http://old/a", 301),), "text/html", "0" * 64, 7)


def engine_of(store_url: str) -> Engine:
    if "://" not in store_url:
        return create_engine(f"sqlite:///{store_url}")
    return create_engine(store_url.replace("postgresql://", "postgresql+psycopg://"))


@pytest.fixture
def version_1(store_url: str) -> str:
    """The address of a store that version 1 made, and left in the middle of a crawl."""
    if "://" not in store_url:
        Path(store_url).parent.mkdir()
        file = sqlite3.connect(store_url)
        file.executescript((HERE / "version_1.sqlite.sql").read_text())
        file.close()
        return store_url
    engine = engine_of(store_url)
    with engine.begin() as connection:
        connection.exec_driver_sql((HERE / "version_1.postgresql.sql").read_text())
    engine.dispose()
    return store_url


def shape(store_url: str) -> dict[str, Any]:
    """Every table as the engine describes it: columns, types, defaults, keys and indexes."""
    engine = engine_of(store_url)
    seen = inspect(engine)
    told = {
        table: {
            "columns": {
                column["name"]: (repr(column["type"]), column["nullable"], column["default"])
                for column in seen.get_columns(table)
            },
            "key": seen.get_pk_constraint(table)["constrained_columns"],
            "foreign": foreign(engine, table),
            "unique": sorted(one["column_names"] for one in seen.get_unique_constraints(table)),
            "indexes": sorted((one["name"] or "", one["column_names"]) for one in seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
    }
    engine.dispose()
    return told


def foreign(engine: Engine, table: str) -> list[Any]:
    """What leads where and how; SQLAlchemy does not tell how of a column that was added to a file."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(f"PRAGMA foreign_key_list({table})").all()
        return sorted(tuple(row[2:]) for row in rows)
    keys = inspect(engine).get_foreign_keys(table)
    return sorted((key["constrained_columns"], key["referred_table"], key["options"]) for key in keys)


def version(store_url: str) -> int:
    engine = engine_of(store_url)
    with engine.connect() as connection:
        (row,) = connection.execute(select(schema_version)).all()
    engine.dispose()
    return int(row[0])


def test_it_keeps_all_that_it_holds(version_1: str) -> None:
    with open_store(version_1) as store:
        assert list(store.pages("main", Side.LEGACY)) == [HOME, MOVED]
        assert store.page_count("main", Side.NEW) == 1
        assert [one.old_url for one in store.suggestions("main")] == ["http://old/"]
        assert store.verdicts("main")["http://old/"].who == "Ada"
        assert [crawl.finished is not None for crawl in store.crawls("main", Side.NEW)] == [True]
    assert version(version_1) == VERSION


def test_the_crawl_goes_on_with_what_was_claimed(version_1: str) -> None:
    with open_store(version_1) as store:
        frontier = store.frontier("main", Side.LEGACY)
        frontier.begin()

        assert frontier.seeded()
        assert [entry.url for entry in frontier.claim(5)] == ["http://old/b"]
        assert [(one.url, one.state) for one in store.inventory("main", Side.LEGACY)][-1] == ("http://old/x/x/x", "skipped")


def test_it_has_the_shape_of_a_new_one(version_1: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    open_store(version_1).close()
    new = str(tmp_path / "new.db") if "://" not in version_1 else request.getfixturevalue("postgres").fresh()
    open_store(new).close()

    assert shape(version_1) == shape(new)
    assert set(shape(new)) == set(METADATA.tables)


def test_two_that_open_it_at_once_bring_it_up_to_date_once(version_1: str) -> None:
    faults: list[BaseException] = []
    together = threading.Barrier(4)

    def open_it() -> None:
        together.wait()
        try:
            with open_store(version_1) as store:
                assert store.page_count("main", Side.LEGACY) == 2
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert version(version_1) == VERSION


def test_a_step_that_fails_leaves_the_store_as_it_was(version_1: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape(version_1)
    monkeypatch.setitem(_STEPS, 2, (*_STEPS[2], "ALTER TABLE nowhere ADD COLUMN x TEXT"))

    with pytest.raises(StoreError):
        open_store(version_1)
    assert shape(version_1) == before
    assert version(version_1) == 1

    monkeypatch.undo()
    open_store(version_1).close()
    assert version(version_1) == VERSION


def test_one_that_a_newer_version_made_is_refused(store_url: str) -> None:
    open_store(store_url).close()
    engine = engine_of(store_url)
    with engine.begin() as connection:
        connection.execute(update(schema_version).values(version=VERSION + 1))
    engine.dispose()

    with pytest.raises(StoreError, match=f"made by a newer migrator .its version is {VERSION + 1}, this one knows {VERSION}"):
        open_store(store_url)


def test_two_new_ones_opened_at_once_are_one(store_url: str) -> None:
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            open_store(store_url).close()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert version(store_url) == VERSION


def test_a_key_that_is_too_long_for_an_index_is_cut_and_stays_one_of_its_own() -> None:
    one, other = "/" + "a" * 9000, "/" + "a" * 9001

    assert short_key("/a") == "/a"
    assert len(short_key(one).encode()) < 2704
    assert short_key(one) == short_key(one) != short_key(other)


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=20) | st.text("ab", min_size=590, max_size=610)))
def test_many_keys_are_made_short_as_each_is(keys: list[str]) -> None:
    assert short_keys(keys) == set(map(short_key, keys))
