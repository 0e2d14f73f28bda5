"""Edits to the text: what people wrote stays to the letter, and what was added reads back as it was meant."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import ConfigError
from migrator.rules.yaml_edit import Value, add_rules, scalar, set_redirects
from migrator.rules.yaml_nodes import Mapping, Scalar, read_nodes
from migrator.rules.yaml_text import read_map
from tests.rules.making import SITE

SHAPES = [
    SITE,
    SITE.rstrip("\n"),
    SITE + "redirects:\n",
    SITE + "redirects: # none yet\n\nrules: []\n",
    SITE + "redirects: {}\n",
    SITE + "redirects: {/a: /b, '/c': \"/d\"} # flow\nrules:\n- from: /x\n  to: /y\n",
    SITE + "redirects:\n    /a: /b   # why\n    # tail\n\n# end\n",
    SITE + "redirects:\n  /a: |-\n    /b\nrules:\n",
    (SITE + "redirects:\n  /a: /b\n").replace("\n", "\r\n"),
    SITE + "# unicode: é ü 日本 🎉\nredirects:\n  /é: /ü # ö\n",
]


def redirects(text: str) -> dict[str, str]:
    """The short form as it reads."""
    root, problems = read_nodes(text, "r")
    assert not problems
    assert isinstance(root, Mapping)
    section = root.entries["redirects"][1]
    assert isinstance(section, Mapping)
    return {key: value.text for key, (_, value) in section.entries.items() if isinstance(value, Scalar)}


@pytest.mark.parametrize("before", SHAPES)
def test_a_redirect_is_added_whatever_the_section_looks_like(before: str) -> None:
    after = set_redirects(before, {'/old: page"1': "/new/é", "/no": "/yes"}, "r")

    assert redirects(after)['/old: page"1'] == "/new/é"
    assert redirects(after)["/no"] == "/yes"
    assert not read_map(after, "r").problems


@pytest.mark.parametrize("before", SHAPES)
def test_every_line_but_a_flow_section_stays_as_it_was(before: str) -> None:
    after = set_redirects(before, {"/new-one": "/x"}, "r").splitlines()
    kept = [line for line in before.splitlines() if "{" not in line]

    assert [line for line in after if line in kept] == kept


def test_a_redirect_that_stands_there_is_replaced_in_its_place() -> None:
    before = SITE + "redirects:\n  /a: /b # keep\n  \"/c\": '/d'\n"

    assert set_redirects(before, {"/a": "/x", "/c": "/y"}, "r") == SITE + 'redirects:\n  /a: /x # keep\n  "/c": /y\n'


@pytest.mark.parametrize("before", SHAPES)
def test_rules_are_added_at_the_end_of_their_section(before: str) -> None:
    rule: dict[str, Value] = {"from": "/gone", "gone": True, "added": dt.date(2026, 11, 24)}
    found = read_map(add_rules(before, [rule, {"from": "/p/*", "to": "/q/:splat"}], "r"), "r")

    assert not found.problems
    assert [(one.source, one.gone, one.to) for one in found.rules[-2:]] == [("/gone", True, ""), ("/p/*", False, "/q/:splat")]


def test_a_file_that_is_no_yaml_is_not_edited() -> None:
    with pytest.raises(ConfigError):
        set_redirects("a: [", {"/a": "/b"}, "r")


def test_a_key_longer_than_yaml_allows_on_a_line_is_written_out() -> None:
    source = "/" + "x" * 3000

    assert redirects(set_redirects(SITE, {source: "/y"}, "r")) == {source: "/y"}


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(texts)
def test_a_scalar_reads_back_as_the_text_it_was(text: str) -> None:
    root, problems = read_nodes(f"k: {scalar(text)}\n", "r")

    assert not problems
    assert isinstance(root, Mapping)
    value = root.entries["k"][1]
    assert isinstance(value, Scalar)
    assert value.text == text


@given(st.sampled_from(SHAPES), st.dictionaries(texts, texts, min_size=1, max_size=4))
def test_any_redirects_read_back_after_the_edit(before: str, added: dict[str, str]) -> None:
    after = redirects(set_redirects(before, added, "r"))

    assert {key: after[key] for key in added} == added
