"""The order of decision, and what each kind of rule answers."""

from __future__ import annotations

import datetime as dt

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.checks import described
from migrator.rules.decision import Gone, NotFound, Redirect, Serve, Step
from migrator.rules.rule import Home, Kind
from migrator.rules.table import Request
from tests.rules.making import SITE, decide, table
from tests.shared import shared_folder

RULES = """
redirects:
  /about/index.html: /who-we-are
  /news/item.asp: /news
rules:
  - {from: "/news/item.asp?id=7", to: /news/seven}
  - {from: /press/*, to: "/newsroom/:splat"}
  - {from: /press/kits/*, to: "/kits/:splat"}
  - {from: "/:year/:slug.html", to: "/blog/:year/:slug"}
  - {regex: '^/n/(\\d+)$', to: '/news/\\1', status: 308, query: drop}
  - {from: /old-campaign/*, gone: true, suggest: /campaigns, archive: "https://web.archive.example/x"}
  - {from: /shop/*, serve: legacy}
  - {from: /shop/cart, to: /basket}
"""


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("/about/", "https://www.new.example/who-we-are"),
        ("/ABOUT", "https://www.new.example/who-we-are"),
        ("/about?utm_source=x", "https://www.new.example/who-we-are?utm_source=x"),
        ("/news/item.asp?id=7&page=2", "https://www.new.example/news/seven?page=2"),
        ("/news/item.asp?ID=7", "https://www.new.example/news/seven"),
        ("/news/item.asp?id=8", "https://www.new.example/news?id=8"),
        ("/press", "https://www.new.example/newsroom/"),
        ("/press/2019/Report.PDF", "https://www.new.example/newsroom/2019/Report.PDF"),
        ("/press/kits/a", "https://www.new.example/kits/a"),
        ("/pressing", "legacy"),
        ("/2019/Hello.html", "https://www.new.example/blog/2019/Hello"),
        ("/n/12?x=1", "https://www.new.example/news/12"),
        ("/n/12/", "https://www.new.example/news/12"),
        ("/old-campaign/a", "gone"),
        ("/shop/cart", "legacy"),
        ("/nothing", "legacy"),
        ("http://elsewhere.example/about", "not_found"),
        ("http://OLD.example./about", "https://www.new.example/who-we-are"),
    ],
)
def test_each_address_gets_the_answer_that_the_order_of_decision_gives(url: str, answer: str) -> None:
    assert described(decide(table(RULES), url)) == answer


def test_a_decision_carries_its_rule_and_its_place() -> None:
    decision = decide(table(RULES), "/about")

    assert isinstance(decision, Redirect)
    assert decision.rule is not None
    assert str(decision.rule.place) == "redirects.yaml:11:3"
    assert (decision.status, decision.max_age) == (301, 3600)


def test_gone_carries_what_helps() -> None:
    decision = decide(table(RULES), "/old-campaign/a")

    assert isinstance(decision, Gone)
    assert decision.suggest == "https://www.new.example/campaigns"
    assert decision.archive == "https://web.archive.example/x"


def test_an_archive_address_is_made_from_the_sites_pattern() -> None:
    site = SITE + '    archive: "https://archive.example/{timestamp}/{url}"\n'
    decision = decide(table("rules: [{from: /x, gone: true, added: 2026-11-24}]", site), "/x?a=1")

    assert isinstance(decision, Gone)
    assert decision.archive == "https://archive.example/20261124/http://www.old.example/x?a=1"


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("HEAD", 301), ("POST", 308), ("PUT", 308), ("DELETE", 308)])
def test_other_methods_than_get_and_head_are_kept_by_the_status(method: str, status: int) -> None:
    decision = decide(table(RULES), "/about", method)

    assert isinstance(decision, Redirect)
    assert decision.status == status


def test_a_rule_with_query_exact_answers_that_query_alone() -> None:
    made = table('rules: [{from: "/p?x=1&y=2", to: /z, query: exact}]')

    assert described(decide(made, "/p?y=2&x=1")) == "https://www.new.example/z"
    assert described(decide(made, "/p?x=1&y=2&z=3")) == "legacy"
    assert described(decide(made, "/p")) == "legacy"


def test_a_rule_holds_from_its_start_to_its_end() -> None:
    made = table("rules: [{from: /x, to: /y, starts: 2026-01-02, ends: 2026-01-04}]")
    days = {day: made.decide(Request(b"/x", host="old.example", today=dt.date(2026, 1, day))) for day in (1, 2, 3, 4)}

    assert [type(days[day]) for day in (1, 2, 3, 4)] == [Serve, Redirect, Redirect, Serve]


def test_a_young_rule_of_a_site_that_soaks_is_temporary() -> None:
    made = table("rules: [{from: /x, to: /y, added: 2026-01-01}]", SITE + "    soak: 14d\n")
    answers = [made.decide(Request(b"/x", host="old.example", today=dt.date(2026, 1, day))) for day in (14, 15)]

    assert [answer.status for answer in answers if isinstance(answer, Redirect)] == [302, 301]


def test_a_target_that_is_the_request_itself_serves_the_old_page() -> None:
    made = table("redirects: {/x: https://www.old.example/X/}")

    assert described(decide(made, "/x")) == "legacy"


@pytest.mark.parametrize(
    ("unmapped", "answer"),
    [("legacy", "legacy"), ("not_found", "not_found"), ("new", "https://www.new.example/a/b?c=1")],
)
def test_what_no_rule_answers_goes_where_the_site_says(unmapped: str, answer: str) -> None:
    assert described(decide(table("", SITE + f"    unmapped: {unmapped}\n"), "/a/b?c=1")) == answer


def test_unmapped_new_is_served_in_place_where_the_new_site_can_be_reached() -> None:
    site = SITE + "    unmapped: new\n    new_upstream: http://10.0.0.6\n"
    decision = decide(table("", site), "/a")

    assert isinstance(decision, Serve)
    assert decision.home is Home.NEW


def test_an_explanation_lists_every_question_until_the_answer() -> None:
    steps: list[Step] = []
    table(RULES).decide(Request(b"/press/x", host="old.example"), steps)

    assert [step.answer for step in steps[:2]] == ["main", "/press/x"]
    assert steps[-1].answer == "yes: /press/* at redirects.yaml:15:5"


def test_invalid_utf8_is_matched_as_bytes() -> None:
    made = table("redirects: {/caf%E9: /latin, /café: /unicode}")

    assert described(made.decide(Request(b"/caf\xe9", host="old.example"))) == "https://www.new.example/latin"
    assert described(made.decide(Request(b"/caf\xc3\xa9", host="old.example"))) == "https://www.new.example/unicode"


segments = st.text("abcXYZ019-_.~", min_size=1, max_size=6).filter(lambda text: set(text) != {"."})


@given(st.lists(segments, min_size=1, max_size=3, unique_by=str.lower))
def test_an_exact_rule_is_never_shadowed_by_a_pattern_or_a_regex(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    rules = f"""
redirects: {{"{path}": /exact}}
rules:
  - {{from: /*, to: "/all/:splat"}}
  - {{from: "/{parts[0]}/*", to: "/some/:splat"}}
  - {{from: "/:one", to: "/one/:one"}}
  - {{regex: ".*", to: /regex}}
"""
    decision = decide(table(rules), path)

    assert isinstance(decision, Redirect)
    assert decision.rule is not None
    assert decision.rule.kind is Kind.EXACT


OPEN = """
rules:
  - {from: /*, to: "/:splat"}
  - {from: "/go/:a/:b", to: "https://www.new.example/:a:b?next=:b#:a"}
  - {from: /p/*, to: "https://x.partner.example/:splat"}
  - {regex: "^/r/(.*)$", to: '/\\1'}
  - {regex: "^/q/(.*)/(.*)$", to: 'https://www.new.example/\\1?u=\\2'}
"""
ALLOWED = {"www.new.example", "x.partner.example"}


def lands_on(location: str) -> str:
    """The host a browser would go to."""
    return str(ada_url.URL(location, "https://www.old.example/").hostname)


@given(st.sampled_from(["/", "/go/", "/p/", "/r/", "/q/"]), st.binary(max_size=30), st.binary(max_size=20))
def test_no_target_ever_leaves_the_allowed_hosts(prefix: str, path: bytes, query: bytes) -> None:
    decision = table(OPEN).decide(Request(prefix.encode() + path, query, "old.example"))

    if isinstance(decision, Redirect):
        assert lands_on(decision.location) in ALLOWED
        assert decision.location.isascii()
        assert decision.location.isprintable()


def test_no_known_open_redirect_payload_leaves_the_allowed_hosts() -> None:
    made = table(OPEN)
    payloads = {
        line.strip("\r\n")
        for file in shared_folder("corpora/open-redirect").glob("*.txt")
        for line in file.read_text("utf-8", "surrogateescape").splitlines()
        if line
    }
    redirects = 0
    for payload in payloads:
        raw = payload.encode("utf-8", "surrogateescape")
        for prefix in (b"", b"/", b"/go/", b"/p/", b"/r/", b"/q/"):
            decision = made.decide(Request(prefix + raw, raw, "old.example"))
            if isinstance(decision, Redirect):
                redirects += 1
                assert lands_on(decision.location) in ALLOWED, payload
                assert decision.location.isprintable()
            else:
                assert isinstance(decision, Serve | NotFound)
    assert redirects > 2000
