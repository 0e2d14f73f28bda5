"""`migrator match`: what was crawled becomes suggestions in the store and in a sheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from migrator.pages.page import Page, Side
from migrator.pages.visit import Found, Visit
from migrator.store.open import open_store
from tests.cli.running import run
from tests.pages.making import SENTENCES, new_page, page

CONFIG = "version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: http://www.old.example\n    new: https://www.new.example\n"
TOPICS = ("wells", "schools", "measles", "floods", "choir")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def crawled(config: Path, side: Side, pages: Sequence[Page], *, fresh: bool = False) -> None:
    """Put pages into the store beside the config, as a crawl that reached its end does."""
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        frontier = store.frontier("main", side)
        frontier.begin(fresh=fresh)
        frontier.add([Found(one.url, one.url) for one in pages], [])
        by_url = {one.url: one for one in pages}
        for entry in frontier.claim(len(pages)):
            frontier.finish(Visit(entry, by_url[entry.url]))
        frontier.mark_finished()


def recrawled(config: Path, side: Side, pages: Sequence[Page]) -> None:
    """Put a whole new crawl of one side into the store."""
    crawled(config, side, pages, fresh=True)


@pytest.fixture
def both(config: Path) -> Path:
    """A config whose two sites are crawled: five pages moved, one has no successor."""
    old = [page(f"/fieldwork/{name}.html", SENTENCES[n], title=f"Our {name}") for n, name in enumerate(TOPICS)]
    new = [new_page(f"/projects/{name}", SENTENCES[n], title=f"About {name}") for n, name in enumerate(TOPICS)]
    crawled(
        config,
        Side.LEGACY,
        [*old, page("/raffle.asp?id=3", "Tombola prizes drawn by a mayor.", title="Raffle"), page("/x", status=404)],
    )
    crawled(config, Side.NEW, new)
    return config


def test_a_sheet_and_the_store_hold_the_same_suggestions(both: Path) -> None:
    sheet = both.parent / "review.csv"
    result = run("match", "--config", both, "--csv", sheet)

    assert result.exit_code == 0
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["old_url", "new_url", "confidence", "rank", "evidence"]
    best = {row["old_url"]: row["new_url"] for row in rows if row["rank"] == "1"}
    assert best == {"/raffle.asp?id=3": "", **{f"/fieldwork/{name}.html": f"/projects/{name}" for name in TOPICS}}
    with open_store(str(both.parent / ".migrator" / "store.db")) as store:
        kept = store.suggestions("main")
    assert {one.old_url: one.best.url if one.best else "" for one in kept} == {
        f"http://www.old.example{old}": f"https://www.new.example{new}" if new else "" for old, new in best.items()
    }


def test_the_summary_counts_by_confidence_on_stderr(both: Path) -> None:
    result = run("match", "--config", both)

    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "6 old pages",
        "       5 with a confidence of 0.98 or more",
        "       0 with a confidence of 0.9 or more",
        "       0 with a confidence of 0.5 or more",
        "       0 with less",
        "       1 without a match",
        "1 other address of the old site got no suggestion: 1 with status 404",
        "next: `migrator publish --dry-run`",
    ]


def test_a_machine_may_read_the_summary(both: Path) -> None:
    result = run("match", "--config", both, "--json")

    assert json.loads(result.stdout) == {
        "old_pages": 6,
        "confidence_from": {"0.98": 5, "0.9": 0, "0.5": 0, "0": 0},
        "no_match": 1,
        "kinds": {
            "same_address": 0,
            "redirected": 0,
            "merged": 0,
            "no_page": 1,
            "no_page_in_folder": 0,
            "ambiguous": 0,
            "other_language": 0,
            "little_text": 6,
        },
        "folders_without_match": {},
    }


def test_the_sheet_may_go_to_stdout(both: Path) -> None:
    result = run("match", "--config", both, "--csv", "-")

    assert result.stdout.startswith("old_url,new_url,confidence,rank,evidence\n")
    assert run("match", "--config", both, "--csv", "-", "--json").exit_code == 2


def test_a_second_run_replaces_the_first_and_leaves_no_litter(both: Path) -> None:
    sheet = both.parent / "review.csv"
    sheet.write_text("mine")
    run("match", "--config", both, "--csv", sheet)
    first = sheet.read_bytes()
    run("match", "--config", both, "--csv", sheet)

    assert sheet.read_bytes() == first
    assert sorted(path.name for path in both.parent.iterdir()) == [".migrator", "redirects.yaml", "review.csv"]


def test_a_link_to_the_sheet_stays_a_link(both: Path) -> None:
    target, link = both.parent / "real.csv", both.parent / "link.csv"
    target.write_text("")
    link.symlink_to(target)
    run("match", "--config", both, "--csv", link)

    assert link.is_symlink()
    assert target.read_text("utf-8").startswith("old_url")


def test_a_sheet_that_cannot_be_written_is_told_before_the_work(both: Path) -> None:
    assert run("match", "--config", both, "--csv", both.parent).exit_code == 2
    result = run("match", "--config", both, "--csv", both.parent / "no" / "sheet.csv")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_what_must_be_crawled_first_is_named(config: Path) -> None:
    nothing = run("match", "--config", config)
    crawled(config, Side.LEGACY, [page("/a", "Words.")])
    half = run("match", "--config", config)
    crawled(config, Side.NEW, [new_page("/a", status=500)])
    unreadable = run("match", "--config", config)

    assert [nothing.exit_code, half.exit_code, unreadable.exit_code] == [2, 2, 2]
    assert "run `migrator crawl legacy` first" in nothing.stderr
    assert "run `migrator crawl new` first" in half.stderr
    assert "run `migrator crawl new --fresh` first" in unreadable.stderr


def test_a_sheet_that_somebody_worked_on_is_not_overwritten(both: Path) -> None:
    sheet = both.parent / "review.csv"
    assert run("match", "--config", both, "--csv", sheet).exit_code == 0
    assert run("match", "--config", both, "--csv", sheet).exit_code == 0
    worked_on = sheet.read_text("utf-8").replace("0.9", "1")
    sheet.write_text(worked_on, encoding="utf-8")
    result = run("match", "--config", both, "--csv", sheet)

    assert (result.exit_code, sheet.read_text("utf-8")) == (2, worked_on)
    assert run("match", "--config", both, "--csv", sheet, "--force").exit_code == 0
    assert sheet.read_text("utf-8") != worked_on


def test_what_changed_since_the_last_run_is_told(both: Path) -> None:
    run("match", "--config", both)
    again = run("match", "--config", both)
    names = [*TOPICS[1:], "board"]
    old = [page(f"/fieldwork/{name}.html", SENTENCES[n], title=f"Our {name}") for n, name in enumerate(names, 1)]
    recrawled(both, Side.LEGACY, old)
    last = run("match", "--config", both)

    assert "since the last run: 0 new, 0 with another answer, 0 gone" in again.stderr
    assert "since the last run: 1 new, 0 with another answer, 2 gone" in last.stderr


def test_the_kinds_of_suggestions_are_counted_and_a_lost_folder_is_one_decision(config: Path) -> None:
    lost = ("Tombola prizes drawn by a mayor.", "Whist drive fixtures, autumn.", "Jumble valued kindly.")
    old = [page(f"/games/{n}", text, title=text[:5]) for n, text in enumerate(lost)]
    old += [page("/kept", SENTENCES[3], title="Kept"), page("/moved", status=301, final="https://www.new.example/kept")]
    crawled(config, Side.LEGACY, old)
    crawled(
        config, Side.NEW, [new_page("/kept", SENTENCES[3], title="Kept"), new_page("/other", SENTENCES[8], title="Spectacles")]
    )
    told = run("match", "--config", config, "--csv", "-")

    assert "       1 of them keep their address" in told.stderr
    assert "       1 of them are already redirected by the old site" in told.stderr
    assert "no page matches in these folders, each one decision: /games (3)" in told.stderr
    assert "/moved,/kept,0.9990,1,the old site redirects there; the old site already redirects it" in told.stdout


def test_languages_are_crossed_only_where_asked(config: Path) -> None:
    crawled(config, Side.LEGACY, [page("/eau", SENTENCES[0], language="fr", title="Eau"), page("/en", SENTENCES[5], title="En")])
    crawled(config, Side.NEW, [new_page("/eau", SENTENCES[0], title="Eau"), new_page("/fr", SENTENCES[7], language="fr")])

    assert "/eau,/eau," not in run("match", "--config", config, "--csv", "-").stdout
    crossed = run("match", "--config", config, "--csv", "-", "--across-languages")
    assert "in another language (en)" in crossed.stdout
    assert "1 of them have their best candidate in another language" in crossed.stderr
