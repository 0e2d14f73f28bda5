"""Single pages are found by the keys of their addresses."""

from __future__ import annotations

from migrator.pages.page import Page, Side
from migrator.pages.visit import Found, Visit
from migrator.store.store import Store

LONG = "/" + "x" * 2_000


def test_pages_are_found_by_key_however_long_and_no_others(store: Store) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add([Found(f"http://h{key}", key) for key in ("/a", "/b", "/due", LONG)])
    for entry in frontier.claim(4):
        if entry.key != "/due":
            frontier.finish(Visit(entry, Page(entry.url, entry.url, 200)))
    frontier.leave()

    found = store.pages_named("main", Side.LEGACY, ["/b", LONG, "/due", "/unknown"])
    assert [page.url for page in found] == ["http://h/b", f"http://h{LONG}"]
    assert store.pages_named("main", Side.LEGACY, []) == []
    assert store.pages_named("main", Side.NEW, ["/a"]) == []
