"""The search page, its JSON and its description: what they say, in which language, and with which fields."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from migrator.errors import ConfigError
from migrator.pages.search_result import Found, Query
from migrator.rules.rule import Site
from migrator.serve.language import load_catalogue
from migrator.serve.public import PublicRequest
from migrator.serve.search import MOST_WAITING, SearchPages
from migrator.store.search_build import build_index
from migrator.store.search_index import SearchIndex
from migrator.store.search_misses import Misses, read_misses
from migrator.templating import environment
from tests.serve.live import serve
from tests.serve.searching import PAGES, searchable
from tests.shared import shared_folder
from tests.store.searching import entry

PIN = "version: 1\npins: [{words: [donate], url: 'https://www.new.example/give', title: Give now, text: It helps.}]\n"
HOST = "www.old.example"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(searchable(tmp_path_factory.mktemp("site"), search=PIN)) as running:
        yield running


def get(base: str, name: str = "search", *, accept: str = "", **fields: str) -> httpx.Response:
    headers = {"Host": HOST, **({"Accept-Language": accept} if accept else {})}
    return httpx.get(f"{base}/_transition/{name}", params=fields, headers=headers, trust_env=False)


def soup(answer: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "lxml")


def test_results_are_links_with_marked_words_and_what_has_not_moved_says_so(base: str) -> None:
    page = soup(get(base, q="village choir"))

    assert page.select_one("search form[method=get] label[for=q]")
    assert page.select_one("#q")["value"] == "village choir"  # type: ignore[index]
    (result,) = page.select("ol.results > li")
    assert result.select_one("h3 a")["href"] == f"http://{HOST}/choir.html"  # type: ignore[index]
    assert [mark.text for mark in result.select("mark")] == ["choir", "choir", "village"]
    assert "Not moved yet" in result.text
    assert [one.text for one in page.select("[role=status]")] == ["Results: 1"]


def test_a_page_that_moved_is_not_called_otherwise(base: str) -> None:
    (result,) = soup(get(base, q="measles")).select("ol.results > li")
    assert result.select_one("h3 a")["href"] == "https://www.new.example/health/measles"  # type: ignore[index]
    assert "Not moved yet" not in result.text


def test_results_are_narrowed_by_plain_links(base: str) -> None:
    page = soup(get(base, q="village"))
    links = {link.text: str(link["href"]) for link in page.select("nav a")}
    assert "Français (1)" in links
    narrowed = httpx.get(f"{base}/_transition/{links['Français (1)']}", headers={"Host": HOST}, trust_env=False)
    assert [link["href"] for link in soup(narrowed).select("h3 a")] == ["https://www.new.example/fr/ecoles"]
    assert soup(narrowed).select_one("h3[lang=fr]")


def test_the_ladder_is_told_and_a_word_that_was_meant_is_a_link(base: str) -> None:
    page = soup(get(base, q="children measels zyxw"))
    assert "No page has most of your words." in page.text
    link = next(link for link in page.select("main a") if "measles" in link.text)
    assert link["href"] == "search?q=children+measles+zyxw"


def test_no_page_is_ever_empty(base: str) -> None:
    for fields in ({}, {"q": "unheardof"}, {"q": " "}):
        page = soup(get(base, **fields))
        assert page.select_one("search form")
        links = [link["href"] for link in page.select("footer a")]
        assert links == ["https://www.new.example", "/_transition/", "https://www.new.example/feedback", "/"]
    assert "No results for “unheardof”" in soup(get(base, q="unheardof")).text


def test_a_pinned_page_comes_first(base: str) -> None:
    page = soup(get(base, q="Donate"))
    assert page.select_one("h3 a")["href"] == "https://www.new.example/give"  # type: ignore[index]
    assert "It helps." in page.text


@pytest.mark.parametrize(
    ("fields", "accept", "language", "direction", "varies"),
    [
        ({"q": "village"}, "", "en", "ltr", True),
        ({"q": "village"}, "ar-EG, en;q=0.5", "ar", "rtl", True),
        ({"q": "village", "lang": "fr"}, "ar", "fr", "ltr", False),
        ({"q": "village", "lang": "xx"}, "es", "es", "ltr", True),
    ],
)
def test_the_page_is_in_the_visitors_language(
    base: str, fields: dict[str, str], accept: str, language: str, direction: str, varies: bool
) -> None:
    answer = get(base, accept=accept, **fields)
    html = soup(answer).html
    assert html
    assert (html["lang"], html["dir"]) == (language, direction)
    assert answer.headers["content-language"] == language
    assert ("vary" in answer.headers) == varies
    kept = all("lang=fr" in str(link["href"]) for link in soup(answer).select("nav a"))
    assert kept == (fields.get("lang") == "fr")


def test_the_pages_fields_are_those_of_the_notices(base: str) -> None:
    answer = get(base, q="village")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert len(answer.content) < 30_000
    assert "<script" not in answer.text


def test_json_has_the_same_results(base: str) -> None:
    value = get(base, "search.json", q="village").json()
    links = [link["href"] for link in soup(get(base, q="village")).select("h3 a")]
    assert [one["url"] for one in value["results"]] == links
    assert (value["matches"], value["total"], value["page"]) == ("all", 3, 1)
    first = value["results"][0]
    assert [first["passage"][start:end] for start, end in first["marked"]] == ["village"]
    assert get(base, "search.json").json()["results"] == []


def test_browsers_find_the_description_and_the_search_by_it(base: str) -> None:
    link = soup(get(base)).select_one("link[rel=search]")
    assert link
    answer = get(base, str(link["href"]))
    assert answer.headers["content-type"].startswith("application/opensearchdescription+xml")
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(answer.text)  # noqa: S314 - our own
    assert root.tag == f"{space}OpenSearchDescription"
    assert root.findtext(f"{space}ShortName") == "Children First"
    template = root.findall(f"{space}Url")[0].attrib["template"]
    assert template == f"http://{HOST}/_transition/search?q={{searchTerms}}"
    at_its_port = httpx.get(f"{base}/_transition/opensearch.xml", trust_env=False).text
    assert f'template="{base}/_transition/search?q=' in at_its_port


def test_without_an_index_it_is_said_and_the_page_helps_all_the_same(tmp_path: Path) -> None:
    with serve(searchable(tmp_path, None)) as base:
        answer = get(base, q="village")
        assert (answer.status_code, answer.headers["retry-after"], answer.headers["cache-control"]) == (503, "5", "no-store")
        assert "The search is not ready yet." in answer.text
        assert soup(answer).select("footer a")
        assert get(base, "search.json", q="village").status_code == 503
        assert get(base).status_code == 200
        build_index(tmp_path / ".migrator" / "search.db", PAGES)
        assert get(base, q="village").status_code == 200


def test_what_is_not_found_is_counted_and_written_when_the_server_stops(tmp_path: Path) -> None:
    with serve(searchable(tmp_path)) as base:
        for _ in range(3):
            get(base, q="raffle village")
            get(base, q="raffle", page="2")
    assert [(miss.word, miss.times) for miss in read_misses(tmp_path / ".migrator" / "search-misses.jsonl")] == [("raffle", 3)]


def test_naughty_strings_are_text_in_queries_and_in_pages(tmp_path: Path) -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    chosen = [text for text in strings if set(text) & set("<>&\"'")][:120]
    pages = [entry(f"/x/{number}", f"zebra {text}", f"zebra {text}", section="x") for number, text in enumerate(chosen)]
    with serve(searchable(tmp_path, pages)) as base:
        elements = {node.tag for node in LexborHTMLParser(get(base, q="zebra", page="2").text).css("*")} | {"mark"}
        with httpx.Client(base_url=base, headers={"Host": HOST}, trust_env=False) as client:
            for text in chosen:
                page = client.get("/_transition/search", params={"q": f"zebra {text}", "in": text, "section": text, "lang": text})
                answers = [page, client.get("/_transition/search", params={"q": f"zebra {text}"})]
                for answer in answers:
                    nodes = LexborHTMLParser(answer.text).css("*")
                    assert {node.tag for node in nodes} <= elements, text
                    assert not [name for node in nodes for name in node.attributes if name.startswith("on")], text
                    links = [node.attributes["href"] or "" for node in nodes if node.tag == "a"]
                    assert all(re.match(r"https?://|search\?|#main$|/(_transition/)?$", link) for link in links), text


@pytest.mark.parametrize(
    "query", ["q=%FF%00%C3", "q=" + "x" * 5000, "q=a&page=-1", "q=a&page=99999999999", "q=a" * 500, "=&&=&q"]
)
def test_no_query_string_is_an_error(base: str, query: str) -> None:
    answer = httpx.get(f"{base}/_transition/search?{query}", headers={"Host": HOST}, trust_env=False)
    assert answer.status_code == 200
    assert soup(answer).select_one("#q")


def test_a_mistake_in_search_yaml_is_told_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"search\.yaml:1:10"):
        searchable(tmp_path, search="version: 2\n")


class Stuck(SearchIndex):
    """An index that answers when it is let."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.let = threading.Event()

    def search(self, query: Query) -> Found:
        self.let.wait(10)
        return Found(query)


@pytest.mark.anyio
async def test_one_search_more_than_may_wait_is_asked_to_come_back_and_the_loop_goes_on(tmp_path: Path) -> None:
    stuck, misses = Stuck(tmp_path / "search.db"), Misses(tmp_path / "misses.jsonl")
    made = SearchPages(stuck, misses, environment(None), load_catalogue(None), path="/_transition/")
    site = Site("main", (HOST,), "http://127.0.0.1:9", "https://www.new.example")
    request = PublicRequest("search", b"q=x", [], site, {"scheme": "http"})
    page = made.pages()["search"]
    waiting = [asyncio.ensure_future(page(request)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)

    refused = await page(request)
    assert (refused.status, dict(refused.headers)[b"retry-after"]) == (503, b"5")
    assert b"The search is very busy." in refused.body
    stuck.let.set()
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
    assert (await page(request)).status == 200
    made.close()
