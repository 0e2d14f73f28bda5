"""Crawls are listed, and two of them compared, with figures that a script can act on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.crawl.live_site import LiveSite, Reply, live_site, page, redirect

ABSENT = {"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}
FIRST = {
    **ABSENT,
    "/": page("/same", "/title", "/gone", "/status", "/moved", "/canonical"),
    "/same": page(title="Same"),
    "/title": page(title="Old title"),
    "/gone": page(),
    "/status": page(),
    "/moved": redirect("/same"),
    "/canonical": Reply("<link rel=canonical href=/a><title>C</title>"),
}
SECOND = {
    **FIRST,
    "/": page("/same", "/title", "/status", "/moved", "/canonical", "/new"),
    "/title": page(title="=New title"),
    "/status": Reply("<title>A page</title>", 500),
    "/moved": redirect("/new"),
    "/canonical": Reply("<link rel=canonical href=/b><title>C</title>"),
    "/new": page(),
}


@pytest.fixture
def site() -> Iterator[LiveSite]:
    with live_site(FIRST) as served:
        yield served


@pytest.fixture
def config(tmp_path: Path, site: LiveSite) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(
        f"version: 1\nsites:\n  main: {{hosts: [www.old.example], legacy: '{site.url}', new: 'https://www.new.example'}}\n"
    )
    return path


def crawl(config: Path, *more: str) -> None:
    assert run("crawl", "legacy", "--config", config, "--own-site", *more).exit_code == 0


def test_a_diff_tells_what_changed_and_exits_with_1(config: Path, site: LiveSite) -> None:
    crawl(config)
    site.replies = dict(SECOND)
    crawl(config, "--fresh")

    result = run("crawl", "diff", "legacy", "--config", config, "--json")

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["before"]["number"], told["after"]["number"]) == (1, 2)
    assert {(one["kind"], one["url"].removeprefix(site.url)) for one in told["changes"]} == {
        ("added", "/new"),
        ("removed", "/gone"),
        ("removed", "/a"),
        ("added", "/b"),
        ("status", "/status"),
        ("title", "/title"),
        ("redirect target", "/moved"),
        ("canonical", "/canonical"),
    }
    assert told["counts"]["status"] == 1

    text = run("crawl", "diff", "legacy", "1", "2", "--config", config, "--most", "1").stdout
    assert f"status: 1\n  {site.url}/status: 200 → 500" in text
    assert "and 1 more" in text
    back = run("crawl", "diff", "legacy", "2", "1", "--config", config).stdout
    assert f"removed: 2\n  {site.url}/b (404)\n  {site.url}/new (200)" in back


def test_a_sheet_holds_no_formula(config: Path, site: LiveSite, tmp_path: Path) -> None:
    crawl(config)
    site.replies = dict(SECOND)
    crawl(config, "--fresh")

    result = run("crawl", "diff", "legacy", "--config", config, "--csv", tmp_path / "diff.csv")

    rows = list(csv.DictReader(io.StringIO((tmp_path / "diff.csv").read_text())))
    assert result.exit_code == 1
    assert [row["after"] for row in rows if row["url"].endswith("/title")] == ["'=New title"]
    assert run("crawl", "diff", "legacy", "--config", config, "--csv", "-").stdout == (tmp_path / "diff.csv").read_text()
    refused = run("crawl", "diff", "legacy", "--config", config, "--csv", config)
    assert (refused.exit_code, "is another file" in refused.stderr) == (2, True)


def test_two_crawls_of_the_same_site_are_equal(config: Path) -> None:
    crawl(config)
    crawl(config, "--fresh")

    result = run("crawl", "diff", "legacy", "previous", "last", "--config", config)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing changed" in result.stderr
    assert run("crawl", "diff", "legacy", "2999-01-01", "last", "--config", config).exit_code == 0


def test_crawls_are_listed_newest_first(config: Path) -> None:
    assert "no crawl is kept" in run("crawl", "history", "legacy", "--config", config).stderr
    crawl(config)
    crawl(config, "--fresh", "--limit", "1")

    listed = json.loads(run("crawl", "history", "legacy", "--config", config, "--json").stdout)

    assert [(one["number"], one["finished"] is None) for one in listed] == [(2, True), (1, False)]
    assert "under way" in run("crawl", "history", "legacy", "--config", config).stdout
    assert "is under way" in run("crawl", "diff", "legacy", "1", "2", "--config", config).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["9", "last"], "no crawl '9'"),
        ([], "only one crawl of the legacy site has reached its end, so there is none before it to compare with. Kept: 1: begun"),
        (["soon", "last"], "is no crawl"),
        (["1999-01-01"], "no crawl '1999"),
    ],
)
def test_what_is_no_crawl_is_a_usage_error_that_names_those_that_are(config: Path, words: list[str], said: str) -> None:
    crawl(config)

    result = run("crawl", "diff", "legacy", *words, "--config", config)

    assert result.exit_code == 2
    assert said in result.stderr


def test_where_no_crawl_has_reached_its_end_the_way_there_is_told(config: Path) -> None:
    result = run("crawl", "diff", "legacy", "--config", config)

    assert result.exit_code == 2
    assert result.stderr == (
        "no crawl of the legacy site has reached its end. Kept: none\n    `migrator crawl legacy` makes one, or goes on with it\n"
    )


def test_the_crawl_under_way_is_told_with_what_can_be_done_about_it(config: Path) -> None:
    crawl(config)
    assert run("crawl", "history", "legacy", "--config", config).stderr == ""
    crawl(config, "--fresh", "--limit", "1")

    said = run("crawl", "history", "legacy", "--config", config).stderr

    assert "crawl 2 has not reached its end: `migrator crawl legacy` goes on with it" in said
    assert "`migrator crawl forget legacy 2` lets go of it" in said


def test_marks_are_counted_crawl_by_crawl(config: Path, site: LiveSite) -> None:
    lost = Reply("<title>Page not found</title><h1>Page not found</h1>")
    site.replies = {**ABSENT, "/": page("/lost"), "/lost": lost}
    crawl(config)

    (told,) = json.loads(run("crawl", "history", "legacy", "--config", config, "--json").stdout)

    assert (told["soft_404s"], told["near_duplicates"]) == (1, 0)
    assert "2 pages, 1 soft 404\n" in run("crawl", "history", "legacy", "--config", config).stdout
