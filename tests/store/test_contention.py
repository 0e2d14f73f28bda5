"""Many workers at once: whatever links to whatever, none waits for another for ever, and no count is lost."""

from __future__ import annotations

import threading

from migrator.pages.page import Page, Side
from migrator.pages.visit import Found, Source, Visit
from migrator.store.open import open_store
from migrator.store.sightings import KEPT

WORKERS = 6
PAGES = 120
STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 60)


def linked(number: int) -> tuple[str, ...]:
    """Every page links both ways, so that any two that are finished at once may link to each other."""
    return tuple(f"/{(number + step * way) % PAGES}" for way in (1, -1) for step in STEPS)


def crawl(url: str, faults: list[BaseException], together: threading.Barrier) -> None:
    try:
        with open_store(url) as store:
            frontier = store.frontier("main", Side.LEGACY)
            together.wait()
            frontier.begin()
            frontier.add(Found(f"http://h/{number}?seen", f"/{number}", 0, Source.LOG) for number in range(1, PAGES, 2))
            frontier.add(
                Found(f"http://h/{number}", f"/{number}", 0, Source.SITEMAP, "http://h/map") for number in range(0, PAGES, 9)
            )
            frontier.mark_seeded()
            while frontier.is_open():
                for entry in frontier.claim(3):
                    keys = linked(int(entry.key[1:]))
                    found = tuple(Found(f"http://h{key}", key, entry.depth + 1) for key in keys)
                    frontier.finish(Visit(entry, Page(entry.url, entry.url, 200), found, linked=keys, passed=keys[:2]))
            frontier.mark_finished()
            frontier.leave()
    except BaseException as fault:
        faults.append(fault)


def test_pages_that_link_to_each_other_are_finished_at_once(store_url: str) -> None:
    open_store(store_url).close()
    faults: list[BaseException] = []
    together = threading.Barrier(WORKERS)
    threads = [threading.Thread(target=crawl, args=(store_url, faults, together)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    with open_store(store_url) as store:
        (kept,) = store.crawls("main", Side.LEGACY)
        assert kept.finished is not None
        assert kept.pages == PAGES
        rows = list(store.inventory("main", Side.LEGACY))
        assert {row.key: row.links for row in rows} == {f"/{number}": len(set(linked(number))) for number in range(PAGES)}
        assert sum(row.url.endswith("?seen") for row in rows) < PAGES / 4  # links come before what files name
        for row in rows[:10]:
            places = [one for one in store.sightings("main", Side.LEGACY, row.key) if one.kind is Source.LINK]
            assert len(places) == KEPT
