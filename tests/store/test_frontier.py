"""Addresses enter once, are given out once, and are finished as a whole."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.errors import StoreError
from migrator.pages.page import Content, Hop, Link, Page, Side
from migrator.pages.visit import Entry, Found, Skipped, Source, Visit
from migrator.store.counts import Counts
from migrator.store.frontier import StoredFrontier
from migrator.store.open import open_store
from migrator.store.store import Store


def found(*paths: str, depth: int = 0) -> tuple[Found, ...]:
    return tuple(Found(f"http://h{path}", path.lower(), depth, Source.LINK) for path in paths)


def page_of(entry: Entry, status: int = 200) -> Page:
    return Page(entry.url, entry.url, status)


def begun(store: Store, side: Side = Side.LEGACY) -> StoredFrontier:
    frontier = store.frontier("main", side)
    frontier.begin()
    return frontier


def finish_all(frontier: StoredFrontier) -> None:
    while entries := frontier.claim(10):
        for entry in entries:
            frontier.finish(Visit(entry, page_of(entry)))


def test_an_address_enters_once_and_is_given_out_once(store: Store) -> None:
    frontier = begun(store)
    frontier.add(found("/a", "/b"))
    frontier.add(found("/B", "/a", "/c"))

    assert [entry.url for entry in frontier.claim(2)] == ["http://h/a", "http://h/b"]
    assert [entry.url for entry in frontier.claim(5)] == ["http://h/c"]
    assert frontier.claim(5) == []


def test_addresses_near_the_start_come_first(store: Store) -> None:
    frontier = begun(store)
    for depth in (2, 0, 1):
        frontier.add(found(f"/{depth}", f"/{depth}x", depth=depth))

    assert [entry.key for entry in frontier.claim(10)] == ["/0", "/0x", "/1", "/1x", "/2", "/2x"]


def of_log(*urls: str) -> list[Found]:
    return [Found(f"http://h{url}", url.lower().partition("?")[0], 0, Source.LOG) for url in urls]


def inventory(store: Store) -> dict[str, tuple[str, str, int | None, tuple[Source, ...]]]:
    return {one.key: (one.url, one.state, one.depth, one.sources) for one in store.inventory("main", Side.LEGACY)}


def test_what_a_file_names_comes_last_and_is_spelled_as_a_page_that_links_to_it_does(store: Store) -> None:
    frontier = begun(store)
    frontier.add(of_log("/A?ref=1", "/LONELY"))
    frontier.add(found("/start"))
    assert inventory(store)["/a"] == ("http://h/A?ref=1", "listed", 0, (Source.LOG,))

    (start,) = frontier.claim(5)
    assert (start.key, frontier.claim(5), frontier.is_open(), frontier.due()) == ("/start", [], True, 3)
    frontier.finish(Visit(start, page_of(start), (*found("/A", depth=2), *found("/b", depth=1))))

    assert inventory(store)["/a"] == ("http://h/A", "due", 0, (Source.LINK,))
    assert [entry.url for entry in frontier.claim(5)] == ["http://h/A", "http://h/b"]
    assert frontier.claim(5) == []
    frontier.leave()
    frontier.begin()
    assert [entry.url for entry in frontier.claim(5)] == ["http://h/A", "http://h/b"]


def test_what_is_visited_or_skipped_or_named_again_by_a_file_keeps_its_spelling(store: Store) -> None:
    frontier = begun(store)
    frontier.add(of_log("/A", "/B", "/C"))
    first, _, third = frontier.claim(3)
    frontier.finish(Visit(first, page_of(first)))
    frontier.leave()
    frontier.begin()
    assert [inventory(store)[key][1] for key in ("/a", "/b", "/c")] == ["done", "listed", "listed"]
    assert [entry.key for entry in frontier.claim(1)] == ["/b"]

    linked = [Found(f"http://h{key}?x", key, 1) for key in ("/a", "/b")]
    frontier.add([*linked, *of_log("/c?x")], [Skipped(found("/c")[0], "why")])

    assert [inventory(store)[key][0] for key in ("/a", "/b", "/c")] == ["http://h/A", "http://h/B", "http://h/C"]
    assert [entry.id for entry in frontier.claim(5)] == [third.id]


def test_sides_and_sites_do_not_mix(store: Store) -> None:
    legacy, new = begun(store), begun(store, Side.NEW)
    legacy.add(found("/a"))

    assert new.claim(1) == []
    finish_all(legacy)
    assert (store.page_count("main", Side.LEGACY), store.page_count("main", Side.NEW)) == (1, 0)


def test_a_visit_is_kept_whole(store: Store) -> None:
    frontier = begun(store)
    frontier.add(found("/a"))
    (entry,) = frontier.claim(1)
    content = Content(title="A", links=(Link("http://h/c", "c"),))
    page = Page(entry.url, "http://h/b", 200, (Hop(entry.url, 301),), content=content)
    left_out = Skipped(found("/x/x/x")[0], "path that repeats itself")

    frontier.finish(Visit(entry, page, found("/b", "/c", depth=1), (left_out,)))

    assert list(store.pages("main", Side.LEGACY)) == [page]
    assert frontier.counts() == Counts(due=2, pages=1, redirects=1, skipped={"path that repeats itself": 1})
    assert list(frontier.skipped()) == [left_out]
    assert [entry.key for entry in frontier.claim(5)] == ["/b", "/c"]


def test_a_visit_that_cannot_be_kept_whole_is_not_kept_at_all(store: Store) -> None:
    frontier = begun(store)
    frontier.add(found("/a"))
    (entry,) = frontier.claim(1)
    impossible = Found("http://h/b", "/b", None)  # type: ignore[arg-type]

    with pytest.raises(StoreError):
        frontier.finish(Visit(entry, page_of(entry), (*found("/c"), impossible)))

    assert store.page_count("main", Side.LEGACY) == 0
    frontier.leave()
    frontier.begin()
    assert [entry.key for entry in frontier.claim(5)] == ["/a"]


def test_an_address_that_was_not_visited_keeps_its_reason(store: Store) -> None:
    frontier = begun(store)
    frontier.add(found("/a"))
    (entry,) = frontier.claim(1)

    frontier.finish(Visit(entry, None, reason="robots.txt forbids it"))

    assert frontier.counts() == Counts(skipped={"robots.txt forbids it": 1})


def test_a_fresh_crawl_takes_the_place_of_the_old_one_only_when_it_is_finished(store: Store) -> None:
    old = begun(store)
    old.add(found("/old"))
    finish_all(old)
    old.mark_finished()

    fresh = store.frontier("main", Side.LEGACY)
    fresh.begin(fresh=True)
    fresh.add(found("/new"))
    finish_all(fresh)
    assert [page.url for page in store.pages("main", Side.LEGACY)] == ["http://h/old"]
    assert begun(store).counts().pages == 1

    fresh.mark_finished()
    assert [page.url for page in store.pages("main", Side.LEGACY)] == ["http://h/new"]
    assert fresh.counts().finished is not None


def test_a_fresh_crawl_drops_an_unfinished_one(store: Store) -> None:
    old = begun(store)
    old.add(found("/old"))
    finish_all(old)
    old.mark_seeded()

    old.begin(fresh=True)

    assert not old.seeded()
    assert old.counts() == Counts()
    assert store.page_count("main", Side.LEGACY) == 0


def test_it_is_seeded_when_it_is_said_to_be(store: Store) -> None:
    frontier = begun(store)
    assert not frontier.seeded()
    frontier.mark_seeded()
    assert begun(store).seeded()


def test_the_keys_with_a_query_are_those_that_are_not_skipped(store: Store) -> None:
    frontier = begun(store)
    frontier.add(found("/a", "/a?x=1"), [Skipped(found("/a?x=2")[0], "why")])

    assert list(frontier.keys_with_query()) == ["/a?x=1"]
    assert frontier.due() == 2


def test_two_claimants_never_get_the_same_address(store_url: str) -> None:
    with open_store(store_url) as store:
        begun(store).add(found(*(f"/{number}" for number in range(200))))
    claimed: list[str] = []

    def claim() -> None:
        with open_store(store_url) as store:
            frontier = begun(store)
            while entries := frontier.claim(7):
                claimed.extend(entry.key for entry in entries)

    threads = [threading.Thread(target=claim) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(f"/{number}" for number in range(200))


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=6))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_address_that_was_ever_found_is_visited_exactly_once(store: Store, links: list[list[int]]) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin(fresh=True)
    frontier.add(found("/start"))
    visited: list[str] = []
    for outgoing in [*links, []]:
        for entry in frontier.claim(3):
            visited.append(entry.key)
            frontier.finish(Visit(entry, page_of(entry), found(*(f"/{number}" for number in outgoing), depth=1)))
    while entries := frontier.claim(4):
        for entry in entries:
            visited.append(entry.key)
            frontier.finish(Visit(entry, page_of(entry)))

    assert len(visited) == len(set(visited)) == frontier.counts().pages
    assert frontier.due() == 0
    frontier.leave()
