"""`migrator match --vectors`: vectors that a model made elsewhere, for the pages of both sites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.pages.page import Side
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, opened
from tests.pages.making import NEW, OLD, SENTENCES, new_page, page, prose


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An old page with twins on the new site, and others."""
    path = config_with(tmp_path)
    old = [page("/apps/Checklist.html", prose(3, 6), title="Checklist"), page("/x", SENTENCES[1], title="X")]
    twins = [new_page(f"/{name}/checklist/", prose(3, 6), title="Checklist") for name in ("deploy", "manage")]
    crawled(path, Side.LEGACY, old)
    crawled(path, Side.NEW, [*twins, *(new_page(f"/n/{n}", SENTENCES[n], title=f"N {n}") for n in (0, 1, 2, 9, 10))])
    return path


def written(config: Path, name: str, rows: list[tuple[str, list[float]]]) -> Path:
    path = config.parent / name
    path.write_text("\n".join(json.dumps({"url": url, "vector": vector}) for url, vector in rows), encoding="utf-8")
    return path


def best(config: Path) -> str:
    with opened(config) as store:
        found = {one.old_url: one.best for one in store.suggestions("main")}[f"{OLD}/apps/Checklist.html"]
    assert found
    return found.url.removeprefix(NEW)


@pytest.mark.parametrize("nearer", ["/deploy/checklist/", "/manage/checklist/"])
def test_twins_are_told_apart_by_files_of_both_sites_in_any_spelling(config: Path, nearer: str) -> None:
    old = written(config, "old.jsonl", [("http://old.example/apps/checklist.html", [1, 0]), ("http://old.example/?", [1, 1])])
    sides = [[1.0, 0.0] if name in nearer else [0.0, 1.0] for name in ("deploy", "manage")]
    new = written(config, "new.jsonl", [(f"{NEW}/deploy/checklist/", sides[0]), (f"{NEW}/manage/checklist/", sides[1])])
    result = run("match", "--config", config, "--vectors", old, "--vectors", new)

    assert result.exit_code == 0
    assert f"{old}: 1 vector of 2 numbers; 1 other address" in result.stderr
    assert f"{new}: 2 vectors of 2 numbers\n" in result.stderr
    assert best(config) == nearer


def test_a_side_without_vectors_is_told(config: Path) -> None:
    old = written(config, "old.jsonl", [(f"{OLD}/x", [1, 0])])
    result = run("match", "--config", config, "--vectors", old)

    assert (result.exit_code, "warning: no new page has a vector" in result.stderr) == (0, True)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("https://other.example/", [1.0, 2.0])], "names no page that was crawled"),
        ([("/x", [1.0, 2.0])], "addresses must be whole"),
        ([(f"{OLD}/x", [])], "holds no vector"),
        ([(f"{OLD}/x", [1.0, 2.0]), (f"{OLD}/y", [1.0])], ":2: a vector of 1 numbers, after some of 2"),
    ],
)
def test_a_file_that_cannot_serve_ends_the_run_before_it_changes_anything(
    config: Path, rows: list[tuple[str, list[float]]], said: str
) -> None:
    result = run("match", "--config", config, "--vectors", written(config, "v.jsonl", rows))

    assert (result.exit_code, said in result.stderr) == (2, True)
    with opened(config) as store:
        assert list(store.suggestions("main")) == []


def test_vectors_of_two_models_are_refused(config: Path) -> None:
    old, new = written(config, "old.jsonl", [(f"{OLD}/x", [1, 0])]), written(config, "new.jsonl", [(f"{NEW}/n/1", [1, 0, 0])])
    result = run("match", "--config", config, "--vectors", old, "--vectors", new)

    assert (result.exit_code, "all must come from one model" in result.stderr) == (2, True)
