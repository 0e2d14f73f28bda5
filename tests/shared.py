"""Where third-party test data lies: outside the repository, in $MIGRATOR_SHARED or ../shared."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_folder(name: str) -> Path:
    """The folder or file `name` of the shared data; skips the test, saying so, where it is absent."""
    root = Path(os.environ.get("MIGRATOR_SHARED") or ROOT.parent / "shared")
    path = root / name
    if not path.exists():
        pytest.skip(f"shared test data {name} is absent (set MIGRATOR_SHARED)")
    return path
