"""search.yaml: what it says, and every mistake with its place."""

from __future__ import annotations

import pytest

from migrator.errors import Place
from migrator.rules.search_rules import Pin, read_search_rules

GOOD = """\
version: 1
synonyms:
  - [child, kid, young person]
pins:
  - words: [donate, give money]
    url: https://www.new.example/donate
    title: Give
    language: EN
"""


def test_synonyms_and_pins_are_read() -> None:
    rules = read_search_rules(GOOD, "search.yaml")

    assert not rules.problems
    assert rules.synonyms == (("child", "kid", "young person"),)
    assert rules.pins == (Pin(("donate", "give money"), "https://www.new.example/donate", "Give", "", "en"),)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("version: 2\n", "wrong-value", 1),
        ("version: 1\nsynonym: []\n", "unknown-key", 2),
        ("version: 1\nsynonyms:\n  - [alone]\n", "lone-synonym", 3),
        (f"version: 1\nsynonyms: [[{', '.join(map(str, range(30)))}]]\n", "many-synonyms", 2),
        ("version: 1\npins: [{words: [a], title: A, url: 'javascript:alert(1)'}]\n", "pin-address", 2),
        ("version: 1\npins: [{words: [a], title: A, url: /donate}]\n", "pin-address", 2),
        ("version: 1\npins: [{words: [a], title: ' ', url: 'https://x.example/'}]\n", "pin-title", 2),
        ("version: 1\npins: [{words: [], title: A, url: 'https://x.example/'}]\n", "empty", 2),
        ("version: 1\npins: [{title: A, url: 'https://x.example/'}]\n", "missing-key", 2),
        ("version: [\n", "yaml-syntax", 2),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, code: str, line: int) -> None:
    problems = read_search_rules(text, "search.yaml").problems

    assert code in [problem.code for problem in problems]
    assert next(problem for problem in problems if problem.code == code).place.line == line
    assert all(problem.place != Place("search.yaml") and problem.mend for problem in problems)
