"""What files name is taken in once, counted once, and known to every later crawl."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from migrator.pages.page import Side
from migrator.pages.visit import Listed, Source
from migrator.store.imports import File
from migrator.store.store import Store

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)


def listed(path: str, day: dt.date | None = None, count: int = 0) -> Listed:
    return Listed(f"http://h{path}", path.lower(), day, count)


def log(digest: str, name: str = "access.log", size: int = 10) -> File:
    return File(Source.LOG, name, digest, size)


def counted(store: Store) -> dict[tuple[str, dt.date | None], int]:
    return {(one.key, one.day): one.count for one in store.visits("main", Side.LEGACY)}


def test_visits_are_added_up_by_address_and_day(store: Store) -> None:
    rows = [listed("/A", MONDAY, 2), listed("/a", MONDAY, 1), listed("/a", TUESDAY, 5), listed("/b"), listed("/c", None, 7)]

    taken = store.take_in("main", Side.LEGACY, log("one"), rows)

    assert taken is not None
    assert (taken.addresses, taken.visits, taken.file) == (3, 15, log("one"))
    assert store.imports("main", Side.LEGACY) == [taken]
    assert counted(store) == {("/a", MONDAY): 3, ("/a", TUESDAY): 5, ("/c", None): 7}
    assert store.imports("main", Side.NEW) == []


def test_the_same_file_counts_once_whatever_its_name(store: Store) -> None:
    store.take_in("main", Side.LEGACY, log("one"), [listed("/a", MONDAY, 2)])

    assert store.take_in("main", Side.LEGACY, log("one", "access.log.1"), [listed("/a", MONDAY, 2)]) is None
    assert counted(store) == {("/a", MONDAY): 2}
    assert store.take_in("main", Side.NEW, log("one"), [listed("/a", MONDAY, 2)]) is not None


def test_another_log_of_the_same_name_counts_beside_it(store: Store) -> None:
    store.take_in("main", Side.LEGACY, log("one"), [listed("/a", MONDAY, 2)])
    store.take_in("main", Side.LEGACY, log("two"), [listed("/a", MONDAY, 3), listed("/b", TUESDAY, 1)])

    assert counted(store) == {("/a", MONDAY): 5, ("/b", TUESDAY): 1}


def test_a_log_that_has_grown_takes_the_place_of_its_beginning(store: Store) -> None:
    first = store.take_in("main", Side.LEGACY, log("one"), [listed("/a", MONDAY, 2)])
    assert first is not None

    store.take_in("main", Side.LEGACY, log("grown", size=20), [listed("/a", MONDAY, 2), listed("/b", MONDAY, 1)], first.id)

    assert counted(store) == {("/a", MONDAY): 2, ("/b", MONDAY): 1}
    assert [one.file.digest for one in store.imports("main", Side.LEGACY)] == ["grown"]


def test_a_newer_list_says_anew_what_the_older_one_said(store: Store) -> None:
    store.take_in("main", Side.LEGACY, File(Source.LIST, "urls.txt", "one", 1), [listed("/a"), listed("/b")])
    store.take_in("main", Side.LEGACY, File(Source.LIST, "other.txt", "two", 1), [listed("/c")])
    store.take_in("main", Side.LEGACY, File(Source.LIST, "urls.txt", "three", 1), [listed("/b")])

    assert [one.key for one in store.inventory("main", Side.LEGACY)] == ["/b", "/c"]


def test_a_file_can_be_forgotten_with_what_it_alone_gave(store: Store) -> None:
    first = store.take_in("main", Side.LEGACY, log("one"), [listed("/a", MONDAY, 2), listed("/b")])
    store.take_in("main", Side.LEGACY, log("two"), [listed("/a", MONDAY, 3)])
    assert first is not None

    assert store.forget_import("main", Side.LEGACY, first.id)
    assert not store.forget_import("main", Side.LEGACY, first.id)
    assert counted(store) == {("/a", MONDAY): 3}
    assert [one.key for one in store.inventory("main", Side.LEGACY)] == ["/a"]


def test_a_file_that_breaks_off_leaves_nothing(store: Store) -> None:
    def broken() -> Iterator[Listed]:
        yield listed("/a")
        raise OSError("the file ends here")

    with pytest.raises(OSError, match="ends here"):
        store.take_in("main", Side.LEGACY, log("one"), broken())

    assert store.imports("main", Side.LEGACY) == []
    assert list(store.inventory("main", Side.LEGACY)) == []


def test_each_address_is_handed_to_the_next_crawl_once_whatever_its_files(store: Store) -> None:
    store.take_in("main", Side.LEGACY, log("one"), [listed("/b"), listed("/a")])
    store.take_in("main", Side.LEGACY, File(Source.CSV, "sheet.csv", "two", 1), [listed("/b"), listed("/c")])
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin(fresh=True)

    first = frontier.listed("", 2)
    rest = frontier.listed(first[-1][1].key, 2)

    assert [(source, one.key) for source, one in [*first, *rest]] == [
        (Source.LOG, "/a"),
        (Source.CSV, "/b"),
        (Source.CSV, "/c"),
    ]


def test_many_are_taken_in(store: Store) -> None:
    taken = store.take_in("main", Side.LEGACY, log("one"), (listed(f"/{n % 7000}", MONDAY, 1) for n in range(20_000)))

    assert taken is not None
    assert (taken.addresses, taken.visits) == (7000, 20_000)
