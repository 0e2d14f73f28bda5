"""A store opens where it can, and says how to mend it where it cannot."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from migrator.errors import StoreError
from migrator.pages.page import Side
from migrator.store import database
from migrator.store.open import open_store
from migrator.store.tables import VERSION


def test_it_makes_its_folder_and_is_there_again_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "store.db"
    for address in (str(path), f"sqlite:///{path}"):
        with open_store(address) as store:
            assert store.page_count("main", Side.LEGACY) == 0

    assert path.exists()


def test_it_is_kept_so_that_readers_never_wait_for_writers(tmp_path: Path) -> None:
    open_store(str(tmp_path / "store.db")).close()

    assert sqlite3.connect(tmp_path / "store.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_one_that_a_newer_version_made_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE schema_version SET version = ?", (VERSION + 1,))
    connection.close()

    with pytest.raises(StoreError, match="made by a newer migrator"):
        open_store(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"not a database at all, and long enough to be seen as none" * 40, "--store"), (b"\0" * 4096, "no store")],
)
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)

    with pytest.raises(StoreError, match=message):
        open_store(str(path))
    assert path.read_bytes() == content


@pytest.mark.parametrize("address", ["mysql://localhost/x", "redis://x", "://", "sqlite://", "sqlite:///", "http://[/x"])
def test_an_address_that_is_no_stores_is_refused(address: str) -> None:
    with pytest.raises(StoreError):
        open_store(address)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="check that its folder exists"):
        open_store(str(tmp_path))


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be made"):
        open_store(str(tmp_path / "file" / "store.db"))


def test_a_database_that_does_not_answer_is_refused_without_telling_the_password() -> None:
    with pytest.raises(StoreError, match="check the address") as raised:
        open_store("postgresql://someone:secret@127.0.0.1:9/nothing")

    assert "secret" not in str(raised.value)


def test_a_writer_waits_for_another_and_gives_up_with_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_ON_CONNECT", ("PRAGMA busy_timeout = 200",))
    path = str(tmp_path / "store.db")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with open_store(path) as store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another command is writing"):
            store.frontier("main", Side.LEGACY).begin()
        release = threading.Timer(0.1, other.rollback)
        release.start()
        store.frontier("main", Side.LEGACY).begin()
        release.join()
    other.close()
