"""Where an address was seen: a few places of many, the same ones whatever the order, and how many there are."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.pages.page import Page, Side
from migrator.pages.visit import Entry, Found, Listed, Sighting, Source, Visit
from migrator.store.imports import File
from migrator.store.sightings import KEPT
from migrator.store.store import Store
from migrator.store.values import lot


def url(number: int) -> str:
    return f"http://h/{number}"


def crawl(store: Store, links: dict[int, list[int]], order: list[int], workers: int = 1) -> None:
    """Crawl pages that link so, each worker taking turns, the pages in that order."""
    frontiers = [store.frontier("main", Side.LEGACY) for _ in range(workers)]
    for number, frontier in enumerate(frontiers):
        frontier.begin(fresh=not number)
    frontiers[0].add(
        Found(url(number), f"/{number}", order.index(number), Source.SITEMAP, "http://h/map.xml") for number in links
    )
    for turn in range(len(order)):
        frontier = frontiers[turn % workers]
        (entry,) = frontier.claim(1)
        linked = tuple(f"/{target}" for target in links[int(entry.key[1:])])
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200), linked=linked))
    assert frontiers[0].mark_finished()
    for frontier in frontiers:
        frontier.leave()


def told(store: Store, keys: range) -> list[tuple[list[Sighting], int]]:
    counts = {one.key: one.links for one in store.inventory("main", Side.LEGACY)}
    return [(store.sightings("main", Side.LEGACY, f"/{key}"), counts[f"/{key}"]) for key in keys]


@given(st.lists(st.lists(st.integers(0, 11), max_size=12), min_size=12, max_size=12), st.integers(1, 3), st.randoms())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_they_are_the_same_whatever_the_order_and_whoever_found_them(
    store: Store, outgoing: list[list[int]], workers: int, dice: random.Random
) -> None:
    links = dict(enumerate(outgoing))
    crawl(store, links, list(range(12)))
    first = told(store, range(12))
    order = list(range(12))
    dice.shuffle(order)
    crawl(store, links, order, workers)

    assert told(store, range(12)) == first
    for key, (sightings, count) in enumerate(first):
        linking = {url(number) for number, targets in links.items() if key in targets and key != number}
        places = [one.place for one in sightings if one.kind is Source.LINK]
        assert count == len(linking)
        assert set(places) <= linking
        assert len(places) == len(set(places)) == min(KEPT, len(linking))


def test_a_seed_tells_its_sitemap_and_a_redirect_the_page_it_comes_from(store: Store) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add([Found("http://h/", "/", 0, Source.START), Found("http://h/a", "/a", 0, Source.SITEMAP, "http://h/map.xml")])
    for entry in frontier.claim(5):
        frontier.finish(
            Visit(entry, Page(entry.url, "http://h/b", 200), (Found("http://h/b", "/b", 1, Source.REDIRECT),), passed=("/b",))
        )

    assert store.sightings("main", Side.LEGACY, "/") == [Sighting(Source.START)]
    assert store.sightings("main", Side.LEGACY, "/a") == [Sighting(Source.SITEMAP, "http://h/map.xml")]
    assert store.sightings("main", Side.LEGACY, "/b") == [
        Sighting(Source.REDIRECT, "http://h/"),
        Sighting(Source.REDIRECT, "http://h/a"),
    ]


def test_files_are_named_after_pages(store: Store) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add([Found("http://h/", "/", 0, Source.START)])
    store.take_in("main", Side.LEGACY, File(Source.LOG, "access.log", "d", 1), [Listed("http://h/", "/")])

    assert store.sightings("main", Side.LEGACY, "/") == [Sighting(Source.START), Sighting(Source.LOG, "access.log")]


def test_addresses_too_long_for_an_index_are_seen_too(store: Store) -> None:
    dice = random.Random(1)
    long = ["/" + "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789é", k=8000)) for _ in range(2)]
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add(Found(f"http://h{key}", key, 0, Source.SITEMAP, f"http://h/map{key}") for key in long)
    entries = frontier.claim(2)
    frontier.finish(Visit(entries[0], None, reason="too long", linked=tuple(long)))

    assert len({entry.key for entry in entries}) == 2
    assert {entry.url for entry in entries} == {f"http://h{key}" for key in long}
    of_page, of_other = sorted(long, key=lambda key: entries[0].url != f"http://h{key}")
    assert [one.kind for one in store.sightings("main", Side.LEGACY, of_page)] == [Source.SITEMAP]
    assert [one.kind for one in store.sightings("main", Side.LEGACY, of_other)] == [Source.LINK, Source.SITEMAP]


def test_a_page_that_links_to_more_than_fits_one_statement(store: Store) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add(Found(url(number), f"/{number}", number) for number in range(KEPT + 3))
    keys = tuple(f"/x{number}" for number in range(2100))
    while entries := frontier.claim(1):
        entry: Entry = entries[0]
        found = tuple(Found(f"http://h{key}", key, 99) for key in keys) if entry.key == "/0" else ()
        if entry.depth == 99:
            break
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200), found, linked=keys))

    counts = {one.key: one.links for one in store.inventory("main", Side.LEGACY)}
    assert counts["/x0"] == counts["/x2099"] == KEPT + 3
    assert len(store.sightings("main", Side.LEGACY, "/x2099")) == KEPT


def test_a_page_that_could_not_be_kept_takes_no_place_of_another(store: Store) -> None:
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add(Found(url(number), f"/{number}", number) for number in range(KEPT + 1))
    entries = sorted(frontier.claim(KEPT + 1), key=lambda entry: lot(entry.url))
    with pytest.raises(TypeError):
        frontier.finish(Visit(entries[0], None, linked=("/x",), passed=(None,)))  # type: ignore[arg-type]
    for entry in entries[1:]:
        frontier.finish(Visit(entry, None, reason="why", linked=("/x",)))

    assert {one.place for one in store.sightings("main", Side.LEGACY, "/x")} == {entry.url for entry in entries[1:]}
