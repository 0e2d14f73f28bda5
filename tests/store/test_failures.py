"""A full disk, a lock, a folder nobody may write to, a server that goes away: a plain message, nothing lost, and on it goes."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.errors import StoreError
from migrator.pages.page import Content, Page, Side
from migrator.pages.visit import Found, Source, Visit
from migrator.store import database
from migrator.store.open import open_store
from migrator.store.store import Store
from tests.cli.running import run
from tests.crawl.live_site import LiveSite, live_site, page
from tests.postgres import Server

PAGES = 60
LONG = "word " * 20_000


@pytest.fixture
def site() -> Iterator[LiveSite]:
    """A site of long pages."""
    with live_site({"/": page(*(f"/{n}" for n in range(PAGES))), **{f"/{n}": page(body=LONG) for n in range(PAGES)}}) as served:
        yield served


def config_in(folder: Path, site: LiveSite) -> Path:
    config = folder / "redirects.yaml"
    config.write_text(
        f"version: 1\nsites:\n  main:\n    hosts: [old.example]\n    legacy: {site.url}\n    new: https://new.example\n"
    )
    return config


def crawl(config: Path, store: Path) -> list[str]:
    return ["crawl", "legacy", "--config", str(config), "--store", str(store), "--delay", "0"]


def narrow() -> None:
    """Let no file grow beyond two megabytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of three megabytes; skips where none can be mounted."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", folder], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_where_a_file_may_not_grow_it_stops_with_a_message_and_goes_on_later(tmp_path: Path, site: LiveSite) -> None:
    config, store = config_in(tmp_path, site), tmp_path / "store.db"
    command = [sys.executable, "-m", "migrator", *crawl(config, store)]

    stopped = subprocess.run(command, capture_output=True, text=True, preexec_fn=narrow, check=False)

    assert stopped.returncode == 3
    assert "what was kept is safe" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    goes_on(config, store, site)


def test_on_a_full_disk_it_stops_with_a_message_and_goes_on_when_there_is_space(tmp_path: Path, site: LiveSite) -> None:
    config = config_in(tmp_path, site)
    with small_disk(tmp_path / "disk") as disk:
        # A process of its own: it may not even have had room to give back what it claimed, which is due again when it is gone.
        command = [sys.executable, "-m", "migrator", *crawl(config, disk / "store.db")]
        stopped = subprocess.run(command, capture_output=True, text=True, check=False)

        assert stopped.returncode == 3
        assert "there is no space left; free some and run the same command again" in stopped.stderr
        subprocess.run(["mount", "-o", "remount,size=60m", disk], check=True)
        goes_on(config, disk / "store.db", site)


def goes_on(config: Path, store: Path, site: LiveSite) -> None:
    """What was kept is still there, the rest is fetched, and nothing is fetched twice but what was under way."""
    with open_store(str(store)) as opened:
        kept = opened.page_count("main", Side.LEGACY)
    assert 0 < kept < PAGES + 1

    assert run(*crawl(config, store)).exit_code == 0
    with open_store(str(store)) as opened:
        assert opened.page_count("main", Side.LEGACY) == PAGES + 1
    with contextlib.closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(site.targets) <= PAGES + 3


def test_while_another_writes_for_long_it_stops_with_a_message_and_goes_on_later(
    tmp_path: Path, site: LiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_ON_CONNECT", ("PRAGMA busy_timeout = 100", "PRAGMA foreign_keys = ON"))
    config, store = config_in(tmp_path, site), tmp_path / "store.db"
    assert run(*crawl(config, store), "--limit", "5").exit_code == 0
    other = sqlite3.connect(store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    stopped = run(*crawl(config, store))

    assert stopped.exit_code == 3
    assert "another command is writing to it; run the same command again" in stopped.stderr
    other.rollback()
    other.close()
    goes_on(config, store, site)


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Be somebody whom permissions stop."""
    if os.geteuid():
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("there", [True, False], ids=["a store", "no store yet"])
def test_a_folder_that_cannot_be_written_to_is_named(there: bool) -> None:
    folder = Path(tempfile.mkdtemp())
    if there:
        open_store(str(folder / "store.db")).close()
    folder.chmod(0o555)
    try:
        with unprivileged(), pytest.raises(StoreError, match=r"check (who owns|that its folder exists)"):
            open_store(str(folder / "store.db"))
        assert [path.name for path in folder.iterdir()] == ["store.db"] * there
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_transaction_that_does_not_fit_leaves_what_was_there(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "store.db")) as store:
        frontier = store.frontier("main", Side.LEGACY)
        frontier.begin()
        frontier.add(Found(f"http://h/{n}", f"/{n}", 0, Source.START) for n in range(2))
        first, second = frontier.claim(2)
        frontier.finish(Visit(first, Page(first.url, first.url, 200)))
        with store._database.writing() as connection:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {used + 5}")

        with pytest.raises(StoreError, match="there is no space left"):
            frontier.finish(Visit(second, Page(second.url, second.url, 200, content=Content(text=LONG))))

        assert frontier.counts().pages == 1
        with store._database.writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        frontier.finish(Visit(second, Page(second.url, second.url, 200, content=Content(text=LONG))))
        assert frontier.counts().pages == 2


def test_a_server_that_ended_its_connections_is_asked_again(postgres: Server) -> None:
    with open_store(postgres.fresh()) as store:
        keep_one(store, 1)
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL"
        )
        keep_one(store, 2)

        assert store.page_count("main", Side.LEGACY) == 1
        assert len(store.crawls("main", Side.LEGACY)) == 2


def keep_one(store: Store, number: int) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin(fresh=True)
    frontier.add([Found(f"http://h/{number}", f"/{number}", 0, Source.START)])
    for entry in frontier.claim(1):
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200)))
    assert frontier.mark_finished()
    frontier.leave()


@pytest.mark.parametrize(
    ("address", "mend"),
    [
        ("postgresql://migrator@/nothing?host={folder}", "the database and the user must be there"),
        ("postgresql://nobody@/postgres?host={folder}", "the database and the user must be there"),
        ("postgresql://migrator:secret@/postgres?host={folder}/none", "that the server runs"),
    ],
)
def test_an_address_that_leads_nowhere_says_what_to_check(postgres: Server, address: str, mend: str) -> None:
    with pytest.raises(StoreError, match=mend) as raised:
        open_store(address.format(folder=postgres.folder))

    assert "secret" not in str(raised.value)
