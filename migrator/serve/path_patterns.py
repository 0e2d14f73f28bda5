"""Paths as the banner's options name them, `*` for anything; whether a path is among them. Rules have patterns of their own."""

from __future__ import annotations

from collections.abc import Iterable

Patterns = tuple[list[str], ...]  # each one's pieces between its asterisks


def path_patterns(written: Iterable[str]) -> Patterns:
    """The patterns of a configuration, ready to be asked."""
    return tuple(pattern.split("*") for pattern in written)


def matches_any(patterns: Patterns, path: str) -> bool:
    """Whether a path, as it came, is what one of the patterns names."""
    for pieces in patterns:  # noqa: SIM110 (a generator would cost more than all that it asks)
        if path.startswith(pieces[0]) and _matches(pieces, path):
            return True
    return False


def _matches(pieces: list[str], path: str) -> bool:
    """Whether a path is these pieces in this order, with anything between them; in one pass over the path."""
    first, *rest = pieces
    if not rest:
        return path == first
    *middle, last = rest
    if not path.startswith(first) or not path.endswith(last):
        return False
    position, end = len(first), len(path) - len(last)
    for piece in middle:
        position = path.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return position <= end
