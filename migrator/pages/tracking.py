"""Addresses without what only tracks visitors. Which keys those are is said in urls.py."""

from __future__ import annotations

from migrator.urls import Folding, only_tracks, query_names


def without_tracking(url: str, folding: Folding) -> str:
    """`url`, which has no fragment, without query keys that only track visitors; all else stays to the byte."""
    address, _, query = url.partition("?")
    pairs = query.split("&")
    kept = [pair for pair in pairs if not any(only_tracks(name, folding) for name in query_names(pair, folding))]
    if len(kept) == len(pairs):
        return url
    return f"{address}?{'&'.join(kept)}" if kept else address
