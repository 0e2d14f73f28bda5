"""No request, in any position, makes any kind of rule lead off the hosts that the file allows. Judge: ada, a WHATWG parser."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from urllib.parse import unquote_to_bytes

import ada_url
import pytest

from migrator.errors import Level
from migrator.rules.decision import Gone, NotFound, Redirect, Serve
from migrator.rules.rule import Site
from migrator.rules.table import Request, RuleTable
from migrator.rules.target import TargetError, compile_target
from tests.rules.making import SITE, leaving_table, problems, table
from tests.shared import shared_folder

ALLOWED = {"www.new.example", "x.partner.example", "www.old.example"}
MAIN = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example")
NO_FOLDING = SITE + "    ignore: []\n"

SITES = {
    "splat": (SITE, 'rules: [{from: /go/*, to: "/:splat"}, {from: /*, to: "https://x.partner.example/:splat"}]'),
    "placeholder": (SITE, 'rules: [{from: "/:a", to: "/:a"}, {from: "/:a/:b", to: "/:b?next=:a#:b"}, {from: /*, to: "/:splat"}]'),
    "regex": (SITE, "rules: [{regex: '^/go/(.*)$', to: '/\\1'}, {regex: '^/(.*)$', to: 'https://x.partner.example/\\1?u=\\1'}]"),
    "slash fold": (SITE + "    ignore: [trailing_slash]\n    unmapped: new\n", ""),
    "case fold": (SITE + "    ignore: [case]\n", 'rules: [{from: /*, to: "/:splat"}]'),
    "host alias": (NO_FOLDING, 'rules: [{from: /*, to: "http://www.old.example/moved/:splat"}]'),
}
POSITIONS: dict[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    "raw path": lambda payload: (payload, b""),
    "decoded path": lambda payload: (unquote_to_bytes(payload), b""),
    "path below": lambda payload: (b"/go/" + payload, b""),
    "decoded path below": lambda payload: (b"/go/" + unquote_to_bytes(payload), b""),
    "query": lambda payload: (b"/go/page", b"next=" + payload),
    "whole query": lambda payload: (b"/", payload),
}


@cache
def payloads() -> tuple[bytes, ...]:
    files = sorted(shared_folder("corpora/open-redirect").glob("*.txt"))
    return tuple(dict.fromkeys(line for file in files for line in file.read_bytes().splitlines() if line))


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("kind", SITES)
def test_no_payload_leaves_the_allowed_hosts(kind: str, position: str) -> None:
    site, rules = SITES[kind]
    made, host = table(rules, site), "old.example" if kind == "host alias" else "www.old.example"
    redirects = 0
    for payload in payloads():
        path, query = POSITIONS[position](payload)
        decision = made.decide(Request(path if path.startswith(b"/") else b"/" + path, query, host))
        if isinstance(decision, Redirect):
            redirects += 1
            landing = ada_url.URL(decision.location, f"http://{host}/")
            assert landing.hostname in ALLOWED, payload
            assert landing.protocol in ("http:", "https:"), payload
            assert not landing.username, payload
            assert all("!" <= letter <= "~" for letter in decision.location), payload
    assert redirects > 0.9 * len(payloads())


def test_no_payload_can_be_written_as_a_target_unless_its_host_is_allowed() -> None:
    accepted = 0
    for payload in payloads():
        text = payload.decode("utf-8", "replace").replace("\\", "\\\\").replace('"', '\\"')
        if not text.isprintable():
            continue
        for problem in problems(f'redirects: {{"/old": "{text}"}}'):
            if problem.level is Level.ERROR:
                break
        else:
            accepted += 1
            decision = table(f'redirects: {{"/old": "{text}"}}').decide(Request(b"/old", host="old.example"))
            assert isinstance(decision, Redirect)
            assert ada_url.URL(decision.location).hostname in ALLOWED, payload
    assert accepted < len(payloads())


@pytest.mark.parametrize(
    "scheme", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://x.y/", "blob:x"]
)
def test_a_target_of_another_scheme_is_refused_at_its_line(scheme: str) -> None:
    found = problems(f'redirects:\n  /old: "{scheme}"')

    assert [(problem.code, problem.place.line) for problem in found] == [("bad-target", 10)]


HTTP = "rules: [{from: /a, to: 'http://x.partner.example/b'}]"


def test_a_target_without_encryption_needs_an_explicit_wish() -> None:
    refused = problems(HTTP)
    wished = problems(HTTP, SITE.replace('["*.partner.example"]', '["*.partner.example", "http://x.partner.example"]'))
    new_site_without = problems(HTTP, SITE.replace("new: https:", "new: http:"))
    old_site = problems("rules: [{from: /a, to: 'http://www.old.example/b'}]")

    assert [(problem.code, problem.level) for problem in refused] == [("insecure-target", Level.ERROR)]
    assert wished == new_site_without == []
    assert [(problem.code, problem.level) for problem in old_site] == [("insecure-target", Level.WARNING)]


def test_an_international_host_is_a_target_in_either_spelling() -> None:
    site = SITE.replace('["*.partner.example"]', '["bücher.example", "*.xn--bcher-kva.example"]')
    made = table(
        "redirects: {/a: https://bücher.example/ü, /b: https://xn--bcher-kva.example/, /c: https://www.BÜCHER.example/}", site
    )

    assert not made.problems
    assert [location(made, path) for path in (b"/a", b"/b", b"/c")] == [
        "https://xn--bcher-kva.example/%C3%BC",
        "https://xn--bcher-kva.example/",
        "https://www.xn--bcher-kva.example/",
    ]


@pytest.mark.parametrize(
    "look_alike", ["https://pаrtner.example/", "https://x.partner.example.evil/", "https://xpartner.example/"]
)
def test_a_host_that_looks_like_an_allowed_one_is_refused(look_alike: str) -> None:
    assert [problem.code for problem in problems(f'redirects: {{"/a": "{look_alike}"}}')] == ["bad-target"]


@pytest.mark.parametrize(
    "target", ["https://:splat", "https://www.new.example:splat", "https://www.:splat/", ":splat", "//:splat"]
)
def test_a_capture_is_never_part_of_scheme_host_or_port(target: str) -> None:
    assert [problem.code for problem in problems(f'rules: [{{from: /*, to: "{target}"}}]')] == ["bad-target"]


def test_captures_are_substituted_in_one_pass_and_never_decoded() -> None:
    made = table('rules: [{from: "/x/:a/:ab", to: "/:ab/:a?q=:a#:ab"}]')

    assert location(made, b"/x/:ab/%2e%252e%2f") == "https://www.new.example/.%252e%2F/:ab?q=:ab#.%252e%2F"


@pytest.mark.parametrize(
    "payload", [b".evil.example", b"@evil.example", b":8443", b"%2eevil", b"-x", b":x@evil.example/", b"%00"]
)
def test_a_location_that_left_its_host_after_all_is_not_found(payload: bytes) -> None:
    decision = leaving_table().decide(Request(b"/go/" + payload, b"a=b", "www.old.example"))

    assert isinstance(decision, NotFound)
    assert decision.reason.endswith("the target would have left its host or folder")
    assert decision.rule is not None


def location(made: RuleTable, path: bytes) -> str:
    decision = made.decide(Request(path, host="www.old.example"))
    assert isinstance(decision, Redirect | Gone | NotFound | Serve)
    return decision.location if isinstance(decision, Redirect) else type(decision).__name__


def test_what_browsers_refuse_is_no_target_and_the_rest_leads_where_browsers_go() -> None:
    cases = json.loads((shared_folder("corpora/wpt-url") / "urltestdata.json").read_text("utf-8"))
    accepted = refused = 0
    for case in cases:
        if isinstance(case, str) or case.get("base") or case["input"].startswith(("/", "\\")):
            continue
        try:
            target = compile_target(case["input"], replace(MAIN, allowed_targets=(case.get("host", ""),)))
        except TargetError:
            refused += 1
            continue
        assert not case.get("failure"), case
        accepted += 1
        assert target.parts == (case["href"],), case
        assert str(target.origin) == f"{case['protocol']}//{case['host'].removesuffix('.')}", case
    assert accepted > 90
    assert refused > 300
