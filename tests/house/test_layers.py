"""The floors of the house, as import-linter's contracts in pyproject.toml state them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.shared import ROOT


def test_every_import_goes_downstairs() -> None:
    """In a process of its own, because import-linter sets up logging anew."""
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr
