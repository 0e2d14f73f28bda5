"""`migrator match --explain`: one old page beside its candidates, and why they are what they are."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.pages.page import Page, Side
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.verdict import Answer, Verdict
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, decided, suggested, visited
from tests.pages.making import NEW, OLD, new_page, page, prose


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = config_with(tmp_path, "redirects: {/Wells.html: /projects/wells}\n")
    crawled(
        path,
        Side.LEGACY,
        [page("/Wells.html", prose(0, 6), title="Wells", h1="Wells"), page("/choir.html", prose(6, 2), title="Choir")],
    )
    crawled(
        path,
        Side.NEW,
        [
            new_page("/projects/wells/", prose(0, 5), title="Our wells", h1="Wells"),
            new_page("/fr/puits/", "Des puits.", language="fr", title="Puits"),
        ],
    )
    suggested(
        path,
        [
            Suggestion(
                f"{OLD}/Wells.html",
                (
                    Candidate(f"{NEW}/projects/wells/", 0.97, ("83 % of its passages found again",)),
                    Candidate(f"{NEW}/fr/puits/", 0.02, ("only weak likeness of address, title and words",)),
                    Candidate(f"{NEW}/was-there/", 0.01, ("same title",)),
                ),
                "a remark",
            ),
            Suggestion(f"{OLD}/choir.html", (Candidate(f"{NEW}/projects/wells/", 0.3),)),
        ],
    )
    return path


def explained(config: Path, url: str) -> dict[str, Any]:
    result = run("match", "--config", config, "--explain", url, "--json")
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_candidates_stand_beside_the_old_page_with_what_speaks_for_and_against(config: Path) -> None:
    found = explained(config, "/Wells.html")

    best, french, gone = found["candidates"]
    assert found["old"]["title"] == "Wells"
    assert (best["confidence"], best["for"]) == (0.97, ["83 % of its passages found again"])
    assert 0.7 < best["signals"]["old text found in the new page"] < 1
    assert best["signals"]["new text found in the old page"] == 1
    assert best["signals"]["h1"] == 1
    assert len(best["found_again"]) == 3
    assert best["against"] == [f"it is the best candidate of {OLD}/choir.html (0.30) too"]
    assert "the old page is in en, this one in fr" in french["against"]
    assert "hardly any of the old text is found again (0 %)" in french["against"]
    assert "the titles have no word in common" in french["against"]
    assert gone["against"] == ["the last crawl of the new site does not have it"]


@pytest.mark.parametrize(
    "spelling",
    [
        "/Wells.html",
        "/wells.html",
        "/WELLS.html?utm_source=x",
        "http://old.example/wells.html#top",
        f"{OLD}/%57ells.html",
        "/a/../Wells.html",
    ],
)
def test_any_spelling_of_the_address_is_found(config: Path, spelling: str) -> None:
    assert explained(config, spelling)["old"]["url"] == f"{OLD}/Wells.html"


def test_what_the_map_answers_and_what_was_decided_are_told(config: Path) -> None:
    decided(config, [Verdict(f"{OLD}/Wells.html", Answer.ACCEPTED, "/projects/wells/", "ann", dt.datetime.now(dt.UTC), "yes")])
    found = explained(config, "/wells.html")

    assert found["answer"].startswith(f"redirect to {NEW}/projects/wells, by ")
    assert (found["verdict"]["who"], found["verdict"]["why"]) == ("ann", "yes")
    text = run("match", "--config", config, "--explain", "/wells.html").stdout
    assert "  decided: accepted → /projects/wells/ by ann on " in text
    assert "  note: a remark" in text
    assert f"1. confidence 0.9700: {NEW}/projects/wells/" in text
    assert "     for: 83 % of its passages found again" in text


def test_the_short_form_leaves_the_signals_to_the_whole_one(config: Path) -> None:
    short = run("match", "--config", config, "--explain", "/wells.html").stdout
    whole = run("match", "--config", config, "--explain", "/wells.html", "--whole").stdout

    assert "     Our wells / Wells · " in short
    assert f"     against: it is the best candidate of {OLD}/choir.html (0.30) too" in short
    assert ("found again: “" in short, "found again: “" in whole) == (False, True)
    assert ("█" in short, "█" in whole) == (False, True)
    assert len(short.splitlines()) < len(whole.splitlines()) / 2
    assert run("match", "--config", config, "--whole").exit_code == 2


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (page("/odd", status=404), "the old site answers 404 there: there is no page to match"),
        (replace(page("/odd", status=0), error="timed out"), "the crawl could not read it: timed out"),
        (page("/odd", content_type="application/pdf"), "it is no page but application/pdf"),
        (page("/odd", final="https://other.example/"), "it leads to another site: https://other.example/"),
    ],
)
def test_what_was_never_matched_is_told_for_what_it_is(tmp_path: Path, there: Page, said: str) -> None:
    path = config_with(tmp_path)
    crawled(path, Side.LEGACY, [there])
    result = run("match", "--config", path, "--explain", "/odd")

    assert (result.exit_code, said in result.stdout, "makes them" in result.stdout) == (0, True, False)


@pytest.mark.parametrize("nothing", ["", " "])
def test_no_address_is_not_the_home_page(config: Path, nothing: str) -> None:
    result = run("match", "--config", config, "--explain", nothing)

    assert (result.exit_code, "wants the address of an old page" in result.stderr) == (2, True)


def test_an_unknown_address_is_told_with_near_ones(config: Path) -> None:
    result = run("match", "--config", config, "--explain", "/wels.html")

    assert result.exit_code == 2
    near = result.stderr.partition("Near it are:")[2].split()
    assert near == [f"{OLD}/Wells.html", f"{OLD}/choir.html"]


def test_an_address_that_was_not_visited_is_told(config: Path) -> None:
    visited(config, [(f"{OLD}/flyer", 3)])
    result = run("match", "--config", config, "--explain", "/Flyer")

    assert (result.exit_code, f"{OLD}/flyer is known, but was not visited" in result.stderr) == (2, True)


def test_what_is_no_old_address_is_refused(config: Path) -> None:
    assert "no address of the old site" in run("match", "--config", config, "--explain", "https://other.example/").stderr
    assert run("match", "--config", config, "--explain", "/wells.html", "--csv", "-").exit_code == 2


def test_a_page_that_was_not_matched_yet_is_shown_alone(tmp_path: Path) -> None:
    path = config_with(tmp_path)
    assert "run `migrator crawl legacy` first" in run("match", "--config", path, "--explain", "/").stderr
    crawled(path, Side.LEGACY, [page("/", title="Home")])
    result = run("match", "--config", path, "--explain", "/")

    assert (result.exit_code, "no suggestion yet; `migrator match` makes them" in result.stdout) == (0, True)
