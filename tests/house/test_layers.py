"""The floors of the house, as import-linter's contracts in pyproject.toml state them."""

from __future__ import annotations

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.shared import ROOT


def test_every_import_goes_downstairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
