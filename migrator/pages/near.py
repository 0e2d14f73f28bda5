"""How near two addresses are for a person who mistyped one. Which addresses there are is not said here."""

from __future__ import annotations

_SHORT = 3  # letters of a run


def nearness(one: str, other: str) -> float:
    """0 to 1: what the paths have in common, as runs of three letters (Dice's coefficient); the last segment counts twice."""
    return (_alike(one, other) + 2 * _alike(one.rpartition("/")[2], other.rpartition("/")[2])) / 3


def _alike(one: str, other: str) -> float:
    here, there = _runs(one.lower()), _runs(other.lower())
    return 2 * len(here & there) / (len(here) + len(there))


def _runs(text: str) -> set[str]:
    padded = f"^{text}$"
    return {padded[start : start + _SHORT] for start in range(max(1, len(padded) - _SHORT + 1))}
