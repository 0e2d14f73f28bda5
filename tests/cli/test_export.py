"""`migrator export`: a folder for another server, which says what it does not hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrator.cli.exporting import WRITABLE
from tests.cli.running import run
from tests.rules.making import SITE

RULES = "rules:\n  - {from: /a, to: /b}\n  - {from: /p/*, to: /q/:splat}\n  - {from: /kept, serve: legacy}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + RULES, encoding="utf-8")
    return path


@pytest.mark.parametrize("dialect", WRITABLE)
def test_every_dialect_is_written_with_a_readme(dialect: str, config: Path) -> None:
    folder = config.parent / "out"

    result = run("export", dialect, "--out", folder, "--config", config)

    assert result.exit_code in (0, 1)
    readme = (folder / "README.md").read_text("utf-8")
    assert f"`migrator export {dialect}`" in readme
    for name in (path.name for path in folder.iterdir() if path.name != "README.md"):
        assert f"- `{name}`" in readme
    assert ("## Left out" in readme) == (result.exit_code == 1)


def test_what_cannot_be_said_is_named_on_the_terminal_and_in_the_folder(config: Path) -> None:
    folder = config.parent / "out"

    result = run("export", "django", "--out", folder, "--config", config)

    assert result.exit_code == 1
    assert "redirects.yaml:11:5: left out: `/p/*`: a pattern cannot be said" in result.stderr
    assert "1 rule written for django, 2 left out" in result.stderr
    assert "`/kept`" in (folder / "README.md").read_text("utf-8")


def test_a_dry_run_writes_nothing(config: Path) -> None:
    folder = config.parent / "out"

    result = run("export", "nginx", "--out", folder, "--config", config, "--dry-run", "--json")

    assert not folder.exists()
    assert json.loads(result.stdout)["files"] == ["migrator-maps.conf", "migrator.conf"]


def test_a_second_export_takes_the_place_of_the_first_and_of_nothing_else(config: Path) -> None:
    folder = config.parent / "out"
    run("export", "haproxy", "--out", folder, "--config", config)
    (folder / "own.cfg").write_text("mine")
    config.write_text(SITE + "rules:\n  - {from: /a, to: /b}\n")

    result = run("export", "haproxy", "--out", folder, "--config", config)

    assert result.exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["0-path.map", "README.md", "migrator.cfg", "own.cfg"]


def test_files_of_somebody_else_are_never_overwritten(config: Path) -> None:
    (config.parent / "_redirects").write_text("mine")

    result = run("export", "netlify", "--out", config.parent, "--config", config)

    assert result.exit_code == 2
    assert (config.parent / "_redirects").read_text() == "mine"


def test_a_map_that_cannot_be_served_is_not_exported(config: Path) -> None:
    config.write_text(SITE + "redirects:\n  /a: https://www.elsewhere.example/\n")

    result = run("export", "nginx", "--out", config.parent / "out", "--config", config)

    assert result.exit_code == 2
    assert "not allowed" in result.stderr
