"""`migrator search`: from what was crawled and decided to what is found, and to what is not."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from migrator.pages.page import Side
from migrator.pages.verdict import Answer, Verdict
from migrator.store.search_misses import Misses
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, decided
from tests.pages.making import NEW, OLD, new_page, page, prose

RULES = "redirects: {/wells.html: /water/wells}\nrules: [{from: /closed.html, gone: true}]\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = config_with(tmp_path, RULES)
    old = [page("/wells.html", prose(0), title="How we dig"), page("/closed.html", prose(4), title="Closed appeal")]
    crawled(path, Side.LEGACY, [*old, page("/choir.html", "Our choir sings carols.", title="The carol choir")])
    crawled(
        path, Side.NEW, [new_page("/water/wells", prose(0), title="Clean water"), new_page("/jabs", prose(3), title="Vaccines")]
    )
    return path


def build(config: Path, *more: str) -> dict[str, int]:
    result = run("search", "build", "--json", "--config", config, *more)
    assert result.exit_code == 0, result.output
    value: dict[str, int] = json.loads(result.stdout)
    return value


def urls(config: Path, *words: str) -> list[str]:
    result = run("search", "query", *words, "--json", "--config", config)
    return [one["url"] for one in json.loads(result.stdout)["results"]]


def test_both_sites_are_found_each_page_once_where_it_is_now(config: Path) -> None:
    assert build(config) == {"pages": 3, "added": 3, "changed": 0, "removed": 0}
    assert urls(config, "how", "we", "dig") == [f"{NEW}/water/wells"]
    assert urls(config, "carol") == [f"{OLD}/choir.html"]
    assert urls(config, "appeal") == []


def test_a_decision_moves_a_page_at_the_next_build(config: Path) -> None:
    build(config)
    now = dt.datetime.now(dt.UTC)
    decided(config, [Verdict(f"{OLD}/choir.html", Answer.CHANGED, f"{NEW}/jabs", "me", now)])

    assert build(config) == {"pages": 2, "added": 0, "changed": 1, "removed": 1}
    assert urls(config, "carol", "choir") == [f"{NEW}/jabs"]
    assert build(config, "--whole") == {"pages": 2, "added": 2, "changed": 0, "removed": 0}


def test_results_are_told_to_people_with_what_is_not_moved(config: Path) -> None:
    build(config)
    result = run("search", "query", "carols", "--config", config)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == ["The carol choir  [not moved yet]", f"  {OLD}/choir.html"]
    assert "1 found" in result.stderr


def test_nothing_found_is_exit_code_1_with_what_may_have_been_meant(config: Path) -> None:
    build(config)
    result = run("search", "query", "caorl", "--config", config)

    assert result.exit_code == 1
    assert "did you mean: carol" in result.stderr


def test_without_an_index_it_is_said_how_to_make_one(config: Path) -> None:
    result = run("search", "query", "wells", "--config", config)
    assert result.exit_code == 3
    assert "migrator search build" in result.stderr


def test_without_any_crawl_it_is_said_what_to_do(tmp_path: Path) -> None:
    result = run("search", "build", "--config", config_with(tmp_path))
    assert result.exit_code == 0
    assert "migrator crawl" in result.stderr


def test_search_yaml_is_used_and_its_mistakes_are_told_with_their_place(config: Path) -> None:
    build(config)
    beside = config.parent / "search.yaml"
    beside.write_text("version: 1\nsynonyms: [[jab, teachers]]\npins: [{words: [jab], url: 'https://x.example/', title: Jabs}]\n")
    assert urls(config, "jab") == [f"{NEW}/jabs"]
    assert "Jabs  [pinned]" in run("search", "query", "jab", "--config", config).stdout
    assert run("check", "--config", config).exit_code == 0

    beside.write_text("version: 1\npins: [{words: [jab], url: /jabs, title: Jabs}]\n")
    for command in (("search", "query", "jab"), ("check",)):
        result = run(*command, "--config", config)
        assert result.exit_code == 2
        assert "search.yaml:2:28: error:" in result.output
        assert "[pin-address]" in result.output


def test_what_was_looked_for_in_vain_is_listed_most_first(config: Path) -> None:
    today = dt.datetime.now(dt.UTC).date()
    misses = Misses(config.parent / ".migrator" / "search-misses.jsonl")
    misses.count(["raffle"] * 4 + ["pension"] * 3 + ["rare"], today)
    misses.flush()

    result = run("search", "misses", "--json", "--config", config)
    assert [(one["word"], one["count"]) for one in json.loads(result.stdout)] == [("raffle", 4), ("pension", 3)]
    assert run("search", "misses", "--config", config).stdout.splitlines()[0] == f"raffle\t4\t{today}"


def test_words_that_a_terminal_would_obey_are_shown_as_text(config: Path) -> None:
    crawled(config, Side.NEW, [new_page("/x", "zebra", title="\x1b[2J zebra [bold]")])
    build(config)
    assert "\x1b[2J" not in run("search", "query", "zebra", "--config", config).stdout
