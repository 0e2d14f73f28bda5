"""What pages link to is noted with each, and counted for many at once: the same counts whenever that is, and whatever fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from migrator.errors import StoreError
from migrator.pages.page import Page, Side
from migrator.pages.visit import Found, Sighting, Source, Visit
from migrator.store import notes
from migrator.store.frontier import StoredFrontier
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.store.tables import noted

PAGES = 12


def a_frontier(store: Store) -> StoredFrontier:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add(Found(f"http://h/{number}", f"/{number}", number) for number in range(PAGES))
    return frontier


def visit(frontier: StoredFrontier, pages: int) -> None:
    """Visit so many pages: each links to itself, to all that come before it, and by a redirect to the first."""
    for _ in range(pages):
        (entry,) = frontier.claim(1)
        linked = tuple(f"/{number}" for number in range(int(entry.key[1:]) + 1))
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200), linked=linked, passed=("/0",)))


def links(store: Store) -> list[int]:
    found = {one.key: one.links for one in store.inventory("main", Side.LEGACY)}
    return [found[f"/{number}"] for number in range(PAGES)]


def left(store_url: str) -> int:
    """How many notes are not counted."""
    engine = create_engine(
        store_url.replace("postgresql:", "postgresql+psycopg:") if "://" in store_url else f"sqlite:///{store_url}"
    )
    with engine.connect() as connection:
        number = connection.scalar(select(func.count()).select_from(noted))
    engine.dispose()
    return number or 0


@pytest.mark.parametrize("many", [1, 100, notes.MANY])
def test_the_counts_are_the_same_whenever_it_is_counted(store: Store, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MANY", many)
    frontier = a_frontier(store)
    visit(frontier, PAGES)

    assert frontier.mark_finished()
    assert links(store) == [PAGES - 1 - number for number in range(PAGES)]
    assert sum(one.kind is Source.REDIRECT for one in store.sightings("main", Side.LEGACY, "/0")) == 5


def test_what_a_killed_crawl_had_noted_is_counted_before_it_is_read(store_url: str) -> None:
    with open_store(store_url) as store:
        visit(a_frontier(store), 3)
    assert left(store_url) == 2  # the first page links to itself alone

    with open_store(store_url) as store:
        assert Sighting(Source.LINK, "http://h/2") in store.sightings("main", Side.LEGACY, "/1")
        assert links(store)[:3] == [2, 1, 0]
        assert links(store)[:3] == [2, 1, 0]
    assert left(store_url) == 0


def test_nothing_is_left_of_a_crawl_that_stops(store_url: str) -> None:
    with open_store(store_url) as store:
        frontier = a_frontier(store)
        visit(frontier, 3)
        frontier.leave()

    assert left(store_url) == 0


def test_where_counting_fails_the_page_is_kept_and_the_note_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    with open_store(str(path)) as store:
        frontier = a_frontier(store)
        visit(frontier, 3)
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TRIGGER no BEFORE INSERT ON sightings BEGIN SELECT RAISE(ABORT, 'the disk fails'); END")
        monkeypatch.setattr(notes, "MANY", 1)
        with pytest.raises(StoreError, match="the disk fails"):
            visit(frontier, 1)
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TRIGGER no")

        assert store.page_count("main", Side.LEGACY) == 4
        visit(frontier, 1)
        assert links(store)[:5] == [4, 3, 2, 1, 0]
