"""How far the move is for machines and for other people's pages: progress.json, badge.json and badge.svg."""

from __future__ import annotations

import html
import json
import unicodedata
from typing import Any

from migrator.pages.markdown import printable
from migrator.pages.progress import Counts, Group, Progress
from migrator.serve.status_board import Board

FORMAT = 1  # of progress.json; docs/status.md tells what it holds
SECONDS = 300  # that a badge may be kept; the least that shields.io takes


def progress_json(board: Board) -> bytes:
    """The figures, versioned."""
    return json.dumps(progress_data(board.site.name, board.address, board.progress), ensure_ascii=False).encode()


def progress_data(site: str, address: str, progress: Progress | None) -> dict[str, Any]:
    """What progress.json holds; without an account, `generated` and what is counted are None."""
    found: dict[str, Any] = {"version": FORMAT, "site": site, "address": address, "generated": None}
    if progress is None:
        return found | dict.fromkeys(("pages", "visits", "sections", "languages", "week", "history"))
    week = progress.week
    moves = [{"title": one.title, "old": one.old, "new": one.new, "date": str(one.date)} for one in week.moves]
    return found | {
        "generated": progress.generated.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "pages": _counts(progress.pages),
        "visits": _counts(progress.visits),
        "sections": list(map(_group, progress.sections)),
        "languages": list(map(_group, progress.languages)),
        "week": {"since": str(week.since), "until": str(week.until), "count": week.count, "moves": moves},
        "history": [
            {"date": str(one.date), "pages": _counts(one.pages), "visits": _counts(one.visits)} for one in progress.history
        ],
    }


def badge_json(board: Board) -> bytes:
    """The badge as shields.io draws it (https://shields.io/badges/endpoint-badge)."""
    label, message = _badge(board)
    color = "blue" if board.progress and board.progress.pages.total else "lightgrey"
    badge = {"schemaVersion": 1, "label": label, "message": message, "color": color, "cacheSeconds": SECONDS}
    return json.dumps(badge, ensure_ascii=False).encode()


def badge_svg(board: Board) -> bytes:
    """The badge drawn here, with its words for screen readers."""
    label, message = _badge(board)
    left, right = _width(label), _width(message)
    words, whole = f"{label}: {message}", left + right
    shift = right if board.words.direction == "rtl" else 0
    first, second = (shift + left / 2, right / 2) if shift else (left / 2, left + right / 2)
    dark = "#1a4f9c" if board.progress and board.progress.pages.total else "#505a5f"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{board.words.tag}" width="{whole}" height="20" role="img" '
        f'aria-labelledby="t"><title id="t">{html.escape(words)}</title>'
        f'<rect width="{whole}" height="20" rx="3" fill="#33383c"/>'
        f'<rect x="{0 if shift else left}" width="{right}" height="20" rx="3" fill="{dark}"/>'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true">'
        f'<text x="{first:g}" y="14">{html.escape(label)}</text>'
        f'<text x="{second:g}" y="14">{html.escape(message)}</text></g></svg>'
    ).encode()


def _badge(board: Board) -> tuple[str, str]:
    label = printable(board.words.text("status_badge"))
    if board.progress is None or not board.progress.pages.total:
        return label, board.words.text("status_badge_none")
    return label, board.share(board.progress.pages.moved, board.progress.pages.total)


def _width(text: str) -> int:
    """About how wide a text is, in pixels of an 11 px face, with room on both sides."""
    return 10 + round(sum(12 if unicodedata.east_asian_width(character) in "WF" else 6.8 for character in text))


def _group(group: Group) -> dict[str, Any]:
    return {"name": group.name, "pages": _counts(group.pages), "visits": _counts(group.visits)}


def _counts(counts: Counts) -> dict[str, Any]:
    share = counts.moved * 10_000 // counts.total / 10_000 if counts.total else None  # down: 1 is all
    numbers = {"moved": counts.moved, "gone": counts.gone, "kept": counts.kept, "not_yet": counts.not_yet}
    return {"total": counts.total, **numbers, "moved_share": share}
