"""Sitemaps of every kind list their addresses, and hostile ones cost little."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.crawl.sitemap import MAX_ADDRESSES, read_sitemap
from tests.crawl.crawling import crawled
from tests.crawl.live_site import Reply, live_site, page, site_at
from tests.shared import shared_folder

LIMIT = 50_000_000
COUNTS = {
    "rss/feed.rss": 5,
    "rss/xmlRss_pubDate.xml": 8,
    "sitemaps/atom.xml": 2,
    "sitemaps/do-not-visit.txt": 1,
    "sitemaps/sitemap-with-bom.txt": 2,
    "sitemaps/sitemap.badns.xml": 2,
    "sitemaps/extension/hebdenbridgetimes-articles-sitemap.xml": 74,
    "sitemaps/sitemap.txt.gz": 5,
    "sitemaps/xmlSitemap.gz": 5,
}


def listing(*addresses: str, kind: str = "url") -> str:
    items = "".join(f"<{kind}><loc>{address}</loc></{kind}>" for address in addresses)
    root = "urlset" if kind == "url" else "sitemapindex"
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</{root}>'


def test_every_file_of_the_corpus_is_read() -> None:
    folder = shared_folder("corpora/sitemaps/crawler-commons")
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]

    counts = {str(file.relative_to(folder)): len(read_sitemap(file.read_bytes(), LIMIT).pages) for file in files}

    assert len(counts) == 20
    assert {name: counts[name] for name in COUNTS} == COUNTS
    assert len(read_sitemap((folder / "sitemaps/sitemap.index.xml").read_bytes(), LIMIT).sitemaps) == 15


def test_pages_and_further_sitemaps_are_told_apart_and_images_left_out() -> None:
    image = '<image:image xmlns:image="x"><image:loc>http://h/i.png</image:loc></image:image>'
    text = f"<urlset><url><loc> http://h/a </loc>{image}</url><url><loc>http://h/b</loc></url></urlset>"

    assert list(read_sitemap(text.encode(), LIMIT).pages) == ["http://h/a", "http://h/b"]
    assert list(read_sitemap(listing("http://h/s.xml", kind="sitemap").encode(), LIMIT).sitemaps) == ["http://h/s.xml"]


def test_broken_xml_gives_what_came_before_the_fault() -> None:
    text = listing("http://h/a", "http://h/b?x=1&amp;y=2").replace("</urlset>", "<url><loc>http://h/c</url")

    assert list(read_sitemap(text.encode(), LIMIT).pages)[:2] == ["http://h/a", "http://h/b?x=1&y=2"]


def test_an_entity_is_neither_expanded_nor_fetched() -> None:
    for entity in ('"' + "x" * 100 + '"', 'SYSTEM "file:///etc/hostname"'):
        text = f"<!DOCTYPE u [<!ENTITY e {entity}>]><urlset><url><loc>http://h/&e;</loc></url></urlset>"
        assert set(read_sitemap(text.encode(), LIMIT).pages) <= {"http://h/"}


def test_a_billion_laughs_are_not_told() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    text = f'<!DOCTYPE u [<!ENTITY e0 "ha">{entities}]><urlset><url><loc>&e29;</loc></url></urlset>'
    started = time.process_time()

    read_sitemap(text.encode(), LIMIT)

    assert time.process_time() - started < 2


def test_no_more_is_read_than_the_protocol_lets_a_file_list() -> None:
    sitemap = read_sitemap(listing(*(f"http://h/{number}" for number in range(MAX_ADDRESSES + 10))).encode(), LIMIT)

    assert len(sitemap.pages) == MAX_ADDRESSES
    assert sitemap.cut


def test_a_bomb_is_cut() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 100_000_000)

    assert not read_sitemap(bomb, 1_000_000).pages


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_whatever_it_holds_it_is_read(body: bytes) -> None:
    for start in (b"", b"<urlset><url><loc>", b"\x1f\x8b", b"\xff\xfe<\0"):
        read_sitemap(start + body, 10_000)


@pytest.mark.parametrize("named", [True, False])
def test_what_sitemaps_list_is_visited_and_other_sites_are_not(named: bool) -> None:
    lines = "Sitemap: http://www.old.example/maps.xml\nSitemap: https://other.example/s.xml"
    first = "/maps.xml" if named else "/sitemap.xml"
    one = listing("http://www.old.example/a", "http://10.0.0.1/x", "https://other.example/b")
    two = gzip.compress(listing("https://old.example/c", "http://old.example/a/").encode())
    replies = {
        "/robots.txt": Reply(lines if named else "", kind="text/plain"),
        first: Reply(listing(*(f"http://old.example{path}" for path in ("/1.xml", "/2.xml.gz", first)), kind="sitemap")),
        "/1.xml": Reply(one),
        "/2.xml.gz": Reply(two, kind="application/x-gzip"),
        "/": page(),
    }

    with live_site(replies) as site:
        result = crawled(site_at(site.url))

        assert sorted(result.pages) == ["/", "/a", "/c"]
        assert site.targets.count("/1.xml") == 1
