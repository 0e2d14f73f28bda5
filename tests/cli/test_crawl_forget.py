"""A crawl is forgotten on request, never by accident, and nothing but that crawl."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrator.cli.main import main
from migrator.pages.page import Side
from migrator.store.open import open_store
from tests.cli.running import run
from tests.crawl.live_site import live_site, page


@pytest.fixture(autouse=True)
def two_crawls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two crawls of a site, and a list."""
    monkeypatch.chdir(tmp_path)
    with live_site({"/": page("/a"), "/a": page()}) as served:
        Path("redirects.yaml").write_text(
            f"version: 1\nsites:\n  main: {{hosts: [www.old.example], legacy: '{served.url}', new: 'https://www.new.example'}}\n"
        )
        for _ in range(2):
            assert run("crawl", "legacy", "--fresh", "--own-site").exit_code == 0
        Path("late.txt").write_text("/late\n")
        run("sources", "legacy", "late.txt")
        yield


def kept() -> list[int]:
    with open_store(".migrator/store.db") as store:
        assert len(store.imports("main", Side.LEGACY)) == 1
        return [crawl.number for crawl in store.crawls("main", Side.LEGACY)]


def forget(*words: object) -> Result:
    return run("crawl", "forget", "legacy", *words)


def test_a_dry_run_forgets_nothing() -> None:
    result = forget(2, "--dry-run")

    assert (result.exit_code, kept()) == (0, [2, 1])
    assert "would forget crawl 2: begun" in result.stderr
    assert "Other commands will use crawl 1 then." in result.stderr
    assert "Other commands use crawl 2." in forget(1, "--dry-run").stderr


def test_yes_forgets_that_crawl_alone() -> None:
    assert forget(2, "--yes").exit_code == 0
    assert kept() == [1]
    assert run("pages", "legacy").stdout.count("/a\n") == 1
    assert "No crawl of the legacy site will be left." in forget(1, "--yes").stderr
    assert kept() == []


@pytest.mark.parametrize(("said", "code", "left"), [("y\n", 0, [1]), ("n\n", 2, [2, 1]), ("", 2, [2, 1])])
def test_it_asks_first(said: str, code: int, left: list[int]) -> None:
    result = CliRunner().invoke(main, ["crawl", "forget", "legacy", "2"], input=said)

    assert (result.exit_code, kept()) == (code, left)
    assert "forget it and its 2 pages?" in result.stderr
    assert ("nothing was forgotten" in result.stderr) == bool(code)


def test_a_number_of_no_crawl_names_those_that_are() -> None:
    result = forget(9, "--yes")

    assert result.exit_code == 2
    assert "there is no crawl 9 of the legacy site. Kept: 2: begun" in result.stderr
    assert "Usage" not in result.stderr


def test_a_fresh_crawl_that_was_a_mistake_can_be_forgotten() -> None:
    run("crawl", "legacy", "--fresh", "--own-site", "--limit", "1")
    assert kept() == [3, 2, 1]

    assert "Other commands use crawl 2." in forget(3, "--yes").stderr
    assert kept() == [2, 1]
