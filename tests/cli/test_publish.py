"""`migrator publish`: from the store and from a reviewed sheet, with a diff, all or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.pages.page import Page, Side
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.verdict import Answer
from migrator.pages.visit import Found, Source, Visit
from migrator.store.open import open_store
from tests.cli.running import run
from tests.rules.making import SITE

OLD, NEW = "http://10.0.0.5:8080", "https://www.new.example"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A map with suggestions in the store beside it."""
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + "redirects:\n  /kept: /by-hand   # keep this\n", encoding="utf-8")
    suggestions = [
        Suggestion(f"{OLD}/a.html", (Candidate(f"{NEW}/a/", 0.99), Candidate(f"{NEW}/b/", 0.3))),
        Suggestion(f"{OLD}/b.html", (Candidate(f"{NEW}/b/", 0.6),)),
        Suggestion(f"{OLD}/c.html"),
    ]
    with open_store(str(tmp_path / ".migrator" / "store.db")) as store:
        store.save_suggestions("main", suggestions)
    return path


def test_what_is_sure_enough_is_published_and_the_rest_is_listed(config: Path) -> None:
    result = run("publish", "--config", config)

    assert result.exit_code == 0
    assert config.read_text("utf-8").endswith("  /kept: /by-hand   # keep this\n  /a.html: /a/\n")
    assert "+  /a.html: /a/" in result.stdout
    assert "left out 1: below 0.98 (/b.html)" in result.stderr
    assert "left out 1: no page matches (/c.html)" in result.stderr
    assert run("check", "--config", config).exit_code == 0


def test_who_when_and_why_are_kept(config: Path) -> None:
    run("publish", "--config", config, "--why", "agreed on Monday")

    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        (verdict,) = store.verdicts("main").values()
    assert (verdict.verdict, verdict.new_url, verdict.why) == (Answer.ACCEPTED, f"{NEW}/a/", "agreed on Monday")
    assert verdict.who


def test_what_is_published_is_a_version_of_the_map_at_once(config: Path) -> None:
    result = run("publish", "--config", config)
    (version,) = json.loads(run("map", "list", "--json", "--config", config).stdout)

    assert "it is map version 1" in result.stderr
    assert (version["number"], version["served"]) == (1, True)


def test_a_dry_run_shows_the_diff_and_writes_nothing(config: Path) -> None:
    before = config.read_bytes()
    result = run("publish", "--config", config, "--dry-run")

    assert "+  /a.html: /a/" in result.stdout
    assert "1 rule would be added" in result.stderr
    assert config.read_bytes() == before


def test_publishing_twice_changes_nothing_more(config: Path) -> None:
    run("publish", "--config", config)
    before = config.read_bytes()
    result = run("publish", "--config", config)

    assert (result.exit_code, result.stdout, config.read_bytes()) == (0, "", before)


def test_a_reviewed_sheet_decides(config: Path) -> None:
    sheet = config.parent / "review.csv"
    sheet.write_text(
        "\ufeffold_url;new_url;confidence;rank;evidence;verdict\r\n"
        "/a.html;/a/;0.99;1;;kept\r\n"
        "/b.html;/b/;0.6;1;;\r\n"
        "/b.html;/better/;0.2;2;;accepted\r\n"
        "/c.html;;0;1;;gone\r\n"
        "/d.html;https://x.partner.example/d;1;1;;\r\n",
        encoding="utf-8",
    )
    assert run("publish", "--config", config, "--csv", sheet).exit_code == 0

    text = config.read_text("utf-8")
    assert "/a.html" not in text
    assert "  /b.html: /better/\n" in text
    assert "  - from: /c.html\n    gone: true\n" in text
    assert "  /d.html: https://x.partner.example/d\n" in text


def test_a_page_that_was_kept_stays_where_it_is(config: Path) -> None:
    sheet = config.parent / "review.csv"
    sheet.write_text("old_url,new_url,confidence,rank,evidence,verdict\n/a.html,/a/,0.99,1,,kept\n", encoding="utf-8")
    before = config.read_bytes()
    assert run("publish", "--config", config, "--csv", sheet).exit_code == 0
    result = run("publish", "--config", config)

    assert "left out 1: kept on the old site by decision (/a.html)" in result.stderr
    assert config.read_bytes() == before


def test_what_is_decided_about_the_home_page_is_told_unless_a_person_did(config: Path) -> None:
    sheet = config.parent / "review.csv"
    sheet.write_text("old_url,new_url,confidence,verdict\n/,/start,0.99,\n", encoding="utf-8")
    assert "the home page is among them" in run("publish", "--config", config, "--csv", sheet, "--dry-run").stderr

    sheet.write_text("old_url,new_url,confidence,verdict\n/,/start,0.99,accepted\n", encoding="utf-8")
    assert "the home page" not in run("publish", "--config", config, "--csv", sheet, "--dry-run").stderr


def test_an_address_of_another_host_is_no_rule_of_this_site(config: Path) -> None:
    sheet = config.parent / "review.csv"
    sheet.write_text("old_url,new_url,confidence\nhttps://other.example/b.html,/b/,1\n", encoding="utf-8")
    result = run("publish", "--config", config, "--csv", sheet)

    assert "left out 1: other.example is no host of site `main`" in result.stderr
    assert "b.html" not in config.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.csv", None, "Make one with `migrator match --csv FILE`"),
        (".", None, "Name the sheet in it."),
        ("book.xlsx", b"PK\x03\x04\xff", "this is a workbook"),
        ("latin.csv", b"old_url,new_url\n/caf\xe9,/x\n", "Save the sheet as CSV (UTF-8)"),
    ],
)
def test_what_is_no_sheet_is_explained(config: Path, name: str, content: bytes | None, said: str) -> None:
    sheet = config.parent / name
    if content is not None:
        sheet.write_bytes(content)
    result = run("publish", "--config", config, "--csv", sheet)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_new_address_that_nobody_found_is_named(config: Path) -> None:
    page = Page(f"{NEW}/a/", f"{NEW}/a/", 200, content_type="text/html")
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        frontier = store.frontier("main", Side.NEW)
        frontier.begin()
        frontier.add([Found(page.url, "/a/", 0, Source.START)])
        (entry,) = frontier.claim(1)
        frontier.finish(Visit(entry, page))
        frontier.mark_finished()
    sheet = config.parent / "review.csv"
    sheet.write_text("old_url,new_url,confidence\n/a.html,/a/,1\n/b.html,/slip/,1\n", encoding="utf-8")
    result = run("publish", "--config", config, "--csv", sheet)

    assert "warning: 1 new address not found by `migrator crawl new`: /slip/" in result.stderr
    sheet.write_text("old_url,new_url,confidence\n/c.html,/slip/,1\n/d.html,/other/,1\n", encoding="utf-8")
    told = run("publish", "--config", config, "--csv", sheet).stderr
    assert "warning: 2 new addresses not found by `migrator crawl new`: /other/, /slip/" in told


def test_a_broken_sheet_changes_nothing(config: Path) -> None:
    before = config.read_bytes()
    sheet = config.parent / "review.csv"
    sheet.write_text("old_url,new_url,confidence\n/a.html,/a/,much\n", encoding="utf-8")
    result = run("publish", "--config", config, "--csv", sheet)

    assert result.exit_code == 2
    assert "review.csv:2" in result.stderr
    assert config.read_bytes() == before


def test_a_map_that_would_not_pass_its_checks_is_not_written(config: Path) -> None:
    text = config.read_text("utf-8") + "rules: [{from: /x, to: /y, examples: [{url: /a.html, to: legacy}]}]\n"
    config.write_text(text, encoding="utf-8")
    result = run("publish", "--config", config)

    assert result.exit_code == 1
    assert "nothing was written" in result.stderr
    assert "failing-example" in result.stderr
    assert config.read_text("utf-8") == text


def test_without_suggestions_it_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE, encoding="utf-8")
    result = run("publish", "--config", path)

    assert result.exit_code == 1
    assert "run `migrator match` first" in result.stderr
