"""Plain rules are told from those with a person's words beside them, and taken out without a trace."""

from __future__ import annotations

import pytest

from migrator.errors import ConfigError
from migrator.rules.yaml_fold import plain_rules, without
from migrator.rules.yaml_text import read_map
from tests.rules.making import SITE

TEXT = """\
redirects:
  # the press office asked for these
  /first: /1
  /plain: /2
  /spoken: /3   # until spring
  "/quoted one": "/4 x"
  ? /explicit
  : /5
rules:
  - from: /long
    to: /6
  - {from: /flow, to: /7, added: 2026-01-02}
  - from: /noted
    to: /8
    note: kept
  - from: /between
    # a word
    to: /9
  - from: /pattern/*
    to: /10
  - from: /dated
    to: /11
    added: 2026-01-02
"""


def test_plain_rules_are_those_without_a_word_of_a_person() -> None:
    found = plain_rules(SITE + TEXT, "redirects.yaml")

    assert [(one.source, one.to, one.added) for one in found] == [
        ("/plain", "/2", ""),
        ("/quoted one", "/4 x", ""),
        ("/long", "/6", ""),
        ("/flow", "/7", "2026-01-02"),
        ("/dated", "/11", "2026-01-02"),
    ]


def test_what_is_taken_out_leaves_the_rest_to_the_letter() -> None:
    text = SITE + TEXT
    found = plain_rules(text, "redirects.yaml")
    rest = without(text, found)

    gone = {"/plain: /2", '"/quoted one"', "/long", "/flow", "/dated", "/6", "2026", "/11"}
    kept = [line for line in text.splitlines() if not any(mark in line for mark in gone)]
    assert rest.splitlines() == kept
    assert not read_map(rest, "redirects.yaml").problems
    assert without(text, []) == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_section_may_be_emptied(newline: str) -> None:
    text = (SITE + "redirects:\n  /a: /b\nrules:\n  - {from: /c, to: /d}").replace("\n", newline)
    rest = without(text, plain_rules(text, "redirects.yaml"))

    assert rest == (SITE + "redirects:\nrules:\n").replace("\n", newline)
    assert not read_map(rest, "redirects.yaml").problems


def test_rules_in_one_line_are_left_alone() -> None:
    assert plain_rules(SITE + "redirects: {/a: /b}\nrules: [{from: /c, to: /d}]\n", "redirects.yaml") == []


def test_no_yaml_is_an_error() -> None:
    with pytest.raises(ConfigError):
        plain_rules("a: [", "redirects.yaml")
