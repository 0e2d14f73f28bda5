"""A store of its own for every test, of each kind in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrator.store.open import open_store
from migrator.store.store import Store


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store."""
    with open_store(store_url) as opened:
        yield opened
