"""`migrator match --audit`: what is wrong with an existing map, judged by the pages of both sites."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest

from migrator.pages.page import Side
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.verdict import Answer, Verdict
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, decided, suggested, visited
from tests.pages.making import NEW, OLD, new_page, page

OLD_PAGES = [
    page("/"),
    page("/about.html"),
    page("/fr/about.html", language="fr"),
    page("/wells.html"),
    page("/news/one"),
    page("/news/two"),
    page("/raffle"),
    page("/lost", status=404),
]
NEW_PAGES = [
    new_page("/"),
    new_page("/fr/", language="fr"),
    new_page("/about/"),
    new_page("/a-propos/", language="fr"),
    new_page("/wells/"),
    new_page("/news/one"),
    new_page("/dead", status=404),
    new_page("/tombola/"),
    new_page("/led-home", final="/"),
]


def site(folder: Path, rules: str) -> Path:
    path = config_with(folder, rules)
    crawled(path, Side.LEGACY, OLD_PAGES)
    crawled(path, Side.NEW, NEW_PAGES)
    suggested(
        path,
        [
            Suggestion(f"{OLD}/about.html", (Candidate(f"{NEW}/about/", 0.99),)),
            Suggestion(f"{OLD}/wells.html", (Candidate(f"{NEW}/wells/", 0.97), Candidate(f"{NEW}/about/", 0.01))),
            Suggestion(f"{OLD}/raffle", (Candidate(f"{NEW}/tombola/", 0.95),)),
        ],
    )
    return path


def findings(path: Path) -> list[tuple[str, str]]:
    """Each fault and the old address or rule that has it."""
    result = run("match", "--config", path, "--audit", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == (1 if found else 0)
    return [(one["fault"], one["old_url"].removeprefix(OLD)) for one in found]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param("redirects: {/about.html: /about/}", [], id="nothing"),
        pytest.param("redirects: {/about.html: /about/#team}", [], id="a fragment"),
        pytest.param(
            "redirects: {/about.html: /dead}",
            [("dead target", "/about.html"), ("a liker page exists", "/about.html")],
            id="a dead target",
        ),
        pytest.param("redirects: {/news/one: /nowhere}", [("target not crawled", "/news/one")], id="one that was not crawled"),
        pytest.param("redirects: {/news/one: https://old.example/x}", [], id="one on another site"),
        pytest.param("redirects: {/fr/about.html: /about/}", [("another language", "/fr/about.html")], id="a language"),
        pytest.param("redirects: {/fr/about.html: /a-propos/}", [], id="the same language"),
        pytest.param("redirects: {/wells.html: /about/}", [("a liker page exists", "/wells.html")], id="a better page"),
        pytest.param("redirects: {/news/one: /}", [("leads to the home page", "/news/one")], id="home"),
        pytest.param("redirects: {/news/one: /led-home}", [("leads to the home page", "/news/one")], id="home by a detour"),
        pytest.param("redirects: {/: /}", [], id="home to home"),
        pytest.param("rules: [{from: /raffle, gone: true}]", [("gone, yet a like page exists", "/raffle")], id="gone"),
        pytest.param("rules: [{from: /news/one, gone: true}]", [], id="truly gone"),
        pytest.param("redirects: {/typo: /about/}", [("nobody knows the address", "/typo")], id="unknown"),
        pytest.param("redirects: {/lost: /about/}", [], id="an address that pages link to"),
        pytest.param("rules: [{from: /none/*, to: /about/}]", [("nobody knows the address", "/none/*")], id="an idle pattern"),
        pytest.param("rules: [{from: /typo, to: /about/, ends: 2020-01-01}]", [], id="one that has ended"),
        pytest.param("rules: [{from: /news/*, to: /news/:splat}]", [("target not crawled", "/news/two")], id="a pattern by page"),
        pytest.param("rules: [{from: /news/*, to: /}]", [("leads to the home page", "/news/*")], id="a pattern once"),
        pytest.param("rules: [{from: /news/*, to: /dead}]", [("dead target", "/news/*")], id="a dead pattern once"),
    ],
)
def test_the_audit_finds(tmp_path: Path, rules: str, expected: list[tuple[str, str]]) -> None:
    assert findings(site(tmp_path, rules)) == expected


def verdict(path: str, answer: Answer, new: str, why: str = "agreed") -> Verdict:
    return Verdict(OLD + path, answer, new, "ann", dt.datetime.now(dt.UTC), why)


@pytest.mark.parametrize(
    ("rules", "verdicts", "expected"),
    [
        ("redirects: {/wells.html: /about/}", [verdict("/wells.html", Answer.CHANGED, "/about/")], 0),
        ("redirects: {/wells.html: /about/}", [verdict("/wells.html", Answer.ACCEPTED, f"{NEW}/about/")], 0),
        ("redirects: {/wells.html: /about/}", [verdict("/wells.html", Answer.ACCEPTED, "/about/", "confidence 0.990")], 1),
        ("redirects: {/wells.html: /about/}", [verdict("/wells.html", Answer.ACCEPTED, "/elsewhere")], 1),
        ("redirects: {/news/one: /}", [verdict("/news/one", Answer.CHANGED, "/")], 0),
        ("rules: [{from: /raffle, gone: true}]", [verdict("/raffle", Answer.GONE, "")], 0),
        ("redirects: {/about.html: /dead}", [verdict("/about.html", Answer.CHANGED, "/dead")], 1),
    ],
)
def test_what_a_person_decided_is_no_finding_but_for_dead_ends(
    tmp_path: Path, rules: str, verdicts: list[Verdict], expected: int
) -> None:
    path = site(tmp_path, rules)
    decided(path, verdicts)

    assert len(findings(path)) == expected


def test_each_finding_has_its_rule_visits_and_what_would_be_better(tmp_path: Path) -> None:
    path = site(tmp_path, "redirects: {/wells.html: /about/, /news/one: /}")
    visited(path, [(f"{OLD}/Wells.html", 7), (f"{OLD}/news/one/", 9)])
    result = run("match", "--config", path, "--audit", "--csv", "-")
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(result.stdout)))

    assert [(row["rule"], row["visits"]) for row in rows] == [("/wells.html", "7"), ("/news/one", "9")]
    assert (rows[0]["better"], rows[0]["confidence"]) == (f"{NEW}/wells/", "0.97")
    assert rows[0]["place"] == f"{path}:7:13"
    assert "much more like it: a confidence of 0.97 against 0.01" in rows[0]["reason"]


def test_people_read_a_list_of_bounded_length(tmp_path: Path) -> None:
    path = site(tmp_path, "redirects: {/a: /about/, /b: /about/, /c: /about/}")
    result = run("match", "--config", path, "--audit", "--most", 2)

    assert result.stdout.splitlines()[0] == "nobody knows the address:"
    assert len(result.stdout.splitlines()) == 3
    assert "of 3 × nobody knows the address the first 2 are shown" in result.stderr
    assert "3 findings: 3 nobody knows the address" in result.stderr


@pytest.mark.parametrize("words", [["match", "--audit"], ["match", "--parity"], ["coverage"]])
def test_no_report_takes_the_place_of_somebodys_work(tmp_path: Path, words: list[str]) -> None:
    path, sheet = site(tmp_path, "redirects: {/wells.html: /about/}"), tmp_path / "review.csv"
    sheet.write_text("old_url,new_url,verdict\n/a,/b,accepted\n", encoding="utf-8")
    result = run(*words, "--config", path, "--csv", sheet)
    assert (result.exit_code, "would be lost" in result.stderr, "accepted" in sheet.read_text("utf-8")) == (2, True, True)

    sheet.unlink()
    for _ in range(2):
        assert run(*words, "--config", path, "--csv", sheet).exit_code < 2
    assert "accepted" not in sheet.read_text("utf-8")


def test_what_is_wanting_is_said(tmp_path: Path) -> None:
    path = config_with(tmp_path, "redirects: {/a: /b}")
    result = run("match", "--config", path, "--audit")
    assert (result.exit_code, "run `migrator crawl new` first" in result.stderr) == (2, True)
    crawled(path, Side.NEW, [new_page("/b")])
    result = run("match", "--config", path, "--audit")
    assert (result.exit_code, "run `migrator crawl legacy` first" in result.stderr) == (2, True)
    crawled(path, Side.LEGACY, [page("/a")])
    result = run("match", "--config", path, "--audit")
    assert (result.exit_code, "likeness is not judged" in result.stderr) == (0, True)


def test_a_map_without_rules_is_not_called_good(tmp_path: Path) -> None:
    result = run("match", "--config", site(tmp_path, ""), "--audit")

    assert (result.exit_code, "no rules yet" in result.stderr, "nothing to mend" in result.stderr) == (0, True, False)


def test_reports_are_asked_for_one_at_a_time(tmp_path: Path) -> None:
    assert run("match", "--config", config_with(tmp_path), "--audit", "--parity").exit_code == 2
