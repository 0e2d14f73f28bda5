"""The public pages that tell how far the move is, as a client gets them from a running site."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from lxml import etree, html

from migrator.serve.language import load_catalogue
from tests.serve.live import eventually
from tests.serve.status_site import client_of, keep, progress, texts, write_update

MACHINES = ("feed.atom", "feed.json", "progress.json", "badge.json", "badge.svg")
TAGS = sorted(load_catalogue(None).tags)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    keep(tmp_path, progress())
    write_update(tmp_path, "slow", "Search is *slow*.", kind="problem")
    write_update(tmp_path, "over", kind="problem", resolved="2024-11-24")
    write_update(tmp_path, "soon", kind="next")
    write_update(tmp_path, "news", "Read <b>this</b>.", pinned="true")
    write_update(tmp_path, "news.fr", "Lisez ceci.")
    write_update(tmp_path, "far", date="2999-01-01")
    with client_of(tmp_path) as running:
        yield running


def test_the_page_tells_all_of_it_in_words_and_in_tables(client: httpx.Client) -> None:
    page = client.get("")
    told = texts(page)

    assert page.status_code == 200
    assert "Moved so far: 40% of the pages we know of. Of all visits, 90% went to these pages." in told
    for row in (
        "Moved 1,234 40% 90%",
        "Removed 30 under 1% 5%",
        "Staying on the old website 20 under 1% 0%",
        "Not moved yet 1,766 57% 5%",
    ):
        assert row in told
    for row in ("/news/ 1,000 100% 100%", "/shop/ 2,000 11% 56%", "Français 1,000 23% 75%"):
        assert row in told
    assert "Pages moved from 18 November 2026 to 24 November 2026: 3." in told
    assert "Figures of 24 November 2026, 09:30 UTC." in told
    assert "Children <b>First" in told
    assert 'href="https://www.new.example/0"' in page.text


def test_updates_stand_where_they_belong(client: httpx.Client) -> None:
    page = html.fromstring(client.get("").text)
    headings = [(one.tag, " ".join(one.text_content().split())) for one in page.iter("h2", "h3")]

    assert headings[:3] == [("h2", "Known problems"), ("h3", "slow"), ("h2", "Progress so far")]
    rest = [name for _, name in headings[headings.index(("h2", "What comes next")) :]]
    assert rest[:6] == ["What comes next", "soon", "Updates", "news", "over", "About these figures"]
    assert "Important" in page.text_content()
    assert "Resolved on 24 November 2024" in page.text_content()
    assert "Read <b>this</b>." in page.text_content()
    assert "far" not in rest


def test_bars_add_up_to_the_whole_and_are_described(client: httpx.Client) -> None:
    (bar,) = html.fromstring(client.get("").text).xpath("//main//svg[@role='img'][@height='32']")
    lengths = [float(one.get("width")[:-1]) for one in bar.xpath("./rect[not(contains(@class, 'edge'))]")]

    assert sum(lengths) == pytest.approx(100, abs=0.05)
    assert bar.get("aria-label").startswith("Moved so far: 40%")


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_is_whole_and_linked(client: httpx.Client, tag: str) -> None:
    page = client.get(f"?lang={tag}")

    root = html.fromstring(page.text)
    assert (root.get("lang"), root.get("dir"), page.headers["content-language"]) == (tag, "rtl" if tag == "ar" else "ltr", tag)
    assert "vary" not in page.headers
    assert [link.get("hreflang") for link in root.xpath("//link[@hreflang]")] == TAGS
    assert root.xpath("//nav//a[@aria-current='page']/@lang") == [tag]
    assert not re.search(r"\{\w+\}", texts(page))


@pytest.mark.parametrize(
    ("tag", "number", "percent"), [("en", "1,234", "40%"), ("fr", "1\u202f234", "40\u202f%"), ("ar", "1,234", "40%")]
)
def test_numbers_are_written_as_the_language_does(client: httpx.Client, tag: str, number: str, percent: str) -> None:
    page = client.get(f"?lang={tag}").text
    assert f">{number}<" in page
    assert f">{percent}<" in page


def test_an_update_in_another_language_is_marked_as_such(client: httpx.Client) -> None:
    articles = html.fromstring(client.get("?lang=fr").text).xpath("//article")

    marked = {one.xpath("string(h3)"): (one.get("lang"), one.get("dir")) for one in articles}
    assert marked["slow"] == ("en", "ltr")
    assert marked["news.fr"] == (None, None)


def test_the_browser_s_language_is_taken_where_none_is_asked_for(client: httpx.Client) -> None:
    page = client.get("", headers={"Accept-Language": "xx, ar;q=0.5"})
    assert (page.headers["content-language"], page.headers["vary"]) == ("ar", "Accept-Language")
    assert client.get("?lang=zz").headers["content-language"] == "en"
    assert client.get("feed.atom", headers={"Accept-Language": "fr"}).headers["content-language"] == "en"


def test_nothing_is_fetched_and_nothing_runs(client: httpx.Client) -> None:
    page = client.get("")
    root = html.fromstring(page.text)

    assert not root.xpath("//script | //img | //link[@rel='stylesheet'] | //@style | //*[@*[starts-with(name(), 'on')]]")
    (style,) = root.xpath("//style/text()")
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("name", ["", *MACHINES])
def test_what_a_client_has_is_not_sent_again(client: httpx.Client, name: str) -> None:
    first = client.get(name)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    assert first.headers["cache-control"] == "public, max-age=300"
    for condition in ({"If-None-Match": f'"x", W/{tag}'}, {"If-None-Match": "*"}, {"If-Modified-Since": date}):
        again = client.get(name, headers=condition)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in again.headers
    for condition in ({"If-None-Match": '"x"', "If-Modified-Since": date}, {"If-Modified-Since": "yesterday"}):
        assert client.get(name, headers=condition).status_code == 200
    assert client.head(name).headers["content-length"] == str(len(first.content))


@pytest.mark.parametrize("name", MACHINES)
def test_other_people_s_pages_may_read_them(client: httpx.Client, name: str) -> None:
    assert client.get(name).headers["access-control-allow-origin"] == "*"


def test_figures_for_machines(client: httpx.Client) -> None:
    found = client.get("progress.json").json()

    assert (found["version"], found["site"], found["generated"]) == (1, "main", "2026-11-24T09:30:00Z")
    assert found["pages"] == {"total": 3050, "moved": 1234, "gone": 30, "kept": 20, "not_yet": 1766, "moved_share": 0.4045}
    assert found["sections"][0]["name"] == "/news/"
    assert found["week"]["moves"][0] == {"title": "Page 0", "old": "/0", "new": "https://www.new.example/0", "date": "2026-11-24"}
    assert len(found["history"]) == 21


def test_badges(client: httpx.Client) -> None:
    badge = client.get("badge.json").json()
    assert badge == {"schemaVersion": 1, "label": "pages moved", "message": "40%", "color": "blue", "cacheSeconds": 300}
    for tag in TAGS:
        drawn = etree.fromstring(client.get(f"badge.svg?lang={tag}").content)
        space = {"s": "http://www.w3.org/2000/svg"}
        title = drawn.xpath("string(s:title)", namespaces=space)
        assert title == ": ".join(drawn.xpath("//s:text/text()", namespaces=space))
        assert (drawn.get("role"), drawn.get("aria-labelledby")) == ("img", drawn.xpath("string(s:title/@id)", namespaces=space))


def test_without_figures_the_page_says_so(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        told = texts(client.get(""))
        assert "There are no figures here yet." in told
        assert "%" not in told
        assert client.get("progress.json").json()["pages"] is None
        assert client.get("badge.json").json()["message"] == "no figures yet"
        assert client.get("feed.atom").status_code == 200


def test_new_figures_and_updates_are_seen_without_a_restart(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        assert "no figures" in client.get("").text
        keep(tmp_path, progress())
        assert eventually(lambda: "1,234" in client.get("").text)
        write_update(tmp_path, "late")
        assert eventually(lambda: "update-late" in client.get("").text)
        (tmp_path / "updates" / "late.md").unlink()
        assert eventually(lambda: "update-late" not in client.get("").text)


def test_the_operator_s_words_path_language_and_robots(tmp_path: Path) -> None:
    section = (
        'path: /move/, robots: noindex, language: fr, messages: {fr: "Voici <pourquoi>."}, public_url: "https://x.example/y"'
    )
    with client_of(tmp_path, section) as client:
        address = str(client.base_url).replace("_transition", "move")
        page = client.get(address)
        assert page.headers["x-robots-tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in page.text
        assert "Voici <pourquoi>." in texts(page)
        assert "Until a page has moved" in texts(client.get(f"{address}?lang=en"))
        assert client.get(f"{address}progress.json").json()["address"] == "https://x.example/y/"


def test_search_engines_may_list_the_page_unless_told_otherwise(client: httpx.Client) -> None:
    page = client.get("")
    assert "x-robots-tag" not in page.headers
    assert "noindex" not in page.text
