"""What is settled without a key is what the whole decision comes to, on every day and for every spelling."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.decision import Redirect
from migrator.rules.table import Request, RuleTable
from tests.rules.making import SITE, table

RULES = """
redirects:
  /moved: /there
  /Old/Page.HTML: /page
  /caf%C3%A9: /coffee
  /a%20b%2Fc: /c
  /folder/index.html: /folder
  /x/../dots: /dots
  /page;jsessionid=1: /session
  /: /home
  /to-itself: http://www.old.example/elsewhere
rules:
  - {from: /once, to: /then, ends: 2001-01-01}
  - {from: /later, to: /soon, starts: 2099-01-01}
  - {from: /kept, to: "/page?a=1", status: 302, query: drop}
  - {from: /closed, gone: true}
  - {from: /Moved/*, to: "/:splat"}
"""
SOAKING = SITE + "    soak: 14d\n"
CASE_MATTERS = SITE + "    ignore: [trailing_slash]\n"
EXCEPTION = "  - {from: /MOVED*, serve: legacy}\n"
WHOLE_QUERY = "  - {from: /moved, to: /without-a-query, query: exact}\n"
TABLES = {
    "plain": table(RULES),
    "case matters": table(RULES, CASE_MATTERS),
    "soaking": table(RULES + "  - {from: /new, to: /newer, added: 2026-01-01}\n", SOAKING),
    "with an exception": table(RULES + EXCEPTION),
    "with a whole query": table(RULES + WHOLE_QUERY),
}
SOURCES = ["/moved", "/Old/Page.HTML", "/caf%C3%A9", "/a%20b%2Fc", "/folder", "/dots", "/page", "/", "/to-itself", "/once"]
PIECES = st.sampled_from(
    [*SOURCES, "/later", "/kept", "/closed", "/new", "/index.html", "/.", "/..", ";jsessionid=2", "/", "%41", ""]
)
SPELT = (
    st.tuples(PIECES, PIECES)
    .map("".join)
    .flatmap(lambda path: st.sampled_from([path, path.upper(), path.lower(), path.swapcase()]))
)
DAYS = st.sampled_from([None, dt.date(2000, 1, 1), dt.date(2026, 1, 2), dt.date(2100, 1, 1)])


def settled_as_decided(made: RuleTable, path: bytes, day: dt.date | None, method: str = "GET") -> Redirect | None:
    """What is settled, after a comparison with the decision."""
    found = made.settled(path, "old.example")
    assert found is None or found == made.decide(Request(path, b"", "old.example", method, day))
    return found


@given(
    st.sampled_from(sorted(TABLES)), SPELT.map(str.encode) | st.binary().map(b"/".__add__), DAYS, st.sampled_from(["GET", "HEAD"])
)
def test_what_is_settled_is_what_is_decided(name: str, path: bytes, day: dt.date | None, method: str) -> None:
    settled_as_decided(TABLES[name], path, day, method)


@pytest.mark.parametrize("path", ["/moved", "/MOVED", "/old/page.html", "/Old/Page.HTML", "/kept", "/folder", "/"])
def test_the_usual_spellings_are_settled(path: str) -> None:
    assert settled_as_decided(TABLES["plain"], path.encode(), None)


@pytest.mark.parametrize("path", ["/once", "/later", "/closed", "/to-itself", "/Moved/x", "/moved/", "/caf%c3%a9", "/unknown"])
def test_what_depends_on_more_is_left_to_the_decision(path: str) -> None:
    assert TABLES["plain"].settled(path.encode(), "old.example") is None


@pytest.mark.parametrize("name", ["with an exception", "with a whole query"])
def test_where_another_question_comes_first_nothing_is_settled(name: str) -> None:
    assert TABLES[name].settled(b"/kept", "old.example") is None


def test_a_host_of_another_spelling_is_left_to_the_decision() -> None:
    assert TABLES["plain"].settled(b"/moved", "OLD.example") is None
    assert TABLES["plain"].settled(b"/moved", "other.example") is None
