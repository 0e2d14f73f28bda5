"""Maps as a whole: however many rules there are, none is dropped; and what a rule says of itself is run before it is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.app import transition_site
from migrator.errors import ConfigError, Problem
from migrator.rules.decision import Redirect
from migrator.rules.table import Request, RuleTable
from migrator.settings import load_settings
from tests.rules.making import SITE

EXACT, PATTERNS, REGEXES = 20_000, 1_000, 300
REGEX = "{{regex: '^/r{0}/(\\d+)$', to: '/regex-{0}/\\1'}}"
PATTERN = "{{from: '/p{0}/*', to: '/pattern-{0}/:splat'}}"


def written(folder: Path, text: str, name: str = "redirects.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def location(table: RuleTable, path: str) -> str:
    decision = table.decide(Request(path.encode(), host="old.example"))
    assert isinstance(decision, Redirect), path
    return decision.location.removeprefix("https://www.new.example")


def test_no_rule_of_many_thousands_is_dropped(tmp_path: Path) -> None:
    """Whether it stands in the file itself, in a sheet or in a file more; the last of each kind as the first."""
    long = [*map(PATTERN.format, range(PATTERNS)), *map(REGEX.format, range(REGEXES))]
    written(tmp_path, "".join(f"/sheet/{number},/s/{number}\n" for number in range(EXACT)), "more.csv")
    written(tmp_path, "rules:\n" + "".join(f"  - {rule}\n" for rule in long), "more.yaml")
    short = "".join(f"  /file/{number}.html: /f/{number}\n" for number in range(EXACT))
    table = load_settings(written(tmp_path, f"{SITE}include: [more.csv, more.yaml]\nredirects:\n{short}")).table()

    assert len(table) == 2 * EXACT + PATTERNS + REGEXES
    for number in range(0, EXACT, 7):
        assert location(table, f"/file/{number}.html") == f"/f/{number}"
        assert location(table, f"/sheet/{number}") == f"/s/{number}"
    for number in range(PATTERNS):
        assert location(table, f"/p{number}/x/y") == f"/pattern-{number}/x/y"
    for number in range(REGEXES):
        assert location(table, f"/r{number}/42") == f"/regex-{number}/42"


def refused(folder: Path, example: str) -> list[Problem]:
    """Why a site with that example does not start; nothing where it does."""
    rules = f"rules:\n  - from: /n/*\n    to: /news/:splat\n    examples: [{example}]\n"
    try:
        transition_site(written(folder, SITE + rules))
    except ConfigError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(
    ("example", "starts"),
    [
        ("{url: /n/12, to: /news/12}", True),
        ("{url: 'https://www.old.example/N/12?utm=1', to: 'https://www.new.example/news/12?utm=1'}", True),
        ("{url: /n/12, to: /news/13}", False),
        ("{url: /n/12, to: gone}", False),
        ("{url: /other, to: legacy}", True),
        ("{url: /other, to: /news/other}", False),
    ],
)
def test_an_example_that_gets_another_answer_keeps_the_site_from_starting(example: str, starts: bool, tmp_path: Path) -> None:
    found = refused(tmp_path, example)

    assert [(problem.code, problem.place.line) for problem in found] == ([] if starts else [("failing-example", 12)])
