"""Reading redirects.yaml: every problem at once, each at its place; every scalar a text."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.rule import Kind
from migrator.rules.schema import json_schema
from migrator.rules.yaml_nodes import read_nodes
from migrator.rules.yaml_text import read_map
from tests.rules.making import SITE
from tests.shared import shared_folder


def found(text: str) -> list[tuple[int, int, str]]:
    """Line, column and code of every problem."""
    return [(p.place.line, p.place.column, p.code) for p in read_map(text, "redirects.yaml").problems]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("redirects:\n  /a: /b\n  /c /d\n  /e: /f\n", (11, 3, "yaml-syntax")),
        ("redirects:\n  /a: /b\n  /a: /c\n", (11, 3, "duplicate-key")),
        ("redirect: {/a: /b}\n", (9, 1, "unknown-key")),
        ("rules: [{from: /a, too: /b}]\n", (9, 20, "unknown-key")),
        ("redirects: {/a: &x /b}\n", (9, 17, "anchor")),
        ("redirects: {/a: *x}\n", (9, 17, "alias")),
        ("redirects: {/a: !!str /b}\n", (9, 17, "tag")),
        ("redirects: {<<: /b}\n", (9, 13, "bad-source")),
        ("---\nversion: 1\n", (9, 1, "several-documents")),
        ("redirects: {/a: ~}\n", (9, 17, "no-value")),
        ("redirects: {/a: ''}\n", (9, 13, "no-target")),
        ("redirects: {/a: [b]}\n", (9, 17, "wrong-type")),
        ("redirects: {a.html: /b}\n", (9, 13, "bad-source")),
        ("redirects: {? [a] : /b}\n", (9, 15, "bad-key")),
        ("redirects: {http://stranger.example/a: /b}\n", (9, 13, "unknown-host")),
        ("rules: [{from: /a, to: /b, status: 999}]\n", (9, 36, "wrong-value")),
        ("rules: [{from: /a, to: /b, starts: soon}]\n", (9, 36, "wrong-value")),
        ("rules: [{from: /a, gone: maybe}]\n", (9, 26, "wrong-value")),
        ("rules: [{from: /a}]\n", (9, 9, "which-answer")),
        ("rules: [{from: /a, to: /b, gone: true}]\n", (9, 9, "which-answer")),
        ("rules: [{to: /b}]\n", (9, 9, "which-source")),
        ("rules: [{from: /a, regex: ^/b, to: /b}]\n", (9, 9, "which-source")),
        ("rules: [{from: /a, to: /b, site: other}]\n", (9, 9, "unknown-site")),
        ("rules: [{from: /a, to: /b, suggest: /c}]\n", (9, 9, "needs-gone")),
        ("rules: [{from: /a, to: /b, starts: 2026-02-01, ends: 2026-02-01}]\n", (9, 9, "bad-dates")),
        ("banner: {links: {progress: 'javascript:alert(1)'}}\n", (9, 28, "wrong-value")),
        ('redirects: {/a: "\x07"}\n', (9, 1, "bad-character")),
    ],
)
def test_a_fault_is_reported_at_its_line_and_column(rules: str, problem: tuple[int, int, str]) -> None:
    assert problem in found(SITE + rules)


def test_all_faults_are_reported_at_once() -> None:
    text = (
        SITE.replace("legacy: http://10.0.0.5:8080", "legacy: ftp://x").replace("[id]", "id")
        + "bannner: {}\nrules: [{from: /a, to: /b, status: 1}]\n"
    )

    assert [code for _, _, code in found(text)] == ["wrong-value", "wrong-type", "unknown-key", "wrong-value"]


def test_a_missing_part_is_named() -> None:
    (problem,) = read_map("version: 1\nsites: {main: {hosts: [a.example], new: https://b.example}}\n", "r").problems

    assert problem.message == "`main` has no `legacy`"


def test_a_slip_of_the_pen_gets_a_suggestion() -> None:
    (problem,) = read_map(SITE + "bannner: {}\n", "r").problems

    assert problem.mend == "Did you mean `banner`?"


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "---\n", "[]", "text", "- a\n- b\n", "version: 1\n", "version: 2\nsites: {}\n"]
)
def test_a_file_that_is_no_map_is_refused_with_a_reason(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 100_000, "- " * 100_000, "a: [" * 100_000, "? " * 100_000])
def test_depth_is_bounded_before_anything_is_built(text: str) -> None:
    assert found(text)[0][2] in ("too-deep", "yaml-syntax")


def test_scalars_are_texts_until_the_schema_says_otherwise() -> None:
    rules = read_map(SITE + "redirects: {/no: /012, /1:30: /yes, /x: /1e3}\n", "r").rules

    assert [(rule.source, rule.to) for rule in rules] == [("/no", "/012"), ("/1:30", "/yes"), ("/x", "/1e3")]


@pytest.mark.parametrize("word", ["true", "True", "yes", "on"])
def test_yes_and_true_are_booleans_where_one_is_wanted(word: str) -> None:
    (rule,) = read_map(SITE + f"rules: [{{from: /a, gone: {word}}}]\n", "r").rules

    assert rule.gone


def test_the_kind_of_a_rule_is_read_from_its_source() -> None:
    rules = read_map(
        SITE + "rules: [{from: /a, to: /b}, {from: /a/*, to: /b}, {from: /:x, to: /b}, {regex: ^/a, to: /b}]", "r"
    ).rules

    assert [rule.kind for rule in rules] == [Kind.EXACT, Kind.PATTERN, Kind.PATTERN, Kind.REGEX]


def test_a_colon_inside_a_segment_is_no_placeholder() -> None:
    (rule,) = read_map(SITE + "rules: [{from: /wiki/Special:Search, to: /search}]\n", "r").rules

    assert rule.kind is Kind.EXACT


def test_with_several_sites_a_rule_says_which() -> None:
    text = (
        SITE
        + "  other: {hosts: [x.example], legacy: http://10.0.0.9, new: https://y.example}\n"
        + "redirects: {/a: /b, http://x.example/a: /c}\n"
    )

    assert [code for _, _, code in found(text)] == ["which-site"]
    assert [rule.site for rule in read_map(text, "r").rules] == ["other"]


def test_one_host_cannot_belong_to_two_sites() -> None:
    text = SITE + "  other: {hosts: [OLD.example], legacy: http://10.0.0.9, new: https://y.example}\n"

    assert [code for _, _, code in found(text)] == ["shared-host"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("legacy: http://10.0.0.5:8080", "legacy: http://10.0.0.5:8080/old/"),
        ("legacy: http://10.0.0.5:8080", "legacy: http://10.0.0.5:999999"),
        ("new: https://www.new.example", "new: https://user@www.new.example"),
    ],
)
def test_an_address_that_cannot_be_reached_as_written_is_a_fault(before: str, after: str) -> None:
    assert [code for _, _, code in found(SITE.replace(before, after))] == ["bad-url"]


def test_a_last_slash_of_an_upstream_is_no_path() -> None:
    assert not found(SITE.replace("10.0.0.5:8080", "10.0.0.5:8080/"))


def test_sections_may_be_empty() -> None:
    assert not found(SITE + "redirects:\nrules:\ninclude:\nbanner:\n")


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read_map(text, "r")
    read_map(SITE + text, "r")


@given(st.integers(0, 400), st.integers(0, 255))
def test_no_prefix_and_no_changed_character_makes_the_reader_raise(where: int, what: int) -> None:
    text = SITE + "redirects: {/a: /b}\nrules:\n  - {from: /x/*, to: '/y/:splat'}\n"
    where %= len(text)

    read_map(text[:where], "r")
    read_map(text[:where] + chr(what) + text[where + 1 :], "r")


def test_the_yaml_suite_never_makes_the_reader_raise() -> None:
    files = [file for file in shared_folder("corpora/yaml-test-suite").rglob("*") if file.is_file()]
    for file in files:
        read_nodes(file.read_bytes().decode("utf-8", "replace"), file.name)
    assert len(files) > 100


def test_the_json_schema_accepts_what_the_reader_accepts() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    instance = {
        "version": 1,
        "sites": {"main": {"hosts": ["a.example"], "legacy": "http://10.0.0.5", "new": "https://b.example", "cache": "1h"}},
        "banner": {"site_name": "X", "starts": "2026-11-01", "links": {"progress": "https://b.example/p"}},
        "redirects": {"/a": "/b"},
        "rules": [{"from": "/x/*", "to": "/y/:splat", "status": 308, "examples": [{"url": "/x/1", "to": "/y/1"}]}],
    }

    jsonschema.validate(instance, schema)
    assert not read_map(json.dumps(instance), "r").problems
    faults: list[dict[str, object]] = [{"bannner": {}}, {"rules": [{"from": "/a", "too": "/b"}]}, {"version": 2}]
    for wrong in faults:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**instance, **wrong}, schema)
