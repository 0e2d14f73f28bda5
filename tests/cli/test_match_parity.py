"""`migrator match --parity`: what new pages lack of their old ones, worst first."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest

from migrator.pages.page import Side
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.verdict import Answer, Verdict
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, decided, suggested
from tests.pages.making import NEW, OLD, new_page, page, prose


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = config_with(tmp_path)
    old = [page(f"/{name}.html", prose(2 * n, 2)) for n, name in enumerate(("whole", "half", "none", "unsure", "gone"))]
    new = [
        new_page("/whole/", prose(0, 2)),
        new_page("/half/", prose(2, 1)),
        new_page("/none/", "Soon."),
        new_page("/unsure/", "Soon."),
        new_page("/lost/", status=404),
    ]
    crawled(path, Side.LEGACY, old)
    crawled(path, Side.NEW, new)
    suggested(
        path,
        [
            Suggestion(f"{OLD}/whole.html", (Candidate(f"{NEW}/whole/", 0.99),)),
            Suggestion(f"{OLD}/half.html", (Candidate(f"{NEW}/whole/", 0.99),)),
            Suggestion(f"{OLD}/none.html", (Candidate(f"{NEW}/none/", 0.985),)),
            Suggestion(f"{OLD}/unsure.html", (Candidate(f"{NEW}/unsure/", 0.5),)),
            Suggestion(f"{OLD}/gone.html", (Candidate(f"{NEW}/unsure/", 0.99),)),
        ],
    )
    now = dt.datetime.now(dt.UTC)
    decided(
        path,
        [
            Verdict(f"{OLD}/half.html", Answer.CHANGED, "/half", "ann", now),
            Verdict(f"{OLD}/gone.html", Answer.GONE, "", "ann", now),
        ],
    )
    return path


def test_pairs_are_those_decided_or_sure_enough_and_the_worst_comes_first(config: Path) -> None:
    result = run("match", "--config", config, "--parity", "--json")

    rows = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [(row["old_url"].removeprefix(OLD), row["new_url"].removeprefix(NEW), row["pair"]) for row in rows] == [
        ("/none.html", "/none/", "0.9850"),
        ("/half.html", "/half/", "decided"),
        ("/whole.html", "/whole/", "0.9900"),
    ]
    assert [row["text_found"] for row in rows][::2] == [0, 1]
    assert rows[0]["passages_missing"] == 2
    assert "3 pairs compared; in 2 of them something is missing" in result.stderr


def test_the_bar_for_undecided_pairs_may_be_lowered(config: Path) -> None:
    result = run("match", "--config", config, "--parity", "--json", "--min-confidence", 0.5)

    assert len(json.loads(result.stdout)) == 4


def test_the_sheet_has_as_many_rows_as_are_asked_for(config: Path) -> None:
    result = run("match", "--config", config, "--parity", "--csv", "-", "--most", 1)

    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["old_url"] for row in rows] == [f"{OLD}/none.html"]
    assert rows[0]["words_missing"].isdigit()


def test_people_read_what_is_missing(config: Path) -> None:
    lines = run("match", "--config", config, "--parity").stdout.splitlines()

    assert lines[0] == f"{OLD}/none.html → {NEW}/none/ (0.9850)"
    assert lines[1].startswith("  0.0 % of its text found again, ")
    assert lines[2].startswith("  2 passages: ")


def test_beside_a_sheet_only_the_first_are_shown(tmp_path: Path) -> None:
    config, sheet = config_with(tmp_path), tmp_path / "parity.csv"
    names = [f"p{number}" for number in range(22)]
    crawled(config, Side.LEGACY, [page(f"/{name}.html", " ".join(f"{name}w{n}" for n in range(20))) for name in names])
    crawled(config, Side.NEW, [new_page(f"/{name}/", "Soon.") for name in names])
    suggested(config, [Suggestion(f"{OLD}/{name}.html", (Candidate(f"{NEW}/{name}/", 0.99),)) for name in names])

    result = run("match", "--config", config, "--parity", "--csv", sheet)

    assert (result.stdout.count(" → "), len(sheet.read_text().splitlines())) == (20, 23)
    assert f"of 22 the first 20 are shown; {sheet} has the others" in result.stderr
    assert "of 22 the first 2 are shown; --most N or" in run("match", "--config", config, "--parity", "--most", 2).stderr


def test_one_missing_thing_is_one(config: Path) -> None:
    crawled(config, Side.NEW, [new_page("/whole/", prose(0, 1)), new_page("/none/", prose(4, 1))])

    assert "  1 passage: " in run("match", "--config", config, "--parity").stdout


def test_a_new_page_that_is_not_there_is_told(config: Path) -> None:
    decided(config, [Verdict(f"{OLD}/whole.html", Answer.CHANGED, "/lost/", "ann", dt.datetime.now(dt.UTC))])
    result = run("match", "--config", config, "--parity")

    assert "not compared: 1 pair" in result.stderr


def test_nothing_paired_is_said_with_what_to_do(tmp_path: Path) -> None:
    result = run("match", "--config", config_with(tmp_path), "--parity")

    assert (result.exit_code, "run `migrator match` first" in result.stderr) == (2, True)
