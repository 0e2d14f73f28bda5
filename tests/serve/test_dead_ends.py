"""What the "gone" and "not found" pages offer: likely pages, a saved copy, a search, and never a dead end again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser
from starlette.types import Scope

from migrator.pages.likely import LikelyPage
from migrator.rules.decision import Gone
from migrator.rules.table import Request, RuleTable
from migrator.serve.answer import Answer
from migrator.serve.dead_ends import DeadEnds, Likely, Sparingly
from migrator.serve.language import load_catalogue
from migrator.serve.notices import Notices
from migrator.templating import environment
from tests.rules.making import SITE, table
from tests.script_injections import POLYGLOTS
from tests.shared import shared_folder

NEW = "https://www.new.example"
TEMPLATES, CATALOGUE = environment(None), load_catalogue(None)
RULES = """redirects:
  /news/fete.html: /stories/summer-fete
  /news/party.html: /stories/summer-party
  /news/dinner.html: https://www.old.example/still-here/summer-dinner
  /news/lunch.html: https://www.old.example/removed/summer-lunch
rules:
  - {from: /removed/*, gone: true, suggest: /stories/summer-fete}
  - {from: /next/*, to: /stories/summer-concert, starts: 2999-01-01}
  - {from: /past/one, to: /stories/summer-walk, ends: 2000-01-01}
"""
ARCHIVED = SITE + '    archive: "https://archive.example/{timestamp}/{url}"\n'
MAP = table(RULES, ARCHIVED)


class Index:
    """Finds the same for every question, and notes it."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.title = "A <b>title</b>"
        self.asked: list[tuple[tuple[str, ...], str, str]] = []

    def likely(self, words: Sequence[str], language: str, site: str, limit: int) -> Sequence[LikelyPage]:
        self.asked.append((tuple(words), language, site))
        return [LikelyPage(address, self.title) for address in self.addresses][:limit]


def visit(path: str, query: bytes = b"", accepted: bytes = b"en") -> Scope:
    return {"path": path, "raw_path": path.encode(), "query_string": query, "headers": [(b"accept-language", accepted)]}


def notices(index: Likely | None = None, rules: RuleTable = MAP, **options: Any) -> Notices:
    return Notices(TEMPLATES, CATALOGUE, dead_ends=DeadEnds(rules, index), **options)


def not_found(path: str, made: Notices, **visited: Any) -> Answer:
    return made.not_found(visit(path, **visited), MAP.sites["main"])


def offered(answer: Answer) -> list[str]:
    """Addresses of the pages that are offered as likely, which stand in the first list of a page where there are any."""
    soup = BeautifulSoup(answer.body, "lxml")
    return [str(item.a["href"]) for item in soup.select("main li") if item.a and item.find(class_="quiet")]


def test_likely_pages_are_named_and_their_addresses_shown() -> None:
    answer = not_found("/old/fete.php", notices())
    soup = BeautifulSoup(answer.body, "lxml")

    assert answer.status == 404
    assert offered(answer) == [f"{NEW}/stories/summer-fete"]
    assert soup.select("h2")[0].get_text() == CATALOGUE.choose("en").text("likely")
    assert soup.select("main li")[0].get_text(" ", strip=True) == "Summer fete www.new.example/stories/summer-fete"


def test_no_page_that_the_map_calls_gone_moved_or_not_yet_there_is_offered() -> None:
    found = offered(not_found("/old/summer.php", notices()))

    assert sorted(found) == [
        f"{NEW}/stories/summer-fete",
        f"{NEW}/stories/summer-party",
        "https://www.old.example/still-here/summer-dinner",
    ]


def test_neither_the_address_itself_is_offered_nor_what_the_page_offers_already() -> None:
    made = notices(Index("https://www.old.example/x/summer", f"{NEW}/stories/summer-fete", NEW, "javascript:alert(1)"))
    gone = MAP.decide(Request(b"/removed/summer-fete", b"", "www.old.example"))
    assert isinstance(gone, Gone)
    answer = made.gone(visit("/removed/summer-fete"), gone)

    assert offered(not_found("/x/summer", made)).count("https://www.old.example/x/summer") == 0
    assert f"{NEW}/stories/summer-fete" not in offered(answer)
    assert b"javascript:" not in answer.body
    assert answer.status == 410


def test_five_at_most_those_of_the_map_first_and_an_index_for_the_rest() -> None:
    index = Index(*(f"{NEW}/{number}" for number in range(9)))
    found = offered(not_found("/old/fete.php", notices(index)))

    assert found == [f"{NEW}/stories/summer-fete", *(f"{NEW}/{number}" for number in range(4))]
    assert index.asked == [(("fete", "old"), "en", "main")]


def test_an_index_is_asked_once_for_an_address_and_not_at_all_where_it_says_nothing() -> None:
    index = Index()
    made = notices(index)
    for path in ("/a/summer", "/a/summer", "/", "/%ff"):
        not_found(path, made)

    assert len(index.asked) == 1


def test_a_flood_of_addresses_asks_an_index_ten_times_a_second_at_the_most() -> None:
    clock = [0.0]
    index = Index(NEW)
    sparingly = Sparingly(index, 10, lambda: clock[0])
    for _ in range(1000):
        sparingly.likely(["x"], "en", "main", 5)
    assert len(index.asked) == 10
    clock[0] += 0.5
    for _ in range(1000):
        sparingly.likely(["x"], "en", "main", 5)
    assert len(index.asked) == 15


def test_a_title_is_text() -> None:
    answer = not_found("/a/summer", notices(Index(f"{NEW}/x")))

    assert not BeautifulSoup(answer.body, "lxml").select("main b")


def test_two_pages_of_one_title_are_called_by_their_addresses() -> None:
    soup = BeautifulSoup(not_found("/a/plugh", notices(Index(f"{NEW}/1", f"{NEW}/2"))).body, "lxml")

    assert [link.get_text() for link in soup.select("main li a")][:2] == ["www.new.example/1", "www.new.example/2"]


def test_a_saved_copy_is_of_this_very_address() -> None:
    body = not_found("/a b/ü", notices(), query=b"id=7&x=%22%3E").body
    links = [str(link["href"]) for link in BeautifulSoup(body, "lxml").select("main a")]
    copies = [link for link in links if link.startswith("https://archive.example/20")]

    assert [copy.partition("/http")[2] for copy in copies] == ["://www.old.example/a%20b/%C3%BC?id=7&x=%22%3E"]


def test_a_site_without_an_archive_offers_no_copy() -> None:
    plain = table(RULES)
    answer = notices(rules=plain).not_found(visit("/x"), plain.sites["main"])

    assert b"copy" not in answer.body


def test_the_search_field_holds_the_words_of_the_address_and_needs_no_script() -> None:
    made = notices(search="/_transition/search", links={"search": "/_transition/search"})
    soup = BeautifulSoup(not_found("/press/Summer_F%C3%AAte-2004.html", made).body, "lxml")
    form, field = soup.select_one("search form"), soup.select_one("search input[type=search]")

    assert form
    assert field
    assert (form["action"], form.get("method", "get")) == ("/_transition/search", "get")
    assert (field["name"], field["value"]) == ("q", "Summer Fête 2004")
    assert soup.select_one(f"label[for={field['id']}]")
    assert not [link for link in soup.select("main li a") if link["href"] == "/_transition/search"]


@pytest.mark.parametrize("path", ["/_transition/x", "/%ff", "/"])
def test_a_search_field_without_words_is_empty(path: str) -> None:
    made = notices(search="/_transition/search")
    answers = [
        made.not_found(visit(path), MAP.sites["main"], is_old=False),
        made.not_found(visit(path)),
        made.unavailable(visit(path), 503, MAP.sites["main"]),
    ]
    for answer in answers:
        field = BeautifulSoup(answer.body, "lxml").select_one("input")
        assert field
        assert field["value"] == ""


def test_words_of_an_address_are_text() -> None:
    made = notices(search="/_transition/search")
    for path in ("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/migrator-words-of-the-address", "/&quot;x"):
        soup = BeautifulSoup(not_found(path, made).body, "lxml")
        assert not soup.select("script")
        assert len(soup.select("input")) == 1


def test_where_the_site_has_no_search_there_is_no_field() -> None:
    assert b"<form" not in not_found("/summer", notices()).body


@pytest.mark.parametrize(("path", "language"), [("/fr/eau-potable", "fr"), ("/eau", "fr")])
def test_a_language_is_kept(path: str, language: str) -> None:
    rules = table("redirects: {/a: /fr/eau-potable-du-puits, /b: /es/eau-potable, /c: /eau-potable}\n")
    answer = notices(rules=rules).not_found(visit(path, accepted=b"fr"), rules.sites["main"])

    assert offered(answer)[0] == f"{NEW}/fr/eau-potable-du-puits" or path == "/eau"
    assert not [address for address in offered(answer) if "/es/" in address]
    assert dict(answer.headers)[b"content-language"] == language.encode()


def test_nothing_jumps_and_nothing_is_indexed() -> None:
    answer = not_found("/old/summer-fete.php", notices())

    assert answer.status == 404
    assert b"http-equiv" not in answer.body
    assert b"location" not in dict(answer.headers)
    assert dict(answer.headers)[b"x-robots-tag"] == b"noindex"
    assert dict(answer.headers)[b"cache-control"] == b"public, max-age=3600"
    assert len(answer.body) < 30_000


def test_a_page_with_other_words_in_its_address_is_not_made_anew() -> None:
    made = notices(search="/_transition/search")
    for number in range(50):
        not_found(f"/xyzzy{number}/plugh{number}", made)
    before = made._page.cache_info().misses
    for number in range(50, 100):
        not_found(f"/xyzzy{number}/plugh{number}", made)

    assert made._page.cache_info().misses == before


def test_naughty_strings_are_text_as_an_address_as_a_title_and_as_what_to_search_for() -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    plain = notices(Index(f"{NEW}/x"), search="/search")
    expected = {node.tag for node in LexborHTMLParser(not_found("/summer", plain).body).css("*")}
    for text in (*strings, *POLYGLOTS):
        index = Index(f"{NEW}/{text}")
        index.title = text
        made = notices(index, search="/search")
        path = "/" + quote(text.encode("utf-8", "surrogatepass"), safe="")
        nodes = LexborHTMLParser(not_found(path, made).body).css("*")
        assert {node.tag for node in nodes} <= expected, text
        assert not [name for node in nodes for name in node.attributes if name.startswith("on")], text
