"""Folders with a map in them, small enough to be quick and told to be big where a test wants the big road."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.maps.compiling import compile_map, folder_beside
from migrator.maps.folder import Version
from migrator.maps.opening import load_version
from migrator.rules.decision import Decision, Redirect
from migrator.rules.table import Request, RuleTable

SITE = """version: 1
sites:
  main:
    hosts: [old.example]
    legacy: "http://127.0.0.1:9"
    new: "https://new.example"
    significant_params: [id]
    allowed_targets: [shop.example]
"""


def written(folder: Path, text: str, **sheets: str) -> Path:
    """A config with that text behind the site, and sheets by name; every sheet is included."""
    config = folder / "redirects.yaml"
    for name, rows in sheets.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    config.write_text(SITE + ("include: ['*.csv']\n" if sheets else "") + text, encoding="utf-8")
    return config


def all_sheets_are_big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every sheet compiled into a file, however small."""
    monkeypatch.setenv("MIGRATOR_BIG_MAP", "0")


def made(config: Path) -> Version:
    """The version that compiling makes of the files; they must be fit."""
    outcome = compile_map(config, folder_beside(config))
    assert outcome.word == "new", outcome.problems
    assert outcome.version is not None
    return outcome.version


def refused(config: Path) -> list[tuple[str, int, str]]:
    """Why the files make no version: file, line and code of each problem."""
    outcome = compile_map(config, folder_beside(config))
    assert outcome.word == "refused"
    return [(Path(one.place.file).name, one.place.line, one.code) for one in outcome.problems]


def table_of(config: Path, version: Version) -> RuleTable:
    """The map of a version."""
    return load_version(config, folder_beside(config), version).table


def asked(table: RuleTable, address: str, method: str = "GET") -> Decision:
    """The decision for an address."""
    path, _, query = address.partition("?")
    return table.decide(Request(path.encode(), query.encode(), "old.example", method))


def location(table: RuleTable, address: str) -> str:
    """Where an address leads, or "" where it is not redirected."""
    decision = asked(table, address)
    return decision.location if isinstance(decision, Redirect) else ""
