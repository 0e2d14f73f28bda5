"""What a new run of the matcher says otherwise than the one before. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.pages.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Changes:
    """Old addresses: `new` since the last run, with another first candidate (or none, or one at last), and `gone` since then."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def changes(before: Sequence[Suggestion], after: Sequence[Suggestion]) -> Changes:
    """Compare two runs by their old addresses."""
    former = {one.old_url: _target(one) for one in before}
    latter = {one.old_url: _target(one) for one in after}
    return Changes(
        tuple(url for url in latter if url not in former),
        tuple(url for url, target in latter.items() if url in former and former[url] != target),
        tuple(url for url in former if url not in latter),
    )


def _target(suggestion: Suggestion) -> str:
    return suggestion.best.url if suggestion.best else ""
