"""Finished crawls are kept, compared and forgotten; an unchanged page is taken over from the one before."""

from __future__ import annotations

import pytest

from migrator.errors import StoreError
from migrator.pages.page import Content, Hop, Link, Page, Side
from migrator.pages.visit import Former, Found, Source, Visit
from migrator.store.crawls import KEPT
from migrator.store.frontier import StoredFrontier
from migrator.store.pages import Mark
from migrator.store.store import Store

URL = "http://h/a"
WHOLE = Page(URL, URL, 200, content=Content("A", links=(Link("http://h/b", "b"),)), etag='"1"', last_modified="Tue", noindex=True)


def started(store: Store, whole: bool = False) -> StoredFrontier:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin(fresh=True, whole=whole)
    frontier.add([Found(URL, "/a", 0, Source.START)])
    return frontier


def crawl(store: Store, page: Page) -> None:
    frontier = started(store)
    for entry in frontier.claim(5):
        frontier.finish(Visit(entry, page))
    assert frontier.mark_finished()
    frontier.leave()


def former(store: Store, whole: bool = False) -> Former | None:
    """What a new crawl is told of the page before."""
    frontier = started(store, whole)
    (entry,) = frontier.claim(1)
    frontier.leave()
    return entry.former


def test_the_last_few_that_were_finished_are_kept(store: Store) -> None:
    for number in range(KEPT + 2):
        crawl(store, Page(URL, URL, 200 + number))
    started(store).leave()

    crawls = store.crawls("main", Side.LEGACY)

    assert [one.number for one in crawls] == [8, 7, 6, 5, 4, 3]
    assert [one.finished is not None for one in crawls] == [False, *[True] * KEPT]
    assert [[page.status for page in store.crawl_pages(one)] for one in crawls] == [[], [206], [205], [204], [203], [202]]
    assert [page.status for page in store.pages("main", Side.LEGACY)] == [206]
    assert [one.pages for one in crawls] == [0, *[1] * KEPT]


def test_one_can_be_forgotten(store: Store) -> None:
    crawl(store, Page(URL, URL, 200))
    crawl(store, Page(URL, URL, 404))

    store.forget_crawl("main", Side.LEGACY, 2)

    assert [page.status for page in store.pages("main", Side.LEGACY)] == [200]
    with pytest.raises(StoreError, match="there is no crawl 2 of the legacy site of main"):
        store.forget_crawl("main", Side.LEGACY, 2)


def test_what_a_page_told_is_asked_for_the_next_time(store: Store) -> None:
    assert former(store) is None
    crawl(store, WHOLE)

    known = former(store)

    assert known is not None
    assert known.conditions == {"If-None-Match": '"1"', "If-Modified-Since": "Tue"}
    assert former(store, whole=True) is None


@pytest.mark.parametrize(
    "page",
    [
        Page(URL, URL, 200),
        Page(URL, URL, 404, etag='"1"'),
        Page(URL, "http://h/b", 200, (Hop(URL, 301),), etag='"1"'),
        Page(URL, URL, 200, error="the body is longer", etag='"1"'),
        Page("http://h/A", "http://h/A", 200, etag='"1"'),
    ],
    ids=["no validator", "an error", "a redirect", "not whole", "another spelling"],
)
def test_a_page_is_not_asked_for_on_condition_where_that_would_not_be_the_same(store: Store, page: Page) -> None:
    crawl(store, page)

    assert former(store) is None


def test_an_unchanged_page_is_taken_over_whole(store: Store) -> None:
    crawl(store, WHOLE)
    for _ in range(2):
        frontier = started(store)
        (entry,) = frontier.claim(1)
        assert frontier.former(entry) == WHOLE
        frontier.finish(Visit(entry, WHOLE, (Found("http://h/b", "/b", 1),), unchanged=True))
        assert frontier.counts().unchanged == 1
        (other,) = frontier.claim(1)
        frontier.finish(Visit(other, Page(other.url, other.url, 200)))
        assert frontier.mark_finished()

        assert list(store.pages("main", Side.LEGACY)) == [WHOLE, Page("http://h/b", "http://h/b", 200)]


def test_where_the_crawl_before_was_forgotten_meanwhile_the_page_is_due_again(store: Store) -> None:
    crawl(store, WHOLE)
    frontier = started(store)
    (entry,) = frontier.claim(1)
    store.forget_crawl("main", Side.LEGACY, 1)

    assert frontier.former(entry) is None
    frontier.finish(Visit(entry, WHOLE, unchanged=True))

    assert store.page_count("main", Side.LEGACY) == 0
    (again,) = frontier.claim(1)
    assert (again.key, again.former) == ("/a", None)


def test_marks_take_the_place_of_those_before(store: Store) -> None:
    crawl(store, WHOLE)
    (kept,) = store.crawls("main", Side.LEGACY)

    store.mark_pages(kept, [Mark(URL, near_duplicate_of="http://h/b")])
    assert [page.near_duplicate_of for page in store.pages("main", Side.LEGACY)] == ["http://h/b"]

    store.mark_pages(kept, [Mark("http://h/none", soft_404="says so")])
    assert list(store.pages("main", Side.LEGACY)) == [WHOLE]
