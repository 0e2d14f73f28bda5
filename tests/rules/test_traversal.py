"""No spelling of a path climbs: not in look-up, not into the rule of another address, and not out of a target's folder."""

from __future__ import annotations

import re

import ada_url
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.rules.decision import Gone, NotFound, Redirect
from migrator.rules.table import Request, RuleTable
from migrator.urls import Folding, look_up_key
from tests.rules.making import SITE, table
from tests.shared import shared_folder
from tests.traversals import DOTS, GOAL, MIXED, NESTED, NO_DOTS, NO_SEPARATORS, SEPARATORS, segments, traversals

NOTHING = Folding(case=False, trailing_slash=False, index_files=False)
FOLDINGS = {"nothing": NOTHING, "everything": Folding()}
UNMAPPED = SITE + "    unmapped: not_found\n"
SECRET = "redirects: {/secret: /reached}\nrules: [{from: /docs/*, to: '/new/docs/:splat'}]"
HOST = "www.old.example"
# What a browser changes before it asks, so that the two cannot be compared.
CHANGED_BY_BROWSERS = re.compile(rb"[\x00-\x20\x7f-\xff\\#?]|;jsessionid", re.IGNORECASE)

PIECES = (*DOTS, *NO_DOTS, *SEPARATORS, *NO_SEPARATORS, *MIXED, *NESTED, GOAL, b"docs", b"a", b"index.html", b"%", b".html")
paths = st.lists(st.sampled_from(PIECES), max_size=12).map(lambda pieces: b"/" + b"".join(pieces))


def never_climbs(path: bytes, folding: Folding) -> None:
    key = look_up_key(path, b"", folding)
    for text in (key.path, key.shown):
        assert re.fullmatch(r"/[!-\[\]-~]*", text), path  # visible ASCII, and no backslash
        assert {".", ".."}.isdisjoint(text.split("/")), path
        assert not re.search(r"%2e", text, re.IGNORECASE), path


@pytest.mark.parametrize("folding", FOLDINGS)
def test_no_key_climbs(folding: str) -> None:
    for path in traversals():
        never_climbs(path, FOLDINGS[folding])
    assert len(traversals()) > 20_000


@given(paths)
def test_nor_does_one_that_chance_makes(path: bytes) -> None:
    never_climbs(path, NOTHING)
    never_climbs(path, Folding())


def has_the_segments_of_its_path(path: bytes) -> None:
    expected = look_up_key(b"/" + b"/".join(segments(path)), b"", NOTHING)

    assert look_up_key(path, b"", NOTHING) == expected, path
    assert expected.path.count("/") == max(1, len(segments(path))), path  # only a slash is a slash


def test_escaped_separators_never_separate() -> None:
    for path in traversals():
        has_the_segments_of_its_path(path)


@given(paths)
def test_nor_do_they_by_chance(path: bytes) -> None:
    has_the_segments_of_its_path(path)


def test_the_key_is_of_the_page_that_a_browser_would_ask_for() -> None:
    compared = 0
    for path in traversals():
        if not CHANGED_BY_BROWSERS.search(path):
            compared += 1
            asked = ada_url.URL("http://h" + path.decode("ascii")).pathname
            assert look_up_key(asked, b"", NOTHING) == look_up_key(path, b"", NOTHING), path
    assert compared > 10_000


def rule_of(made: RuleTable, path: bytes) -> str:
    decision = made.decide(Request(path, host=HOST))
    rule = None if isinstance(decision, Gone) else decision.rule
    return rule.source if rule else ""


@pytest.mark.parametrize("ignored", ["", "    ignore: []\n"], ids=["folding", "not folding"])
def test_a_rule_answers_only_who_asks_for_its_own_address(ignored: str) -> None:
    made = table(SECRET, UNMAPPED + ignored)
    reached = 0
    for path in traversals():
        asked = b"/" + b"/".join(segments(path))
        asked = asked if ignored else asked.lower().rstrip(b"/")
        is_secret = asked == b"/secret"
        reached += is_secret
        expected = "/secret" if is_secret else "/docs/*" if (asked + b"/").startswith(b"/docs/") else ""
        assert rule_of(made, path) == expected, path
    assert 500 < reached < len(traversals()) / 2  # some do climb, and are answered as what they are


def test_strings_that_are_hard_to_decode_are_names_like_others() -> None:
    files = sorted(shared_folder("corpora/unicode-overlong").glob("*.txt"))
    lines = [line for file in files for line in file.read_bytes().split(b"\n") if line]
    made = table(SECRET, UNMAPPED)
    for line in lines:
        for path in (b"/" + line + GOAL, b"/docs/" + line + b"/" + line + GOAL, b"/x/.%s./secret" % line):
            never_climbs(path, Folding())
            is_secret = b"/".join(segments(path)).lower().rstrip(b"/") == GOAL
            assert (rule_of(made, path) == "/secret") == is_secret, path
    assert len(lines) > 80


FOLDERS = {
    "a splat": ("{from: /docs/*, to: '/new/docs/:splat'}", "/new/docs"),
    "a splat within": ("{from: /docs/*, to: '/new/:splat/page'}", "/new"),
    "a splat after a letter": ("{from: /docs*, to: '/new/x/:splat'}", "/new/x"),
    "a splat after a dot": ("{from: /docs/*, to: '/new/.:splat'}", "/new"),
    "a splat twice": ("{from: /*, to: '/new/:splat:splat?to=:splat#:splat'}", "/new"),
    "everything": ("{from: /*, to: 'https://x.partner.example/ours/:splat'}", "/ours"),
    "placeholders": ("{from: '/docs/:a/:b', to: '/new/:b/:a'}", "/new"),
    "placeholders side by side": ("{from: '/:a/:b', to: '/new/:a:b/x'}", "/new"),
    "the beginning of a segment": ("{from: '/docs/:name.html', to: '/new/:name/page'}", "/new"),
    "a regex": ("{regex: '^/docs/(.*)$', to: '/new/\\1'}", "/new"),
    "a regex that cuts": ("{regex: '^/docs/(.*)(?:.html|;|secret)$', to: '/new/\\1/x'}", "/new"),
    "a regex within": ("{regex: '(..)', to: '/new/\\1/x'}", "/new"),
    "after an escaped dot": ("{from: /docs/*, to: '/new/%2e:splat'}", "/new"),
    "after a backslash": ("{from: /docs*, to: '/new\\x\\:splat'}", "/new/x"),
}


def stays(made: RuleTable, folder: str, path: bytes) -> bool:
    """Asserts that a request is led below that folder, if it is led anywhere; whether it is."""
    decision = made.decide(Request(path, b"q=../..", HOST))
    if not isinstance(decision, Redirect):
        return False
    landing = ada_url.URL(decision.location).pathname
    assert landing == folder or landing.startswith(folder + "/"), (path, decision.location)
    return True


@pytest.mark.parametrize("kind", FOLDERS)
def test_no_capture_climbs_out_of_its_target_s_folder(kind: str) -> None:
    rules, folder = FOLDERS[kind]
    made = table(f"rules: [{rules}]", UNMAPPED + "    ignore: []\n")
    crafted = [b"/docs/...html", b"/docs/..html", b"/docs../x", b"/docs..", b"/docs/..;", b"/docs/.", b"/./.", b"/docs/..secret"]
    some = traversals()[::5]
    led = sum([stays(made, folder, path) for path in (*some, *(path + b".html" for path in some), *crafted)])

    assert led > 200


@settings(max_examples=200)
@given(st.sampled_from(sorted(FOLDERS)), paths)
def test_nor_does_one_by_chance(kind: str, path: bytes) -> None:
    rules, folder = FOLDERS[kind]

    stays(table(f"rules: [{rules}]", UNMAPPED), folder, path)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("{from: '/p/:name.html', to: '/x/:name/y'}", b"/p/...html"),
        ("{from: /docs*, to: '/x/:splat'}", b"/docs../secret"),
        ("{from: /docs*, to: '/x/:splat'}", b"/docs%2e%2e"),
        ("{regex: '^/p/(.*)-$', to: '/x/\\1'}", b"/p/..-"),
        ("{from: '/:a/:b', to: '/x/:a:b'}", b"/.;/.a"),
    ],
)
def test_a_capture_that_would_climb_is_not_found_and_one_like_it_is_a_name(rule: str, path: bytes) -> None:
    made = table(f"rules: [{rule}]", UNMAPPED)
    decision = made.decide(Request(path, host=HOST))
    if path == b"/.;/.a":
        assert isinstance(decision, Redirect)
        assert decision.location == "https://www.new.example/x/.;.a"
        return
    assert isinstance(decision, NotFound)
    assert decision.reason.endswith("the target would have left its host or folder")


def test_dots_that_the_file_itself_has_in_a_target_are_the_operator_s_own() -> None:
    made = table("rules: [{from: /docs/*, to: '/a/../b/:splat'}]", UNMAPPED)
    decision = made.decide(Request(b"/docs/x", host=HOST))

    assert isinstance(decision, Redirect)
    assert decision.location == "https://www.new.example/b/x"


@pytest.mark.parametrize("path", [b"/gone/../../../gone/x", b"/gone/%2e%2e/%2e%2e/gone/x", b"/x/../gone/./x"])
def test_an_archived_copy_is_never_looked_for_outside_of_the_archive(path: bytes) -> None:
    made = table("rules: [{from: /gone/*, gone: true}]", UNMAPPED + '    archive: "https://archive.example/web/{url}"\n')
    decision = made.decide(Request(path, host=HOST))

    assert isinstance(decision, Gone)
    assert decision.archive == "https://archive.example/web/http://www.old.example/gone/x"
