"""What became of every old address of the demonstration, as its editors decided it. Reads expected.csv; fetches nothing."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files


class Fate(StrEnum):
    """What became of an old page."""

    MOVED = "moved"  # to one new page of its own
    MERGED = "merged"  # into a new page that takes others too
    UNMOVED = "unmoved"  # the new page has the same address
    GONE = "gone"  # for good; nothing replaces it
    KEPT = "kept"  # still on the old site


@dataclass(frozen=True, slots=True)
class Expected:
    """One old address. `new` is set where the page went somewhere; `suggest` is what a gone page may point to."""

    old: str
    fate: Fate
    new: str
    suggest: str
    note: str


def expected() -> tuple[Expected, ...]:
    """Every old page of the demonstration, in the order of the old site."""
    text = (files("migrator.demo") / "expected.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Expected(row["old"], Fate(row["fate"]), row["new"], row["suggest"], row["note"]) for row in rows)
