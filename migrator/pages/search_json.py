"""What a search found, as JSON has it: for the site's own search.json and for the command. Values only."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.pages.search_result import Found, Hit
from migrator.pages.search_snippet import Piece


def found_value(found: Found) -> dict[str, object]:
    """The same results, in the same order, as the page shows them."""
    return {
        "query": found.query.text,
        "matches": found.rung.value,
        "total": found.total,
        "is_more": found.is_more,
        "page": found.query.page,
        "pages": found.pages,
        "did_you_mean": found.meant,
        "unknown_words": list(found.unknown),
        "pinned": [{"url": pin.url, "title": pin.title, "text": pin.text} for pin in found.pins],
        "results": list(map(_hit_value, found.hits)),
        "languages": dict(found.languages),
        "sections": dict(found.sections),
    }


def _hit_value(hit: Hit) -> dict[str, object]:
    return {
        "url": hit.address,
        "title": hit.title,
        "moved": hit.is_new,
        "language": hit.language,
        "section": hit.section,
        "passage": "".join(piece.text for piece in hit.passage),
        "marked": _marks(hit.passage),
    }


def _marks(pieces: Sequence[Piece]) -> list[list[int]]:
    """Where marked words stand in a passage: start and end of each, in characters."""
    marks, place = [], 0
    for piece in pieces:
        if piece.is_marked:
            marks.append([place, place + len(piece.text)])
        place += len(piece.text)
    return marks
