"""`migrator coverage`: which share of known addresses and visits the map answers, and what is missing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

from migrator.pages.page import Page, Side
from migrator.pages.verdict import Answer, Verdict
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, decided, visited
from tests.pages.making import OLD, page

RULES = """\
redirects:
  /about.html: /about
  /loop: http://www.old.example/loop
rules:
  - {from: /news/*, to: /stories/:splat}
  - {from: /raffle, gone: true}
  - {from: /shop/cart, serve: legacy}
"""
PAGES = [
    page("/"),
    page("/about.html"),
    page("/loop"),
    page("/news/a.html", language="fr-ca"),
    page("/News/b.html"),
    page("/raffle"),
    page("/shop/cart"),
    page("/shop/lamp.html"),
    page("/shop/wick.html"),
    page("/shop/gone.html", status=404),
    Page(f"{OLD}/logo.png", f"{OLD}/logo.png", 200, content_type="image/png"),
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = config_with(tmp_path, RULES)
    crawled(path, Side.LEGACY, PAGES)
    visits = [("/about.html", 50), ("/shop/lamp.html", 30), ("/flyer", 15), ("/", 5), ("/style.css", 99)]
    visited(path, [(OLD + path, count) for path, count in visits])
    return path


def account(config: Path, *words: object) -> dict[str, Any]:
    result = run("coverage", "--config", config, "--json", *words)
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_addresses_and_visits_are_counted_by_what_the_map_answers(config: Path) -> None:
    found = account(config)

    assert found["addresses"] == {
        "known": 10,
        "answered": 5,
        "share": 0.5,
        "by_answer": {"redirect": 3, "gone": 1, "served by a rule": 1, "old site still": 5},
    }
    assert found["visits"] == {
        "known": 100,
        "answered": 50,
        "share": 0.5,
        "by_answer": {"redirect": 50, "old site still": 50},
    }
    assert found["not_counted"] == {
        "the old site itself has nothing there": 1,
        "images, styles, scripts and fonts": 2,
    }


def test_everything_is_counted_where_that_is_asked_for(config: Path) -> None:
    found = account(config, "--all")

    assert (found["addresses"]["known"], found["not_counted"]) == (13, {})


def test_sections_and_languages_are_counted_apart(config: Path) -> None:
    found = account(config)

    sections = {name: (tally["addresses"]["known"], tally["addresses"]["answered"]) for name, tally in found["sections"].items()}
    assert sections == {"/shop/": (3, 1), "/": (5, 2), "/news/": (2, 2)}
    assert next(iter(sections)) == "/shop/"  # thirty visits without an answer
    languages = {name: tally["addresses"]["known"] for name, tally in found["languages"].items()}
    assert languages == {"en": 8, "fr": 1, "": 1}


def test_what_is_missing_is_listed_by_visits_with_what_mending_it_reaches(config: Path) -> None:
    found = account(config, "--top", 3)

    missing = [(row["url"].removeprefix(OLD), row["visits"], row["reaches"]) for row in found["missing"]]
    assert missing == [("/shop/lamp.html", 30, 0.8), ("/flyer", 15, 0.95), ("/", 5, 1.0)]


def test_what_a_person_kept_on_the_old_site_is_no_answer_and_not_missing(config: Path) -> None:
    decided(config, [Verdict(f"{OLD}/shop/lamp.html", Answer.KEPT, "", "ann", dt.datetime.now(dt.UTC))])
    found = account(config)

    assert (found["addresses"]["answered"], found["addresses"]["by_answer"]["old site, by decision"]) == (5, 1)
    assert found["missing"][0]["url"] == f"{OLD}/flyer"


def test_the_sheet_has_what_is_missing_and_no_formula(config: Path) -> None:
    visited(config, [(f"{OLD}/=1+1", 1)])
    result = run("coverage", "--config", config, "--csv", "-")

    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == ["url", "visits", "reaches", "answer", "status", "section", "language", "title"]
    assert [row["url"].removeprefix(OLD) for row in rows][:2] == ["/shop/lamp.html", "/flyer"]
    assert len(rows) == 6
    assert run("coverage", "--config", config, "--csv", "-", "--json").exit_code == 2


def test_rarely_visited_addresses_may_be_left_out(config: Path) -> None:
    found = account(config, "--min-visits", 10)

    assert found["addresses"]["known"] == 3


def test_a_share_below_what_is_asked_for_is_exit_code_1(config: Path) -> None:
    assert run("coverage", "--config", config).exit_code == 0
    assert run("coverage", "--config", config, "--fail-under", 50).exit_code == 0
    result = run("coverage", "--config", config, "--fail-under", 50.1)
    assert (result.exit_code, "below 50.1 % of addresses: 50.0 %" in result.stderr) == (1, True)
    assert run("coverage", "--config", config, "--fail-under-visits", 51).exit_code == 1


def test_people_read_a_summary(config: Path) -> None:
    result = run("coverage", "--config", config)

    lines = result.stdout.splitlines()
    assert lines[0] == "the map answers 5 of 10 old addresses (50.0 %)"
    assert lines[1] == "and 50 of 100 visits (50.0 %)"
    assert "redirect\t3\t50" in lines
    assert f"{OLD}/flyer\t15\t95.0 %\told site still" in lines


def test_nothing_known_is_said_with_what_to_do(tmp_path: Path) -> None:
    path = config_with(tmp_path)
    result = run("coverage", "--config", path)
    assert (result.exit_code, "migrator crawl legacy" in result.stderr) == (2, True)
    crawled(path, Side.LEGACY, [page("/")])
    result = run("coverage", "--config", path, "--fail-under-visits", 1)
    assert (result.exit_code, "migrator sources legacy" in result.stderr) == (2, True)


@pytest.mark.parametrize("unmapped", ["not_found", "new"])
def test_what_unmapped_says_is_no_answer_of_the_map(tmp_path: Path, unmapped: str) -> None:
    path = config_with(tmp_path, f"    unmapped: {unmapped}\n")
    crawled(path, Side.LEGACY, [page("/a")])
    found = account(path)

    reply = {"not_found": "not found", "new": "new site, by unmapped"}[unmapped]
    assert found["addresses"]["by_answer"] == {reply: 1}
