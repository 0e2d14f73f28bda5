"""The inventory has every address that is known from anywhere, once, with what is known of it."""

from __future__ import annotations

import datetime as dt

import pytest

from migrator.pages.page import Content, Hop, Page, Side
from migrator.pages.visit import Found, Listed, Skipped, Source, Visit
from migrator.store.imports import File
from migrator.store.inventory import Filters, Known
from migrator.store.store import ALL, Store

DAY = dt.date(2026, 11, 23)
HTML = "text/html"
PAGES = {
    "/": Page("http://h/", "http://h/", 200, (), HTML, size=10, content=Content("Home", language="en")),
    "/fr/A": Page("http://h/fr/A", "http://h/fr/A", 200, (), HTML, content=Content("Accueil", language="fr-ca")),
    "/moved": Page("http://h/moved", "http://h/", 200, (Hop("http://h/moved", 301),), HTML),
    "/lost": Page("http://h/lost", "http://h/lost", 404, (), HTML, noindex=True, soft_404="says so"),
    "/pic_1.png": Page("http://h/pic_1.png", "http://h/pic_1.png", 200, (), "image/png", size=2**40),
    "/dead": Page("http://h/dead", "http://h/dead", 0, error="no answer in time"),
}
LINKED = {"/": ("/fr/a", "/moved", "/lost", "/pic_1.png", "/dead", "/x/x/x"), "/fr/a": ("/", "/lost")}


@pytest.fixture
def known(store: Store) -> Store:
    """A store with a finished crawl, a log and a list."""
    frontier = store.frontier("main", Side.LEGACY)
    frontier.begin()
    frontier.add([Found("http://h/", "/", 0, Source.START)])
    frontier.add([Found("http://h/unlinked", "/unlinked", 0, Source.SITEMAP, "http://h/sitemap.xml")])
    rest = [Found(page.url, url.lower(), 1) for url, page in PAGES.items() if url != "/"]
    trap = Skipped(Found("http://h/x/x/x", "/x/x/x", 1), "path that repeats itself")
    while entries := frontier.claim(1):
        key = entries[0].key
        page = next((page for url, page in PAGES.items() if url.lower() == key), Page(entries[0].url, entries[0].url, 200))
        passed = ("/",) if page.hops else ()
        found, skipped = (tuple(rest), (trap,)) if key == "/" else ((), ())
        frontier.finish(Visit(entries[0], page, found, skipped, linked=LINKED.get(key, ()), passed=passed))
    frontier.mark_finished()
    frontier.leave()
    log = [Listed("http://h/fr/a", "/fr/a", DAY, 5), Listed("http://h/old", "/old", DAY, 3), Listed("http://h/", "/", None, 1)]
    store.take_in("main", Side.LEGACY, File(Source.LOG, "access.log", "1", 1), log)
    store.take_in("main", Side.LEGACY, File(Source.LOG, "access.log.1", "2", 1), [Listed("http://h/fr/a", "/fr/a", DAY, 2)])
    store.take_in("main", Side.LEGACY, File(Source.LIST, "urls.txt", "3", 1), [Listed("http://h/old", "/old")])
    store.take_in("main", Side.NEW, File(Source.LIST, "urls.txt", "3", 1), [Listed("http://n/", "/")])
    return store


def rows(store: Store, filters: Filters = ALL) -> dict[str, Known]:
    return {one.key: one for one in store.inventory("main", Side.LEGACY, filters)}


def test_every_address_is_there_once_with_what_is_known_of_it(known: Store) -> None:
    listing = list(known.inventory("main", Side.LEGACY))
    by_key = rows(known)

    assert [one.url for one in listing] == sorted(f"http://h{path}" for path in (*PAGES, "/old", "/unlinked", "/x/x/x"))
    home, french, old = by_key["/"], by_key["/fr/a"], by_key["/old"]
    assert (home.title, home.language, home.status, home.size, home.depth) == ("Home", "en", 200, 10, 0)
    assert home.fetched is not None
    assert (home.visits, french.visits, old.visits) == (1, 7, 3)
    assert (home.links, french.links, by_key["/lost"].links) == (1, 1, 2)
    assert home.sources == (Source.START, Source.LINK, Source.REDIRECT, Source.LOG)
    assert old.sources == (Source.LIST, Source.LOG)
    assert (old.state, old.status, old.depth, old.fetched, old.title) == ("listed", 0, None, None, "")
    assert (by_key["/x/x/x"].state, by_key["/x/x/x"].reason) == ("skipped", "path that repeats itself")
    assert by_key["/moved"].final_url == "http://h/"
    assert (by_key["/lost"].noindex, by_key["/lost"].soft_404) == (True, "says so")
    assert by_key["/dead"].error == "no answer in time"
    assert by_key["/pic_1.png"].size == 2**40


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        (Filters(status="404"), ["/lost"]),
        (Filters(status="2xx", content_type="text/html"), ["/", "/fr/a", "/moved"]),
        (Filters(status="0"), ["/dead"]),
        (Filters(content_type="image/"), ["/pic_1.png"]),
        (Filters(content_type="image/*"), ["/pic_1.png"]),
        (Filters(language="fr"), ["/fr/a"]),
        (Filters(language="FR-CA"), ["/fr/a"]),
        (Filters(language="f"), []),
        (Filters(path="/FR/"), ["/fr/a"]),
        (Filters(path="*_1.png"), ["/pic_1.png"]),
        (Filters(path="*picx1*"), []),
        (Filters(path="/l"), ["/lost"]),
        (Filters(path="/l*st"), ["/lost"]),
        (Filters(source=Source.LOG), ["/", "/fr/a", "/old"]),
        (Filters(source=Source.LIST), ["/old"]),
        (Filters(source=Source.REDIRECT), ["/"]),
        (Filters(skipped=True), ["/x/x/x"]),
        (Filters(redirects=True), ["/moved"]),
        (Filters(orphans=True), ["/old", "/unlinked"]),
        (Filters(orphans=True, source=Source.LOG), ["/old"]),
    ],
    ids=str,
)
def test_what_is_wanted_is_chosen(known: Store, filters: Filters, keys: list[str]) -> None:
    assert sorted(rows(known, filters)) == keys


def test_a_status_that_is_none_is_refused(known: Store) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        rows(known, Filters(status="many"))


def test_without_a_crawl_it_has_what_files_name(store: Store) -> None:
    store.take_in("main", Side.LEGACY, File(Source.LOG, "access.log", "1", 1), [Listed("http://h/a", "/a", DAY, 5)])

    (one,) = store.inventory("main", Side.LEGACY)

    assert (one.key, one.state, one.visits, one.sources) == ("/a", "listed", 5, (Source.LOG,))
    assert list(store.inventory("other", Side.LEGACY)) == []


def test_an_older_crawl_can_be_listed(known: Store) -> None:
    frontier = known.frontier("main", Side.LEGACY)
    frontier.begin(fresh=True)
    frontier.add([Found("http://h/only", "/only", 0, Source.START)])
    for entry in frontier.claim(5):
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200)))
    frontier.mark_finished()

    assert [one.key for one in known.inventory("main", Side.LEGACY) if one.state == "done"] == ["/only"]
    assert {one.key for one in known.inventory("main", Side.LEGACY, number=1) if one.state == "done"} == {
        *(url.lower() for url in PAGES),
        "/unlinked",
    }


def test_it_can_be_read_while_others_write(known: Store) -> None:
    reading = known.inventory("main", Side.LEGACY)
    first = next(reading)
    known.take_in("main", Side.LEGACY, File(Source.LIST, "more.txt", "4", 1), [Listed("http://h/zz", "/zz")])

    assert first.key == "/"
    assert "/zz" not in [one.key for one in reading]
    assert "/zz" in rows(known)
