"""`migrator hits` and `migrator missing`: what they tell of counts in the store, and the one command that makes a rule."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from migrator.pages.counts import Batch, Lack, MissingName, RuleName
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.store.open import open_store
from tests.cli.running import run

TODAY = dt.datetime.now(dt.UTC).date()
MAP = f"""version: 1
sites: {{main: {{hosts: [old.example], legacy: "http://127.0.0.1:9", new: "https://new.example", soak: 14d}}}}
redirects:
  /used: /a
  /old-use: /b
  /never: /c
rules:
  - {{from: /young, to: /d, added: {TODAY - dt.timedelta(days=4)}}}
  - {{from: /settled/*, to: /e, added: {TODAY - dt.timedelta(days=40)}}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(MAP, encoding="utf-8")
    return path


def keep(config: Path, ago: int, hits: dict[str, int], missing: dict[tuple[Lack, str], int] | None = None) -> None:
    day = (TODAY - dt.timedelta(days=ago)).isoformat()
    named = {MissingName("main", lack, key): count for (lack, key), count in (missing or {}).items()}
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        store.add_counts(Batch(day, {RuleName("main", "exact", rule): count for rule, count in hits.items()}, named))


def told(*words: object) -> list[dict[str, Any]]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_rules_come_by_visits_and_can_be_asked_for_by_use_soak_and_place(config: Path) -> None:
    keep(config, 0, {"/used": 5})
    keep(config, 100, {"/old-use": 50, "/used": 1})

    assert [(row["from"], row["hits"]) for row in told("hits", "--config", config)][:2] == [("/old-use", 50), ("/used", 6)]
    unused = told("hits", "--config", config, "--unused", "90")
    assert [row["from"] for row in unused] == ["/old-use", "/never"]  # the others are not that old
    assert [row["hits"] for row in told("hits", "--config", config, "--days", "30")][:2] == [5, 0]
    (soaking,) = told("hits", "--config", config, "--soak")
    assert (soaking["from"], soaking["settles"]) == ("/young", str(TODAY + dt.timedelta(days=10)))
    (one,) = told("hits", "--config", config, "--rule", f"{config}:4")
    assert one["from"] == "/used"
    assert run("hits", "--config", config, "--rule", "nowhere:1").exit_code == 2


def test_a_rule_keeps_its_count_when_lines_before_it_change(config: Path) -> None:
    keep(config, 0, {"/used": 5})
    config.write_text(MAP.replace("redirects:\n", "# more\n# lines\nredirects:\n"), encoding="utf-8")

    assert told("hits", "--config", config)[0]["hits"] == 5


def test_missing_addresses_come_by_visits_with_the_command_that_makes_the_rule(config: Path) -> None:
    found = {(Lack.ABSENT, "/lost"): 3, (Lack.NOT_FOUND, "/it's"): 9, (Lack.ABSENT, "/used"): 99, (Lack.UNMAPPED, "/x"): 1}
    keep(config, 1, {}, found)
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        store.save_suggestions(
            "main", [Suggestion("http://old.example/Lost/", (Candidate("https://new.example/found", 0.91, ()),))]
        )

    rows = told("missing", "--config", config)
    assert [(row["old_url"], row["visits"]) for row in rows] == [("/it's", 9), ("/lost", 3), ("/x", 1)]  # /used has a rule
    assert (rows[1]["new_url"], rows[1]["confidence"]) == ("https://new.example/found", 0.91)
    assert [row["old_url"] for row in told("missing", "--config", config, "--lack", "absent")] == ["/lost"]
    assert len(told("missing", "--config", config, "--ignore", "/l*")) == 2

    table = run("missing", "--config", config).stdout
    command = next(line for line in table.splitlines() if "/lost" in line).rpartition("\t")[2]
    assert run(*shlex.split(command)[1:], "--config", config).exit_code == 0
    assert "from: /lost\n    to: /found" in config.read_text("utf-8")
    assert [row["old_url"] for row in told("missing", "--config", config)] == ["/it's", "/x"]


def test_a_sheet_can_be_filled_in_and_published(config: Path, tmp_path: Path) -> None:
    keep(config, 0, {}, {(Lack.ABSENT, "/lost"): 3, (Lack.ABSENT, '/=cmd|"x"'): 1})
    sheet = tmp_path / "missing.csv"
    assert run("missing", "--config", config, "--csv", sheet).exit_code == 0

    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8"))))
    assert rows[0][:3] == ["old_url", "new_url", "confidence"]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    sheet.write_text("old_url,new_url,confidence,visits\n/lost,/found,1,3\n", encoding="utf-8")
    assert run("publish", "--config", config, "--csv", sheet).exit_code == 0
    assert "from: /lost\n    to: /found" in config.read_text("utf-8")


def test_nothing_counted_yet_is_no_error(config: Path) -> None:
    assert [row["hits"] for row in told("hits", "--config", config)] == [0, 0, 0, 0, 0]
    assert told("missing", "--config", config) == []
    assert "no visit was counted yet" in run("hits", "--config", config).stderr
