"""Every mode of query, method, status and day; and that no fold of two addresses goes unnoticed."""

from __future__ import annotations

import datetime as dt
import json
import random
from itertools import product
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import Level
from migrator.rules.checks import described
from migrator.rules.decision import Gone, NotFound, Redirect, Serve
from migrator.rules.table import Request, RuleTable
from tests.rules.making import SITE, decide, problems, table
from tests.shared import shared_folder

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT")
KEPT = {301: 308, 302: 307, 303: 307, 307: 307, 308: 308}
QUERIES = {"keep": "?a=1&utm=x", "drop": "", "exact": ""}


@pytest.mark.parametrize(("method", "status", "query"), list(product(METHODS, KEPT, QUERIES)))
def test_status_method_and_query_mode_are_independent(method: str, status: int, query: str) -> None:
    source = "/old?a=1&utm=x" if query == "exact" else "/old"
    made = table(f'rules: [{{from: "{source}", to: /new, status: {status}, query: {query}}}]')
    decision = made.decide(Request(b"/old", b"a=1&utm=x", "old.example", method))

    assert isinstance(decision, Redirect)
    assert decision.location == "https://www.new.example/new" + QUERIES[query]
    assert decision.status == (status if method in ("GET", "HEAD") else KEPT[status])


@pytest.mark.parametrize(("method", "status"), list(product(METHODS, KEPT)))
def test_without_a_query_only_the_method_changes_what_a_rule_says(method: str, status: int) -> None:
    decision = table(f"rules: [{{from: /old, to: /new, status: {status}}}]").decide(Request(b"/old", b"", "old.example", method))

    assert isinstance(decision, Redirect)
    assert decision.location == "https://www.new.example/new"
    assert decision.status == (status if method in ("GET", "HEAD") else KEPT[status])


@pytest.mark.parametrize(
    ("target", "query", "location"),
    [
        ("/new", b"", "/new"),
        ("/new", b"x=1&x=2&y", "/new?x=1&x=2&y"),
        ("/new?x=9", b"x=1&y=2", "/new?x=9&y=2"),
        ("/new#part", b"y=2", "/new?y=2#part"),
        ("/new?x=9#part", b"x=1", "/new?x=9#part"),
        ("/new?x=9#part", b"%78=1&X=2", "/new?x=9#part"),
        ("/new?", b"y=+%2B", "/new?y=+%2B"),
        ("/new", b"y='<>\"", "/new?y=%27%3C%3E%22"),
        ("/new", b"&&y=1&&", "/new?y=1"),
        ("/new", b"q=\xff", "/new?q=%FF"),
    ],
)
def test_a_query_is_carried_in_order_and_the_targets_own_keys_win(target: str, query: bytes, location: str) -> None:
    decision = table(f'redirects: {{/old: "{target}"}}').decide(Request(b"/old", query, "old.example"))

    assert isinstance(decision, Redirect)
    assert decision.location == "https://www.new.example" + location


def test_a_question_mark_alone_is_no_query() -> None:
    exact = table('rules: [{from: "/a?", to: /b, query: exact}, {from: "/c?", to: /d}]')

    assert described(decide(exact, "/a?")) == described(decide(exact, "/a")) == "https://www.new.example/b"
    assert described(decide(exact, "/c?")) == described(decide(exact, "/c")) == "https://www.new.example/d"
    assert described(decide(exact, "/a?x")) == "legacy"


def test_a_plus_is_a_space_in_a_query_and_a_plus_in_a_path() -> None:
    made = table('redirects: {"/a?id=x+y": /query, /p+q: /path}')

    assert described(decide(made, "/a?id=x%20y")) == "https://www.new.example/query"
    assert described(decide(made, "/p%20q")) == "legacy"
    assert described(decide(made, "/p+q")) == "https://www.new.example/path"


SOAK = SITE + "    soak: 2d\n"
DAYS = "rules: [{from: /x, to: /y, added: 2026-01-05, starts: 2026-01-03, ends: 2026-01-09, status: %d}]"


@pytest.mark.parametrize(("status", "young"), [(301, 302), (308, 307), (302, 302), (303, 303), (307, 307)])
def test_a_rule_starts_soaks_settles_and_ends_at_midnight_utc(status: int, young: int) -> None:
    made = table(DAYS % status, SOAK)
    answers = {day: made.decide(Request(b"/x", host="old.example", today=dt.date(2026, 1, day))) for day in range(2, 11)}

    found = {day: answer.status if isinstance(answer, Redirect) else 0 for day, answer in answers.items()}
    assert found == {2: 0, 3: young, 4: young, 5: young, 6: young, 7: status, 8: status, 9: 0, 10: 0}


def test_an_ended_rule_leaves_its_address_to_the_next_in_the_order() -> None:
    made = table(
        "rules: [{from: /a/b, to: /x, ends: 2026-01-02}, {from: /a/*, to: /y, starts: 2026-01-03}, {regex: ^/a, to: /z}]"
    )
    days = [made.decide(Request(b"/a/b", host="old.example", today=dt.date(2026, 1, day))) for day in (1, 2, 3)]

    assert [described(answer) for answer in days] == [f"https://www.new.example/{name}" for name in "xzy"]


@pytest.mark.parametrize("kind", ["GET", "HEAD", "POST", "PUT"])
def test_what_is_led_to_the_new_site_undecided_is_never_permanent_and_keeps_its_query(kind: str) -> None:
    made = table("redirects: {/known: /k}", SITE + "    unmapped: new\n")
    decision = decide(made, "/A/%20b/?b=%0a&a=1&b=2&id=", kind)

    assert isinstance(decision, Redirect)
    assert decision.location == "https://www.new.example/A/%20b/?b=%0a&a=1&b=2&id="
    assert decision.status == (302 if kind in ("GET", "HEAD") else 307)
    assert (decision.max_age, decision.rule) == (3600, None)


@pytest.mark.parametrize(("written", "seconds"), [("0", 0), ("30s", 30), ("1h", 3600), ("14d", 14 * 86400)])
def test_a_redirect_of_any_status_may_be_cached_as_long_as_the_site_says(written: str, seconds: int) -> None:
    for status in KEPT:
        made = table(f"rules: [{{from: /x, to: /y, status: {status}}}]", SITE + f"    cache: {written}\n")
        decision = decide(made, "/x")
        assert isinstance(decision, Redirect)
        assert decision.max_age == seconds


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/About", "/about"),
        ("/about/", "/about"),
        ("/about/index.html", "/about"),
        ("/about/Default.aspx", "/ABOUT/"),
        ("/%61bout", "/about"),
        ("/caf%c3%a9", "/CAFÉ"),
        ("/a/../about", "/about"),
        ("/about;jsessionid=1", "/about"),
        ("/a?id=1&x=2", "/a?x=3&id=1"),
        ("http://old.example/about", "https://www.old.example:443/about"),
        ("/p/*", "/P/*"),
        ("/p/index.html", "/p/"),
    ],
)
def test_two_rules_that_fold_into_one_address_are_an_error_where_they_differ(one: str, other: str) -> None:
    site = SITE.replace("[id]", "[id, x]") if "x=2" in one else SITE
    other = other.replace("x=3", "x=2")
    found = problems(f'rules: [{{from: "{one}", to: /x}}, {{from: "{other}", to: /y}}]', site)
    same = problems(f'rules: [{{from: "{one}", to: /x}}, {{from: "{other}", to: /x}}]', site)

    assert ("conflicting-rules", Level.ERROR) in [(problem.code, problem.level) for problem in found]
    assert [(problem.code, problem.level) for problem in same] == [("duplicate-rule", Level.WARNING)]


def test_an_exact_redirect_of_an_exact_exception_is_a_conflict_in_either_order() -> None:
    serve, redirect = "{from: /a, serve: legacy}", "{from: /A/, to: /x}"
    for rules in (f"{serve}, {redirect}", f"{redirect}, {serve}"):
        assert "conflicting-rules" in [problem.code for problem in problems(f"rules: [{rules}]")]


def test_without_folding_every_spelling_is_an_address_of_its_own() -> None:
    site = SITE + "    ignore: []\n"
    made = table("redirects: {/about: /a, /About: /b, /about/: /c, /about/index.html: /d}", site)

    answers = [described(decide(made, path))[-1] for path in ("/about", "/About", "/about/", "/about/index.html")]
    assert answers == list("abcd")


segment = st.text("abAB-_.~é%2", min_size=1, max_size=6).filter(lambda text: set(text) != {"."})
RULES = """
redirects: {"/a/b?id=7": /seven, /a/b: /plain}
rules: [{from: /a/*, to: "/sub/:splat"}, {regex: "^/(.*)$", to: '/all/\\1'}]
"""


@given(st.lists(st.sampled_from(["utm=1", "x=2", "y", "utm_source=a%20b", "&", "="]), max_size=5), st.randoms(), st.booleans())
def test_parameters_that_choose_no_page_never_change_the_rule(others: list[str], chance: random.Random, seven: bool) -> None:
    made, wanted = table(RULES), ["id=7"] if seven else []
    mixed = [*others, *wanted]
    chance.shuffle(mixed)

    decision = decide(made, "/a/b?" + "&".join(mixed))
    assert decision.rule is decide(made, "/a/b?" + "&".join(wanted)).rule


@given(st.lists(segment, min_size=1, max_size=4), st.permutations(["/a/b", "/a/*", "/:x/:y", "/a/:z", "^/a"]))
def test_the_order_of_rules_in_the_file_never_changes_an_exact_answer(parts: list[str], order: list[str]) -> None:
    path = "/a/" + "/".join(parts) + "q"
    rules = ", ".join(f'{{{"regex" if source[0] == "^" else "from"}: "{source}", to: "/{n}"}}' for n, source in enumerate(order))

    assert described(decide(table(f'rules: [{rules}, {{from: "{path}", to: /exact}}]'), path)) == "https://www.new.example/exact"


ORDER = [
    ("/a/b/:x", "/a/:x/c"),
    ("/a/b*", "/a/*"),
    ("/a/:x/c", "/a/:x/:y"),
    ("/a/:x", "/a/*"),
    ("/a/b/*", "/a/*"),
    ("/:x/b", "/*"),
]


@pytest.mark.parametrize(("first", "second"), ORDER)
def test_the_more_specific_of_two_patterns_answers_whatever_their_order(first: str, second: str) -> None:
    path = first.replace(":x", "b").replace("*", "b").replace("/a/b/b", "/a/b/c")
    for rules in ((first, second), (second, first)):
        decision = decide(table(f'rules: [{{from: "{rules[0]}", to: /0}}, {{from: "{rules[1]}", to: /1}}]'), path)
        assert decision.rule is not None
        assert decision.rule.source == first, path


def everything() -> RuleTable:
    return table("""
redirects: {"/a?id=1": /x}
rules:
  - {from: "/go/:a/:b", to: "/:b/:a?q=:a#:b"}
  - {from: /gone/*, gone: true, suggest: /x}
  - {from: /kept/*, serve: legacy}
  - {from: "/q?x=1", to: /y, query: exact}
  - {regex: "^/(.*)$", to: '/\\1'}
""")


def test_no_naughty_string_makes_a_decision_raise() -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    lines = [text.encode("utf-8", "surrogatepass") for text in strings]
    for file in shared_folder("corpora/unicode-overlong").glob("*.txt"):
        lines += file.read_bytes().splitlines()
    lines += [
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"../" * 2000,
        b"%2e%2e%2f" * 900,
        b"..%c0%af" * 900,
        b"....//" * 900,
    ]
    made = everything()
    for line in lines:
        for path in (line, quote(line, safe="").encode(), b"/go/" + line + b"/" + line, b"/gone/" + line, b"/kept/" + line):
            decision = made.decide(Request(path, line, "old.example"))
            assert isinstance(decision, Redirect | Gone | Serve | NotFound)
        assert isinstance(made.decide(Request(b"/", b"", line.decode("latin-1"))), NotFound | Redirect)


@pytest.mark.parametrize("escape", ["%2f", "%5c", "%252f", "%c0%af", "%e0%80%af", "%00", "%ff"])
def test_what_is_escaped_is_never_decoded_into_a_separator(escape: str) -> None:
    made = table('redirects: {/a/b: /x}\nrules: [{from: "/c/*", to: "/d/:splat"}]')
    kept = escape if escape == "%252f" else escape.upper()

    assert described(decide(made, f"/a{escape}b")) == "legacy"
    assert described(decide(made, f"/c/..{escape}x")) == f"https://www.new.example/d/..{kept}x"
