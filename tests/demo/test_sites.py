"""The two demonstration sites as a browser meets them: on loopback, over HTTP, page by page."""

from __future__ import annotations

import csv
import gzip
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files

import httpx
import pytest
import uvicorn
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.applications import Starlette

from migrator.demo.expected import Expected, Fate, expected
from migrator.demo.sites import legacy_site, new_site
from migrator.urls import Folding, look_up_key, normal_url, split_url

SITES = ("legacy", "new")
LINKS = {"a": "href", "link": "href", "img": "src", "frame": "src", "form": "action", "body": "background"}
FOLDING = Folding(significant_params=frozenset({"id", "ref"}))


def table(side: str, name: str = "addresses.csv") -> list[dict[str, str]]:
    text = (files("migrator.demo") / side / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def pages(side: str) -> list[str]:
    return [row["address"] for row in table(side) if row["file"].endswith(".html")]


EVERY_PAGE = [(side, address) for side in SITES for address in pages(side)]


def running(app: Starlette) -> Iterator[httpx.Client]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept-Encoding": "identity"}) as client:
        yield client
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def legacy() -> Iterator[httpx.Client]:
    yield from running(legacy_site())


@pytest.fixture(scope="module")
def new() -> Iterator[httpx.Client]:
    yield from running(new_site())


@pytest.fixture(scope="module")
def sites(legacy: httpx.Client, new: httpx.Client) -> dict[str, httpx.Client]:
    return {"legacy": legacy, "new": new}


def internal_links(client: httpx.Client, address: str) -> dict[str, str]:
    """Every address on the page that stays on the site, absolute without fragment, with the fragment it was last linked by."""
    answer = client.get(address)
    found = {}
    for tag, attribute in LINKS.items():
        for node in LexborHTMLParser(answer.content).css(f"{tag}[{attribute}]"):
            target = node.attributes[attribute] or ""
            url = normal_url(target, str(answer.url))
            if url and url.startswith(str(client.base_url)):
                found[url] = target.partition("#")[2]
    return found


def first(page: LexborHTMLParser, selector: str) -> LexborNode:
    node = page.css_first(selector)
    assert node is not None, selector
    return node


def words(page: LexborHTMLParser) -> int:
    page.strip_tags(["script", "style"])
    block = page.css_first("main") or page.css_first("td.main") or page.css_first("#release") or page.body
    assert block is not None
    return len(block.text(separator=" ").split())


@pytest.mark.parametrize("side", SITES)
def test_a_file_that_is_no_page_is_served_byte_for_byte(side: str, sites: dict[str, httpx.Client]) -> None:
    for row in table(side):
        answer = sites[side].get(row["address"])
        stored = (files("migrator.demo") / side).joinpath(*row["file"].split("/")).read_bytes()
        assert answer.status_code == 200, row
        if not row["file"].endswith(".html"):
            assert answer.content == stored.replace(b"{origin}", str(sites[side].base_url).rstrip("/").encode()), row
        assert "last-modified" in answer.headers or b"{origin}" in stored


@pytest.mark.parametrize("side", SITES)
def test_no_link_is_dead_and_every_page_can_be_reached(side: str, sites: dict[str, httpx.Client]) -> None:
    origin = str(sites[side].base_url).rstrip("/")
    known, waiting = set[str](), {origin + "/"}
    while waiting:
        url = waiting.pop()
        answer = sites[side].get(url)
        assert answer.status_code == 200, url
        known.add(url)
        if answer.headers["content-type"].startswith("text/html"):
            waiting |= set(internal_links(sites[side], url)) - known
    assert {origin + address for address in pages(side)} <= known


@pytest.mark.parametrize(("side", "address"), EVERY_PAGE)
def test_a_fragment_leads_to_a_place_on_the_page(side: str, address: str, sites: dict[str, httpx.Client]) -> None:
    for url, fragment in internal_links(sites[side], address).items():
        if fragment:
            page = LexborHTMLParser(sites[side].get(url).content)
            assert page.css_matches(f'[id="{fragment}"], a[name="{fragment}"]'), (url, fragment)


@pytest.mark.parametrize(("side", "address"), EVERY_PAGE)
def test_a_page_has_a_title_and_enough_to_read(side: str, address: str, sites: dict[str, httpx.Client]) -> None:
    answer = sites[side].get(address)
    page = LexborHTMLParser(answer.content)
    assert first(page, "title").text().strip()
    if not page.css_matches("frameset"):
        assert 60 <= words(page) <= 330


@pytest.mark.parametrize("address", pages("new"))
def test_a_new_page_is_semantic_html(address: str, new: httpx.Client) -> None:
    page = LexborHTMLParser(new.get(address).text)
    for tag in ("main", "h1", "header", "footer", "title", "meta[name=description]"):
        assert len(page.css(tag)) == 1, tag
    assert first(page, "html").attributes["lang"] in {"en", "ar", "fr"}
    assert first(page, "link[rel=canonical]").attributes["href"] == address
    assert all("alt" in image.attributes for image in page.css("img"))
    assert not page.css_matches("font, center, table table, script")


@pytest.mark.parametrize("side", SITES)
def test_titles_tell_the_pages_of_a_site_apart(side: str, sites: dict[str, httpx.Client]) -> None:
    titles = Counter(first(LexborHTMLParser(sites[side].get(address).text), "title").text() for address in pages(side))
    assert set(titles.values()) == {1}


@pytest.mark.parametrize("side", SITES)
def test_robots_and_sitemap_name_the_host_that_was_asked(side: str, sites: dict[str, httpx.Client]) -> None:
    client = sites[side]
    for host, origin in [("www.example.org", "http://www.example.org"), ("127.0.0.1:8001", "http://127.0.0.1:8001")]:
        assert f"Sitemap: {origin}/sitemap.xml\n" in client.get("/robots.txt", headers={"Host": host}).text
        assert f"<loc>{origin}/" in client.get("/sitemap.xml", headers={"Host": host}).text
    assert client.get("/sitemap.xml", headers={"Host": "<x>"}).status_code == 400


@pytest.mark.parametrize("side", SITES)
def test_every_address_of_a_sitemap_answers(side: str, sites: dict[str, httpx.Client]) -> None:
    locations = LexborHTMLParser(sites[side].get("/sitemap.xml").content).css("loc")
    assert len(locations) > 25
    assert {sites[side].get(location.text()).status_code for location in locations} == {200}


def test_every_old_page_has_one_fate() -> None:
    old = [row["address"] for row in table("legacy") if row["file"].endswith((".html", ".pdf"))]
    assert [row.old for row in expected()] == old
    assert {row.fate for row in expected()} == set(Fate)


@pytest.mark.parametrize("row", expected(), ids=lambda row: row.old)
def test_a_fate_names_addresses_that_exist(row: Expected, legacy: httpx.Client, new: httpx.Client) -> None:
    assert legacy.get(row.old).status_code == 200
    assert bool(row.new) == (row.fate in (Fate.MOVED, Fate.MERGED, Fate.UNMOVED))
    assert not row.suggest or row.fate is Fate.GONE
    for address in filter(None, (row.new, row.suggest)):
        assert new.get(address).status_code == 200


def test_only_merged_pages_share_a_new_address_and_only_unmoved_ones_keep_theirs() -> None:
    takers = Counter(row.new for row in expected() if row.new)
    for row in expected():
        if row.new:
            assert (takers[row.new] > 1) == (row.fate is Fate.MERGED), row
            old, kept = (look_up_key(*split_url(address)[1:], FOLDING) for address in (row.old, row.new))
            assert (old[:2] == kept[:2]) == (row.fate is Fate.UNMOVED), row


def test_a_query_chooses_the_page_and_an_unknown_one_is_not_found(legacy: httpx.Client) -> None:
    seven = legacy.get("/item.asp?id=7")
    assert "Kingfisher" in seven.text
    assert legacy.get("/item.asp?print=1&id=7&utm_source=letter").content == seven.content
    for address in ("/item.asp?id=99", "/item.asp?id=", "/item.asp", "/item.asp?id=7&id=12", "/press.php?id=7", "/nowhere.html"):
        answer = legacy.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "Page Not Found" in answer.text


def test_a_folder_without_its_slash_leads_to_the_folder(legacy: httpx.Client, new: httpx.Client) -> None:
    for client, address in [(legacy, "/about"), (legacy, "/lesson-packs"), (new, "/what-we-do/clean-water")]:
        answer = client.get(address + "?a=%20b")
        assert (answer.status_code, answer.headers["location"]) == (301, address + "/?a=%20b")
    assert legacy.get("/about/").content == legacy.get("/about/index.html").content
    assert legacy.get("/item").status_code == 404
    assert new.get("/about/index.html").status_code == 404


def test_the_old_site_compresses_its_pages_for_those_who_accept_it(legacy: httpx.Client, new: httpx.Client) -> None:
    plain = legacy.get("/fieldwork/water.html")
    assert "content-encoding" not in plain.headers
    for accepted in ("gzip", "br, GZIP;q=0.5", "*"):
        with legacy.stream("GET", "/fieldwork/water.html", headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["etag"] != plain.headers["etag"]
        assert int(answer.headers["content-length"]) == len(raw)
        assert gzip.decompress(raw) == plain.content
    for address, accepted in [("/fieldwork/water.html", "gzip;q=0, br"), ("/images/boat.gif", "gzip")]:
        assert "content-encoding" not in legacy.get(address, headers={"Accept-Encoding": accepted}).headers
    assert "content-encoding" not in new.get("/", headers={"Accept-Encoding": "gzip"}).headers


def test_what_has_not_changed_is_not_sent_again(legacy: httpx.Client) -> None:
    first = legacy.get("/contact.html")
    etag, date = first.headers["etag"], first.headers["last-modified"]
    assert date == "Mon, 28 Feb 2005 09:00:00 GMT"
    for known in ({"If-None-Match": f'"x", W/{etag}'}, {"If-None-Match": "*"}, {"If-Modified-Since": date}):
        answer = legacy.get("/contact.html", headers=known)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    stale = [
        {"If-None-Match": '"x"', "If-Modified-Since": date},
        {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ]
    for known in stale:
        assert legacy.get("/contact.html", headers=known).status_code == 200


def test_head_is_get_without_a_body_and_other_methods_are_refused(legacy: httpx.Client) -> None:
    head, get = legacy.head("/contact.html"), legacy.get("/contact.html")
    assert head.content == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}
    assert legacy.post("/donate/online.html", data={"amount": "15"}).status_code == 405


def test_the_old_home_page_sets_two_cookies(legacy: httpx.Client) -> None:
    for address in ("/", "/index.html"):
        assert [cookie[:7] for cookie in legacy.get(address).headers.get_list("set-cookie")] == ["ASPSESS", "visited"]


def test_the_card_page_has_a_strict_policy_and_keeps_to_it(legacy: httpx.Client) -> None:
    answer = legacy.get("/donate/online.html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not LexborHTMLParser(answer.content).css_matches("script, style, [style], [onclick]")


ODDITIES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "no doctype": ("/volunteer.html", lambda raw: raw.startswith(b"<html>")),
    "no body tag": ("/links.html", lambda raw: b"<body" not in raw.lower()),
    "a body in a comment and in a script before the real one": ("/newsletter.html", lambda raw: raw.lower().count(b"<body") == 3),
    "a frameset": ("/photos/index.html", lambda raw: b"<frameset" in raw),
    "a skip link": ("/about/faq.html", lambda raw: b'<a href="#main"' in raw.partition(b"<body")[2][:160]),
    "upper-case tags and a background": ("/about/history.html", lambda raw: b"<BODY BGCOLOR=" in raw and b"\r\n" in raw),
    "unclosed paragraphs": ("/fieldwork/water.html", lambda raw: raw.count(b"<p>") > 2 and b"</p>" not in raw),
    "no charset at all": ("/press.php?id=2004-11", lambda raw: b"charset" not in raw and b"\x92" in raw),
    "ISO-8859-1": ("/francais/index.html", lambda raw: "usine à gaz".encode("latin-1") in raw),
    "Arabic, right to left": ("/arabic/index.html", lambda raw: b' dir="rtl"' in raw and "هضبة".encode("cp1256") in raw),
    "a byte order mark": ("/espanol/index.html", lambda raw: raw.startswith(b"\xef\xbb\xbf<!DOCTYPE")),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_the_old_site_has_a_page_with(oddity: str, legacy: httpx.Client) -> None:
    address, has = ODDITIES[oddity]
    assert has(legacy.get(address).content)


def test_charsets_are_declared_where_they_were(legacy: httpx.Client) -> None:
    assert legacy.get("/francais/index.html").headers["content-type"] == "text/html; charset=iso-8859-1"
    assert "usine à gaz" in legacy.get("/francais/index.html").text
    assert "هضبة صفرانة" in legacy.get("/arabic/index.html").text
    assert legacy.get("/press.php?id=2004-11").headers["content-type"] == "text/html"


def test_images_and_the_pdf_are_what_they_say(legacy: httpx.Client, new: httpx.Client) -> None:
    marks = {"gif": b"GIF8", "png": b"\x89PNG\r\n", "svg": b"<svg xmlns=", "pdf": b"%PDF-1.4"}
    for client, side in ((legacy, "legacy"), (new, "new")):
        for row in table(side):
            if mark := marks.get(row["file"].rpartition(".")[2]):
                body = client.get(row["address"]).content
                assert body.startswith(mark)
                assert len(body) < 8192
