"""A store in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.store.open import open_store
from migrator.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open, empty store."""
    with open_store(str(tmp_path / "state" / "store.db")) as opened:
        yield opened
