"""Keeps Python's collector of cyclic garbage at rest while a map is made: a million new objects, and no cycle among them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Iterator[None]:
    """For the length of the block nothing is looked through for garbage; each look would go through the whole map so far."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
