"""A page comes back as it was kept."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.pages.page import Alternate, Content, Hop, Image, Link, Page, Side
from migrator.pages.visit import Found, Visit
from migrator.store.store import Store

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
CONTENTS = st.builds(
    Content,
    title=WORDS,
    h1=WORDS,
    headings=st.lists(WORDS, max_size=3).map(tuple),
    canonical=WORDS,
    language=WORDS,
    description=WORDS,
    text=WORDS,
    links=st.lists(st.builds(Link, WORDS, WORDS), max_size=3).map(tuple),
    breadcrumbs=st.lists(WORDS, max_size=3).map(tuple),
    hreflang=st.lists(st.builds(Alternate, WORDS, WORDS), max_size=3).map(tuple),
    images=st.lists(st.builds(Image, WORDS, WORDS, WORDS), max_size=3).map(tuple),
    assets=st.lists(WORDS, max_size=3).map(tuple),
    published=WORDS,
    modified=WORDS,
)
PAGES = st.builds(
    Page,
    url=st.integers(0, 10**6).map(lambda number: f"http://h/{number}"),
    final_url=WORDS,
    status=st.integers(0, 599),
    hops=st.lists(st.builds(Hop, WORDS, st.integers(300, 399)), max_size=3).map(tuple),
    content_type=WORDS,
    content_hash=st.just("0" * 64),
    size=st.integers(0, 2**40),
    error=WORDS,
    content=CONTENTS,
    etag=WORDS,
    last_modified=WORDS,
    noindex=st.booleans(),
    near_duplicate_of=WORDS,
    soft_404=WORDS,
)


def keep(store: Store, *pages: Page) -> None:
    frontier = store.frontier("main", Side.NEW)
    frontier.begin(fresh=True)
    frontier.add(Found(page.url, page.url) for page in pages)
    by_url = {page.url: page for page in pages}
    for entry in frontier.claim(len(pages)):
        frontier.finish(Visit(entry, by_url[entry.url]))
    frontier.leave()


@given(page=PAGES)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_comes_back_as_it_was_kept(store: Store, page: Page) -> None:
    keep(store, page)

    assert list(store.pages("main", Side.NEW)) == [page]


def test_pages_come_in_the_order_of_their_urls(store: Store) -> None:
    urls = ["http://h/b", "http://h/a/z", "http://h/B", "http://h/a", "http://h/%C3%A4", "http://h/a?x"]
    keep(store, *(Page(url, url, 200) for url in urls))

    assert [page.url for page in store.pages("main", Side.NEW)] == sorted(urls)
    assert store.page_count("main", Side.NEW) == 6


def test_pages_can_be_read_while_others_are_kept(store: Store) -> None:
    keep(store, *(Page(f"http://h/{number:03}", "", 200) for number in range(300)))
    reading = store.pages("main", Side.NEW)
    first = next(reading)

    frontier = store.frontier("main", Side.NEW)
    frontier.begin()
    frontier.add([Found("http://h/zzz", "zzz")])
    (entry,) = frontier.claim(1)
    frontier.finish(Visit(entry, Page(entry.url, entry.url, 200)))

    assert first.url == "http://h/000"
    assert len(list(reading)) == 299
    assert store.page_count("main", Side.NEW) == 301


def test_text_that_no_database_takes_is_kept_without_what_it_refuses(store: Store) -> None:
    broken = "a\0b\ud800c😀"
    content = Content(title=broken, headings=(broken,), links=(Link("http://h/x", broken),))
    keep(store, Page("http://h/", "http://h/", 200, content=content))

    (page,) = store.pages("main", Side.NEW)

    assert page.content.title == page.content.headings[0] == page.content.links[0].text == "a\ufffdb\ufffdc😀"
