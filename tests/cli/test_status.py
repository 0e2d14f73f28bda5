"""`migrator status`: the figures, their snapshot, and the public page as files; and what `publish` and `check` do with them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from migrator.pages.page import Side
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.verdict import Answer, Verdict
from tests.cli.running import run
from tests.cli.stored import SITE, config_with, crawled, decided, suggested, visited
from tests.pages.making import NEW, OLD, page
from tests.serve.feed_rules import check_atom, check_json_feed

TODAY = dt.datetime.now(dt.UTC).date()
RULES = f"""\
transition: {{}}
redirects:
  /about.html: /about
rules:
  - {{from: /news/*, to: /stories/:splat, added: {TODAY}}}
  - {{from: /raffle, gone: true}}
  - {{from: /shop/cart, serve: legacy}}
"""
PAGES = [
    page("/"),
    page("/about.html", title="About us"),
    page("/news/a.html", title="News <b>A"),
    page("/news/b.html", language="fr"),
    page("/news/lost.html", status=404),
    page("/raffle"),
    page("/shop/cart"),
    page("/shop/lamp.html"),
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = config_with(tmp_path, RULES)
    crawled(path, Side.LEGACY, PAGES)
    visited(path, [(f"{OLD}/about.html", 70), (f"{OLD}/shop/lamp.html", 20), (f"{OLD}/news/secret?token=1", 10)])
    return path


def figures(config: Path, *words: object) -> dict[str, Any]:
    result = run("status", "--config", config, "--json", *words)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def snapshot(config: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((config.parent / ".migrator" / "progress.json").read_bytes())["sites"]
    return found


def write_update(config: Path, name: str, head: str = "", text: str = "Text") -> None:
    folder = config.parent / "updates"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"---\ntitle: {name}\ndate: {TODAY}\n{head}---\n{text}\n", encoding="utf-8")


def test_pages_and_visits_are_counted_by_where_they_stand(config: Path) -> None:
    found = figures(config)

    assert found["pages"] == {"total": 8, "moved": 4, "gone": 1, "kept": 1, "not_yet": 2, "moved_share": 0.5}
    assert (found["visits"]["moved"], found["visits"]["total"]) == (80, 100)
    assert {one["name"]: one["pages"]["moved"] for one in found["sections"]} == {"/news/": 3, "/": 1, "/shop/": 0}


def test_what_moved_this_week_names_only_pages_that_anybody_can_find(config: Path) -> None:
    decided(config, [Verdict(f"{OLD}/about.html", Answer.ACCEPTED, f"{NEW}/about", "ann", dt.datetime.now(dt.UTC))])
    week = figures(config)["week"]

    assert week["count"] == 4
    assert [(one["old"], one["new"]) for one in week["moves"]] == [
        ("/about.html", f"{NEW}/about"),
        ("/news/a.html", f"{NEW}/stories/a.html"),
        ("/news/b.html", f"{NEW}/stories/b.html"),
    ]


def test_a_decision_of_long_ago_is_no_news(config: Path) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=8)
    decided(config, [Verdict(f"{OLD}/about.html", Answer.ACCEPTED, f"{NEW}/about", "ann", long_ago)])

    assert figures(config)["week"]["count"] == 3


def test_the_snapshot_keeps_its_history_and_other_sites(config: Path) -> None:
    figures(config)
    path = config.parent / ".migrator" / "progress.json"
    data = json.loads(path.read_bytes())
    data["sites"]["main"]["history"][0]["date"] = str(TODAY - dt.timedelta(days=3))
    data["sites"]["strange"] = data["sites"]["main"]
    path.write_text(json.dumps(data))
    figures(config)

    assert list(snapshot(config)) == ["main"]  # the config has no other
    assert [one["date"] for one in snapshot(config)["main"]["history"]] == [str(TODAY - dt.timedelta(days=3)), str(TODAY)]


def test_a_broken_snapshot_is_replaced(config: Path) -> None:
    path = config.parent / ".migrator" / "progress.json"
    path.write_text("{broken")
    assert figures(config)["pages"]["moved"] == 4
    assert snapshot(config)["main"]["pages"]["moved"] == 4


def test_a_trial_writes_nothing(config: Path, tmp_path: Path) -> None:
    figures(config, "--dry-run", "--out", tmp_path / "out")

    assert not (config.parent / ".migrator" / "progress.json").exists()
    assert not (tmp_path / "out").exists()


def test_people_read_a_summary(config: Path) -> None:
    lines = run("status", "--config", config).stdout.splitlines()

    assert lines[0] == "4 of 8 old pages moved (50.0 %); they have 80.0 % of visits"
    assert "stays on the old site\t1\t0" in lines
    assert "/shop/\t2\t0.0 %\t20\t0.0 %" in lines


def test_publish_brings_the_snapshot_up_to_date(config: Path) -> None:
    figures(config)
    suggested(config, [Suggestion(f"{OLD}/shop/lamp.html", (Candidate(f"{NEW}/lamp", 0.99),))])
    assert run("publish", "--config", config, "--dry-run").exit_code == 0
    assert snapshot(config)["main"]["pages"]["moved"] == 4
    assert run("publish", "--config", config).exit_code == 0
    assert snapshot(config)["main"]["pages"]["moved"] == 5


def test_publish_leaves_no_snapshot_where_no_page_would_show_it(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    crawled(config, Side.LEGACY, PAGES)
    suggested(config, [Suggestion(f"{OLD}/shop/lamp.html", (Candidate(f"{NEW}/lamp", 0.99),))])

    assert run("publish", "--config", config).exit_code == 0
    assert not (tmp_path / ".migrator" / "progress.json").exists()
    assert "a section `transition:` in the config switches it on" in run("status", "--config", config).stderr


def test_the_export_is_whole_and_leads_from_file_to_file(config: Path, tmp_path: Path) -> None:
    write_update(config, "one.md", text="[here](/x)")
    write_update(config, "one.fr.md")
    out = tmp_path / "deep" / "out"
    assert run("status", "--config", config, "--out", out).exit_code == 0

    names = {path.name for path in out.iterdir()}
    assert {"index.html", "index.fr.html", "feed.atom", "feed.ar.json", "badge.svg", "badge.zh.json", "progress.json"} <= names
    assert "progress.fr.json" not in names
    for path in out.glob("*.html"):
        for address in html.fromstring(path.read_text("utf-8")).xpath(
            "//main//article/following::*/@href | //link/@href | //nav//@href"
        ):
            assert address.startswith(("https://www.new.example", "#")) or (out / address).is_file(), address
    for path in out.glob("feed*.atom"):
        check_atom(path.read_bytes())
    for path in out.glob("feed*.json"):
        check_json_feed(path.read_bytes())
    assert json.loads((out / "progress.json").read_bytes())["pages"]["moved"] == 4
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in out.iterdir())


def test_an_earlier_export_is_replaced_whole_and_nothing_else_ever(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert run("status", "--config", config, "--out", out).exit_code == 0
    (out / "index.xx.html").write_text("of a language that is gone")
    assert run("status", "--config", config, "--out", out).exit_code == 0
    assert not (out / "index.xx.html").exists()

    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("work")
    result = run("status", "--config", config, "--out", other)
    assert (result.exit_code, "holds other files" in result.stderr) == (2, True)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".tmp")]


def test_several_sites_are_counted_apart_and_lie_in_folders(tmp_path: Path) -> None:
    second = "  ../b:\n    hosts: [b.example]\n    legacy: http://b.example\n    new: https://new-b.example\n"
    config = config_with(tmp_path, site=SITE + second)
    crawled(config, Side.LEGACY, PAGES)
    out = tmp_path / "out"
    result = run("status", "--config", config, "--out", out, "--json")

    assert result.exit_code == 0, result.stderr
    first, other = json.loads(result.stdout)
    assert (first["site"], first["pages"]["total"], other["pages"]) == ("main", 7, None)
    assert sorted(path.name for path in out.iterdir()) == sorted([".migrator-status", "main", "%2E%2E%2Fb"])
    assert run("status", "--config", config, "--site", "nope").exit_code == 2


def test_what_is_wrong_with_an_update_is_told_with_its_place(config: Path) -> None:
    write_update(config, "good.md")
    write_update(config, "bad.md", head="mood: good\n")
    result = run("status", "--config", config)

    assert (result.exit_code, "bad.md:4:1: warning: unknown key `mood`" in result.stderr) == (1, True)
    checked = run("check", "--config", config)
    assert (checked.exit_code, "bad.md:4:1: warning: unknown key `mood`" in checked.stdout) == (0, True)
    assert run("check", "--config", config, "--strict").exit_code == 1


def test_check_reads_no_updates_where_no_page_shows_them(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    write_update(config, "bad.md", head="mood: good\n")

    assert run("check", "--config", config).stdout == ""


def test_nothing_known_is_said_with_what_to_do(tmp_path: Path) -> None:
    result = run("status", "--config", config_with(tmp_path))

    assert (result.exit_code, result.stderr.startswith("no old address to count; run `migrator crawl legacy`")) == (2, True)


def test_a_template_at_fault_writes_nothing(config: Path, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "status.html").write_text("{{ missing }}")
    result = run("status", "--config", config, "--out", tmp_path / "out")

    assert (result.exit_code, "status.html:1" in result.stderr) == (2, True)
    assert not (config.parent / ".migrator" / "progress.json").exists()
    assert not (tmp_path / "out").exists()
