"""What the checks find in a map that could be read, each by its code."""

from __future__ import annotations

import datetime as dt

import pytest

from migrator.errors import Level
from migrator.rules.checks import check_map
from migrator.rules.known_checks import KnownPage, known_problems
from tests.rules.making import SITE, codes, problems, table

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
        (r"redirects: {'/a/(\d+)': /x}", ["regex-in-path"]),
        ("redirects: {'/a.+': /x}", ["regex-in-path"]),
        ("redirects: {'/a(b)': /x, '/a+b': /x, '/a[b]': /x}", []),
        (r"rules: [{regex: '^/a\.php\?id=1$', to: /x}]", ["query-in-regex"]),
        ("rules: [{regex: '^/a.php?id=1$', to: /x}]", ["query-in-regex"]),
        ("rules: [{regex: '^/colou?r$', to: /x}]", []),
        ("rules: [{regex: '^about$', to: /x}]", ["never-matches"]),
        ("rules: [{regex: '^(?:about|/b)$', to: /x}]", []),
        ("rules: [{regex: '^/a b$', to: /x}]", ["never-matches"]),
        ("rules: [{regex: '^/é$', to: /x}]", ["never-matches"]),
        ("rules: [{regex: '^/[aé]$', to: /x}]", []),
        ("rules: [{regex: '^/a#b$', to: /x}]", ["never-matches"]),
        ("rules: [{regex: '^/a', to: /x}]", ["open-ended-regex"]),
        ("rules: [{regex: '^/a.*', to: /x}]", []),
        ("rules: [{from: /*, to: /x}]", ["catch-all"]),
        ("rules: [{from: /*, serve: legacy}]", []),
        ("rules: [{regex: '^/(.*)$', to: /x}]", ["catch-all"]),
        ("redirects: {/www.old.example/a: /x, /old.example/b: /x}", ["host-in-path", "host-in-path"]),
        ("redirects: {'/http://old.example/a': /x}", ["host-in-path"]),
        ("redirects: {/a: /www.new.example/x}", ["host-in-path"]),
        ("redirects: {/a: '/b/$1'}", ["stray-character"]),
        ("redirects: {/a: '/b/:splat'}", ["stray-character"]),
        ("redirects: {/a: '/b|c'}", ["stray-character"]),
        ("rules: [{from: /a/*, to: '/b/*'}]", ["stray-character"]),
        (r"rules: [{from: /a/*, to: '/b/x\y'}]", ["stray-character"]),
        ("rules: [{from: /a/*, to: '/b/:splat'}]", []),
        (r"rules: [{regex: '^/a/(\d)$', to: '/b/\1'}]", []),
        ("redirects: {/a: '/price-$5', /b: '/cash$'}", ["stray-character", "stray-character"]),
        ("rules: [{from: /a/*, to: /}]", ["homepage-dumping"]),
        ("redirects: {/a.pdf: /x, /b.pdf: /x, /c.jpeg: /y}", ["file-extension", "file-extension"]),
        ("rules: [{from: /a/b/*, to: /c}, {from: '/a/*', serve: legacy}]", ["shadowed-rule"]),
        ("rules: [{regex: '(?i)^/a/b$', to: /x}]", []),
        (r"rules: [{regex: '^/n/(\d+)$', to: /x}, {from: /n/0, to: /y}]", []),
        (r"rules: [{regex: '^/n/0$', to: /x}, {regex: '^/n/(\d+)$', to: /y}]", []),
        ("rules: [{regex: '^/n/(.*)', to: /x}, {regex: '^/n/0$', to: /y}]", ["shadowed-rule"]),
        ("rules: [{regex: '^/n/(.*)$', to: /x}, {regex: '^/no/0$', to: /y}]", []),
        ("rules: [{from: /n/0, to: /x}, {from: '/n/*', to: /y}]", []),
        ("rules: [{from: '/n/:x', to: /x}, {from: '/n/:y.html', to: /y}]", ["shadowed-rule"]),
        ("rules: [{from: '/n/:y.html', to: /x}, {from: '/n/:x', to: /y}]", []),
        ("rules: [{from: '/:x', to: /c}, {from: '/*', to: /d, allow: {catch-all: x}}]", []),
    ],
)
def test_each_fault_is_found_and_nothing_else(rules: str, found: list[str]) -> None:
    assert codes(rules) == found


def test_a_query_that_look_up_ignores_is_to_be_left_out_where_it_only_tracks_visitors() -> None:
    told = [problem.mend for problem in problems("redirects: {/a?x=1&utm_source=y: /c, /b?utm_source=y: /c}")]

    assert told[0].startswith("Add utm_source, x to significant_params")
    assert told[1].startswith("Leave utm_source out")


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


def test_the_home_page_as_a_dump_is_told_once_from_ten_rules_on() -> None:
    entries = [f"/old-{n}: /" for n in range(10)]

    assert codes(f"redirects: {{{', '.join(entries)}}}") == ["homepage-dumping"]
    assert codes(f"redirects: {{{', '.join(entries[:9])}}}") == []
    assert codes("redirects: {/: /, /index.html?id=3: /}") == []
    named = [
        f"/old-{n}: '{target}'" for n, target in enumerate(["/?from=old", "/index.html", "/#top", "https://www.new.example"] * 3)
    ]
    assert codes(f"redirects: {{{', '.join(named)}}}") == ["homepage-dumping"]
    assert codes(f"redirects: {{{', '.join(f'/old-{n}: /a/index.html' for n in range(12))}}}") == []


def test_a_chain_through_a_regex_is_found_without_an_example() -> None:
    rules = r"rules: [{regex: '^/b/(\d)$', to: /c}, {from: /c, to: /d}]"

    assert codes(rules, SAME_HOST) == ["chain"]


TODAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ("2026-11-24", [("expired-rule", Level.WARNING)]),
        ("2026-11-25", [("expiring-rule", Level.NOTE)]),
        ("2026-12-24", [("expiring-rule", Level.NOTE)]),
        ("2026-12-25", []),
    ],
)
def test_a_rule_near_its_end_is_told_of_on_that_day(ends: str, found: list[tuple[str, Level]]) -> None:
    made = table(f"rules: [{{from: /a, to: /b, ends: {ends}}}]")

    assert [(one.code, one.level) for one in check_map(made, TODAY)] == found
    assert check_map(made) == []


def test_what_a_rule_allows_is_no_finding_there_and_elsewhere_still_is_one() -> None:
    rules = "rules: [{regex: 'a', to: /x, allow: {unanchored-regex: old links}}, {regex: 'b', to: /x}]"

    (problem,) = problems(rules)
    assert (problem.code, "`b`" in problem.message) == ("unanchored-regex", True)


@pytest.mark.parametrize(
    ("allow", "found"),
    [
        ("{chain: x}", [("unused-allow", Level.NOTE)]),
        ("{dead-target: x}", []),
        ("{chains: x}", [("unknown-code", Level.ERROR)]),
        ("{chain: ''}", [("no-reason", Level.ERROR)]),
    ],
)
def test_an_allowance_that_nothing_needs_is_told(allow: str, found: list[tuple[str, Level]]) -> None:
    assert [(one.code, one.level) for one in problems(f"rules: [{{from: /a, to: /b, allow: {allow}}}]")][
        : len(found) or 9
    ] == found


def test_an_error_cannot_be_allowed() -> None:
    rules = "rules: [{from: /a, to: /b, allow: {loop: x}}, {from: /b, to: /a}]"

    assert sorted(codes(rules, SAME_HOST)) == ["cannot-allow", "loop", "loop"]


def known(rules: str, pages: dict[str, KnownPage], site: str = SITE) -> list[str]:
    return [problem.code for problem in known_problems(table(rules, site), "main", pages)]


def test_a_target_is_judged_by_what_the_crawl_of_the_new_site_found() -> None:
    base = "https://www.new.example"
    pages = {
        f"{base}/dead": KnownPage(404),
        f"{base}/empty": KnownPage(200, f"{base}/empty", "title"),
        f"{base}/moved": KnownPage(200, f"{base}/final"),
        f"{base}/fine": KnownPage(200, f"{base}/fine"),
        f"{base}/mute": KnownPage(0, f"{base}/mute"),
    }
    rules = "redirects: {/a: /dead, /b: /empty, /c: /moved, /d: '/fine#part', /e: /mute, /f: /never-seen}"

    assert known(rules, pages) == ["dead-target", "dead-target", "redirecting-target"]


def test_a_rule_that_hides_live_pages_of_the_new_site_is_told_once() -> None:
    base = "https://www.old.example"
    pages = {f"{base}/{name}": KnownPage(200, f"{base}/{name}") for name in ("press/a", "press/b", "other", "x")}
    pages[f"{base}/press/dead"] = KnownPage(404)

    assert known("rules: [{from: /press/*, to: /x}, {from: /y, to: /x}]", pages, SAME_HOST) == ["hides-page"]
    elsewhere = {url.replace("old", "new"): KnownPage(page.status) for url, page in pages.items()}
    assert known("rules: [{from: /press/*, to: /x}]", elsewhere) == []


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
