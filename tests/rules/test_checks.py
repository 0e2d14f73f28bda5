"""What the checks find in a map that could be read, each by its code."""

from __future__ import annotations

import pytest

from migrator.errors import Level
from tests.rules.making import SITE, codes, problems

SAME_HOST = SITE.replace("https://www.new.example", "https://www.old.example")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ("redirects: {/a: 'javascript:alert(1)'}", ["bad-target"]),
        ("redirects: {/a: //evil.example/}", ["bad-target"]),
        ("redirects: {/a: https://evil.example/}", ["bad-target"]),
        ("redirects: {/a: https://user@www.new.example/}", ["bad-target"]),
        ("redirects: {/a: 'https://www.new.example:8443/'}", ["bad-target"]),
        ("redirects: {/a: 'data:text/html,x'}", ["bad-target"]),
        ("redirects: {/a: about}", ["bad-target"]),
        ("redirects: {/a: '/b c'}", []),
        ("redirects: {/a: ' /b'}", ["bad-target"]),
        ("redirects: {'/a#top': /b}", ["bad-source"]),
        ("rules: [{from: /a/*, to: 'https://www.new.example:splat'}]", ["bad-target"]),
        ("rules: [{from: /a/*, to: 'https://:splat/x'}]", ["bad-target"]),
        ("rules: [{from: /a/*, to: '/:year'}]", ["bad-target"]),
        (r"rules: [{regex: '^/a$', to: '/b/\1'}]", ["bad-target"]),
        (r"rules: [{regex: '^/(a)$', to: '/\2'}]", ["bad-target"]),
        ("rules: [{regex: '^/(?=a)', to: /b}]", ["bad-pattern"]),
        (r"rules: [{regex: '^/(a)\1$', to: /b}]", ["bad-pattern"]),
        ("rules: [{regex: '^/((a{1,100}){1,100})$', to: /b}]", ["bad-pattern"]),
        ("rules: [{from: /a/*/b, to: /c}]", ["bad-pattern"]),
        ("rules: [{from: '/:a/:a', to: /c}]", ["bad-pattern"]),
        ("rules: [{from: '/a/*?id=1', to: /c}]", ["query-in-pattern"]),
        ("rules: [{from: '/a?x=1', to: /c}]", ["ignored-query"]),
        ("rules: [{from: /a, serve: new}]", ["no-new-upstream"]),
        ("redirects: {/a: /x, /A/: /x}", ["duplicate-rule"]),
        ("redirects: {/a: /x, /A/: /y}", ["conflicting-rules"]),
        ("rules: [{from: /a/*, to: /x}, {from: /A/*, to: /y}]", ["conflicting-rules"]),
        ("redirects: {/a/*: /x}", ["pattern-in-short-form"]),
        ("rules: [{regex: 'a', to: /x}]", ["unanchored-regex"]),
        ("redirects: {/a: http://www.new.example/}", ["insecure-target"]),
        ("rules: [{from: /a/*, serve: legacy}, {from: /a/b, to: /c}]", ["shadowed-rule"]),
        ("rules: [{from: /a/*, to: /c}, {regex: '^/a/[0-9]+$', to: /d}]", ["shadowed-rule"]),
        ("rules: [{from: /a/*, to: /c}, {from: /a/b/*, to: /d}, {from: /a/b, to: /e}]", []),
        ("rules: [{from: /a, to: /b, examples: [{url: /a, to: /b}]}]", []),
        ("rules: [{from: /a, to: /b, examples: [{url: /a, to: /c}]}]", ["failing-example"]),
        ("rules: [{from: /a, gone: true, examples: [{url: /A/, to: gone}]}]", []),
        ("rules: [{from: /a, gone: true, examples: [{url: /b, to: gone}]}]", ["failing-example"]),
        ("redirects: {/a: https://x.partner.example/b}", []),
    ],
)
def test_each_fault_is_found_and_nothing_else(rules: str, found: list[str]) -> None:
    assert codes(rules) == found


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_a_circle_of_redirects_is_a_loop_at_every_rule_of_it(length: int) -> None:
    entries = [f"/p{n}: /p{(n + 1) % length}" for n in range(length)]

    assert codes(f"redirects: {{{', '.join(entries)}}}", SAME_HOST) == ["loop"] * length


@pytest.mark.parametrize(
    "rules",
    [
        "rules: [{from: /a/*, to: '/b/:splat'}, {from: /b/*, to: '/a/:splat'}]",
        "redirects: {/a: /B/, /b: /A/index.html}",
        r"rules: [{from: /a, to: /b/1}, {regex: '^/b/(\d)$', to: /a, examples: [{url: /b/1, to: /a}]}]",
        "redirects: {/a: https://old.example/b, /b: /a}",
    ],
)
def test_loops_through_patterns_case_slash_and_aliases_are_found(rules: str) -> None:
    assert set(codes(rules, SAME_HOST)) == {"loop"}


def test_a_chain_is_a_warning_that_names_the_last_page() -> None:
    (problem,) = problems("redirects: {/a: /b, /b: /c}", SAME_HOST)

    assert (problem.code, problem.level) == ("chain", Level.WARNING)
    assert problem.mend == "Lead it straight to https://www.old.example/c."


def test_leading_to_another_site_that_leads_on_is_a_chain_too() -> None:
    site = SITE + "  other: {hosts: [x.partner.example], legacy: http://10.0.0.9, new: https://www.new.example}\n"
    rules = "redirects: {http://old.example/a: https://x.partner.example/b, http://x.partner.example/b: /c}"

    assert codes(rules, site) == ["chain"]


def test_every_problem_says_where_and_most_how_to_mend_it() -> None:
    (problem,) = problems("redirects:\n  /ok: /fine\n  /a: 'javascript:alert(1)'\n")

    assert str(problem).startswith("redirects.yaml:11:3: error: ")
    assert problem.mend


def test_the_new_site_on_another_port_of_the_same_host_is_another_server() -> None:
    site = SITE.replace("www.old.example, old.example", "127.0.0.1").replace("https://www.new.example", "http://127.0.0.1:9102")

    assert codes("redirects: {/a: /a, /b: /a}", site) == []
