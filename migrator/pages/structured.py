"""What a page's JSON-LD says of it (schema.org): its trail of breadcrumbs and its dates. Markup is read elsewhere."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrator.pages.dates import iso_date

MAX_NODES = 5_000  # looked at on one page
_TRAIL = "breadcrumblist"
# Types that stand for the page itself; an event or a comment on it has dates of its own.
_PAGE_TYPES = re.compile(r"(?:\w*(?:article|posting|page|report|document)|publication|creativework|dataset)", re.IGNORECASE)
_WRAPPING = re.compile(
    r"\A\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*\Z"
)

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Structured:
    """What the JSON-LD of one page says; "" and () where it says nothing. Dates are ISO 8601."""

    breadcrumbs: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""


def read_structured(scripts: Iterable[str]) -> Structured:
    """What these scripts of type application/ld+json say, the first that says something winning. Never raises."""
    nodes = list(_nodes(scripts))
    pages = [node for node in nodes if any(_PAGE_TYPES.fullmatch(kind) for kind in _types(node))]
    trails = (_trail(node) for node in nodes if _TRAIL in map(str.lower, _types(node)))
    return Structured(
        breadcrumbs=next(filter(None, trails), ()),
        published=next(filter(None, (iso_date(_text(node.get("datePublished"))) for node in pages)), ""),
        modified=next(filter(None, (iso_date(_text(node.get("dateModified"))) for node in pages)), ""),
    )


def _nodes(scripts: Iterable[str]) -> Iterator[Node]:
    """Every object of every script, outer ones first, up to MAX_NODES."""
    due: deque[Any] = deque(filter(None, map(_parsed, scripts)))
    for _ in range(MAX_NODES):
        if not due:
            return
        value = due.popleft()
        if isinstance(value, dict):
            yield value
            due.extend(inner for inner in value.values() if isinstance(inner, dict | list))
        elif isinstance(value, list):
            due.extend(inner for inner in value[:MAX_NODES] if isinstance(inner, dict | list))


def _parsed(script: str) -> Any:
    try:
        return json.loads(_WRAPPING.sub("", script).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _types(node: Node) -> Iterator[str]:
    kinds = node.get("@type")
    for kind in kinds if isinstance(kinds, list) else (kinds,):
        if isinstance(kind, str):
            yield kind.rpartition("/")[2].rpartition(":")[2]


def _trail(node: Node) -> tuple[str, ...]:
    items = node.get("itemListElement")
    steps = [item for item in (items if isinstance(items, list) else [items]) if isinstance(item, dict)]
    return tuple(filter(None, (" ".join(_name(step).split()) for step in sorted(steps, key=_position))))


def _position(step: Node) -> float:
    try:
        position = float(step.get("position") or 0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return position if position == position else 0.0  # not NaN


def _name(step: Node) -> str:
    item = step.get("item")
    return _text(step.get("name")) or (_text(item.get("name")) if isinstance(item, dict) else "")


def _text(value: Any) -> str:
    """A text; of a list of them the first."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) else ""
