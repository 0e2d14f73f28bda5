"""What a crawl keeps of a page beside its text comes from the page and from the fields of its answer alike."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from migrator.crawl.decoding import accepted
from migrator.pages.page import Alternate
from tests.crawl.bombs import MOST_GROWTH, bomb, codings
from tests.crawl.bombs import crawled as crawled_with
from tests.crawl.crawling import crawled
from tests.crawl.live_site import Reply, live_site, page, site_at


def test_noindex_is_known_from_the_page_and_from_the_answer() -> None:
    replies = {
        "/": page("/said", "/sent", "/file.pdf", "/other"),
        "/said": Reply("<meta name=robots content=noindex>"),
        "/sent": Reply("<h1>H</h1>", headers={"X-Robots-Tag": "noindex, nofollow"}),
        "/file.pdf": Reply(b"%PDF", kind="application/pdf", headers={"X-Robots-Tag": "none"}),
        "/other": Reply("<h1>H</h1>", headers={"X-Robots-Tag": "otherbot: noindex"}),
    }
    with live_site(replies) as site:
        pages = crawled(site_at(site.url)).pages

    assert {path for path, one in pages.items() if one.noindex} == {"/said", "/sent", "/file.pdf"}


def test_files_and_other_languages_are_visited_too() -> None:
    markup = "<link rel=alternate hreflang=fr href=http://old.example/fr/><a href=/a.pdf>A</a><object data=/b.docx></object>"
    replies = {
        "/": Reply(markup),
        "/fr/": page(),
        "/a.pdf": Reply(b"%PDF-A", kind="application/pdf"),
        "/b.docx": Reply(b"PK-B", kind="application/msword"),
    }
    with live_site(replies) as site:
        pages = crawled(site_at(site.url)).pages

    assert sorted(pages) == ["/", "/a.pdf", "/b.docx", "/fr/"]
    assert [(pages[path].content_type, pages[path].size) for path in ("/a.pdf", "/b.docx")] == [
        ("application/pdf", 6),
        ("application/msword", 4),
    ]
    assert pages["/"].content.assets == (f"{site.url}/a.pdf", f"{site.url}/b.docx")
    assert pages["/"].content.hreflang == (Alternate("fr", f"{site.url}/fr/"),)


@pytest.mark.parametrize(("coding", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_pages_in_newer_codings_are_read(coding: str, package: str) -> None:
    if coding not in accepted():
        pytest.skip(f"{package} is not installed")
    body = importlib.import_module(package).compress(b"<title>Read</title>")
    with live_site({"/": Reply(body, headers={"Content-Encoding": coding})}) as site:
        assert crawled(site_at(site.url)).pages["/"].content.title == "Read"
        assert coding in site.asked[-1].headers["accept-encoding"]


def test_bombs_are_listed_with_a_reason_and_cost_little_memory(tmp_path: Path) -> None:
    _, before = crawled_with(tmp_path, {})
    kept, most = crawled_with(tmp_path, {coding: bomb(coding, 0.1) for coding in codings()})

    assert most - before < MOST_GROWTH
    assert {kept[f"/{coding}"].error for coding in codings()} == {"the body swells to more than 200 times its size"}
    assert kept["/end"].status == 200
