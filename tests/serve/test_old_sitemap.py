"""The sitemap of old addresses and its robots.txt: what they list, how they are split, and that the old site keeps its own."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from migrator.app import TransitionMiddleware
from migrator.rules.rule import Kind, Rule
from migrator.rules.table import RuleTable
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.old_sitemap import OldSitemap
from migrator.serve.plain_head import plain_head
from migrator.serve.public import PublicPages
from migrator.templating import environment
from migrator.urls import look_up_key, split_url
from tests.rules.making import table

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
RULES = """redirects:
  /about/index.html: /who-we-are
  /news/item.asp?id=7: /news/seven
  "/a b/ü&<x>.html": /odd
  http://old.example/alias: /alias
rules:
  - {from: /added, to: /x, added: 2026-11-01}
  - {from: /press/*, to: /newsroom/:splat}
  - {regex: '^/n/(\\d+)$', to: '/news/\\1'}
  - {from: /gone, gone: true}
  - {from: /kept, serve: legacy}
  - {from: /later, to: /x, starts: 2999-01-01}
  - {from: /over, to: /x, ends: 2000-01-01}
"""
LISTED = [
    "http://www.old.example/about/index.html",
    "http://www.old.example/news/item.asp?id=7",
    "http://www.old.example/a%20b/%C3%BC&%3Cx%3E.html",
    "http://www.old.example/alias",
    "http://www.old.example/added",
]


async def legacy(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the old site's own"})


def door(rules: RuleTable, in_a_file: int = 50_000) -> Transition:
    notices = Notices(environment(None), load_catalogue(None))
    public = PublicPages("/_transition/", {}, OldSitemap(rules, in_a_file))
    return Transition(table=rules, notices=notices, homes={}, fallback=legacy, public=public)


def client(app: object, scheme: str = "http") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://www.old.example")  # type: ignore[arg-type]


def root_of(xml: bytes) -> Tag:
    root = BeautifulSoup(xml, "xml").find(True)
    assert isinstance(root, Tag)
    assert root["xmlns"] == NAMESPACE
    return root


def located(xml: bytes) -> list[str]:
    return [found.get_text() for found in root_of(xml).find_all("loc")]


def locations(answer: httpx.Response) -> list[str]:
    return located(answer.content)


def many(count: int) -> RuleTable:
    made = table("redirects: {/x: /y}\n")
    rules = [Rule("main", f"/p/{number}", Kind.EXACT, made.sites["main"].place, to="/y") for number in range(count)]
    return RuleTable(made.sites.values(), rules)


@pytest.mark.anyio
async def test_it_lists_every_single_address_that_redirects_and_nothing_else() -> None:
    answer = await client(door(table(RULES))).get("/sitemap.xml")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    assert sorted(locations(answer)) == sorted(LISTED)
    assert answer.text.count("<lastmod>2026-11-01</lastmod>") == answer.text.count("<lastmod>") == 1


@pytest.mark.anyio
async def test_every_address_that_it_lists_does_redirect() -> None:
    asked = client(door(table(RULES)))
    for address in locations(await asked.get("/sitemap.xml")):
        assert (await asked.get(address)).status_code == 301, address


@pytest.mark.anyio
async def test_addresses_have_the_scheme_that_visitors_come_by() -> None:
    asked = client(door(table(RULES)), "https")

    assert all(address.startswith("https://www.old.example/") for address in locations(await asked.get("/sitemap.xml")))
    assert "Sitemap: https://www.old.example/sitemap.xml\n" in (await asked.get("/robots.txt")).text


@pytest.mark.anyio
async def test_robots_may_fetch_everything_and_learn_of_the_sitemap() -> None:
    answer = await client(door(table(RULES))).get("/robots.txt")
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]

    assert lines == ["User-agent: *", "Allow: /", "Sitemap: http://www.old.example/sitemap.xml"]
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.anyio
@pytest.mark.parametrize(("count", "parts"), [(0, 0), (3, 0), (4, 2), (6, 2), (7, 3)])
async def test_more_than_a_file_holds_is_an_index_of_parts(count: int, parts: int) -> None:
    asked = client(door(many(count), in_a_file=3))
    first = await asked.get("/sitemap.xml")
    listed = locations(first)
    if parts:
        assert root_of(first.content).name == "sitemapindex"
        assert listed == [f"http://www.old.example/sitemap-{number}.xml" for number in range(1, parts + 1)]
        listed = [address for part in listed for address in locations(await asked.get(part))]

    assert listed == [f"http://www.old.example/p/{number}" for number in range(count)]
    assert (await asked.get(f"/sitemap-{parts + 1}.xml")).status_code == 404


@pytest.mark.anyio
async def test_an_address_longer_than_the_file_s_bound_allows_is_left_out() -> None:
    made = table("redirects: {/x: /y}\n")
    sources = ["/" + "x" * (length - 1) for length in (800, 801)]
    rules = [Rule("main", source, Kind.EXACT, made.sites["main"].place, to="/y") for source in sources]
    answer = await client(door(RuleTable(made.sites.values(), rules))).get("/sitemap.xml")

    assert locations(answer) == [f"http://www.old.example{sources[0]}"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("accepted", "coded"), [("gzip, br", True), ("gzip;q=0", False), ("br", False), ("", False), ("GZIP;q=0.5", True)]
)
async def test_it_is_compressed_for_whoever_takes_it(accepted: str, coded: bool) -> None:
    request = client(door(table(RULES))).build_request("GET", "/sitemap.xml", headers={"accept-encoding": accepted})
    answer = await client(door(table(RULES))).send(request, stream=True)
    raw = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers.get("content-encoding") == ("gzip" if coded else None)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert sorted(located(gzip.decompress(raw) if coded else raw)) == sorted(LISTED)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/sitemap.xml.gz", "/sitemap_index.xml", "/sitemap-0.xml", "/sitemap-x.xml", "/sitemaps/1.xml"])
async def test_other_sitemaps_stay_the_old_site_s_own(path: str) -> None:
    assert (await client(door(table(RULES))).get(path)).text == "the old site's own"


@pytest.mark.anyio
@pytest.mark.parametrize(("option", "own"), [("", True), ("transition: {}", True), ("transition: {old_sitemap: true}", False)])
async def test_the_old_site_s_own_are_replaced_only_where_the_file_says_so(tmp_path: Path, option: str, own: bool) -> None:
    config = tmp_path / "redirects.yaml"
    config.write_text(
        "version: 1\nsites: {main: {hosts: [www.old.example], legacy: http://127.0.0.1:9, new: https://www.new.example}}\n"
        f"redirects: {{/a: /b}}\n{option}\n"
    )
    asked = client(TransitionMiddleware(legacy, config))
    for path in ("/robots.txt", "/sitemap.xml"):
        assert ((await asked.get(path)).text == "the old site's own") is own


def test_none_of_them_is_answered_on_the_early_road() -> None:
    data = b"GET /robots.txt HTTP/1.1\r\nHost: www.old.example\r\n\r\n"
    head = plain_head(data, 0, len(data))
    assert head
    assert door(table(RULES)).early_answer(head) is None


@given(st.text(max_size=30).filter(lambda text: "#" not in text and "?" not in text))
def test_whatever_a_source_holds_its_address_means_the_same(text: str) -> None:
    made = table("redirects: {/x: /y}\n")
    site = made.sites["main"]
    rule = Rule("main", f"/{text}", Kind.EXACT, site.place, to="/y")
    sitemap = OldSitemap(RuleTable([site], [rule]))
    xml = gzip.decompress(sitemap._made("main", "http://www.old.example", 0, dt.date(2026, 11, 24)))
    (found,) = located(xml)
    _, path, query = split_url(found)
    _, written, asked = split_url(f"/{text}")
    assert look_up_key(path, query, site.folding) == look_up_key(written, asked, site.folding)
