"""A bounded walk over a page's markup in document order. What the tags mean is not this file's business."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

MAX_MARKUP = 10_000_000  # characters parsed; what comes after is not read
MAX_TAGS = 100_000  # "<" parsed: a tree costs about a kilobyte for each

_UNSEEN = {
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "audio", "video"),
    *("select", "datalist", "textarea", "rt", "rp"),
}
# The declaration is a bogus comment to HTML; BeautifulSoup would warn of it.
_XML_DECLARATION = re.compile(r"<\?xml[^<>]*>?", re.IGNORECASE)


class Event(Enum):
    """What the walk meets: a tag that opens or closes, or text."""

    OPEN = 1
    CLOSE = 2
    TEXT = 3


def walk(markup: str) -> Iterator[tuple[Event, PageElement]]:
    """The tags and texts of `markup` without recursion; what a visitor does not see is left out."""
    root = BeautifulSoup(_bounded(_XML_DECLARATION.sub("", markup)) + "\n", "lxml")
    open_tags: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.contents))]
    while open_tags:
        tag, children = open_tags[-1]
        child = next(children, None)
        if child is None:
            open_tags.pop()
            yield Event.CLOSE, tag
        elif isinstance(child, Tag):
            if child.name not in _UNSEEN:
                yield Event.OPEN, child
                open_tags.append((child, iter(child.contents)))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield Event.TEXT, child


def _bounded(markup: str) -> str:
    markup = markup[:MAX_MARKUP]
    if markup.count("<") <= MAX_TAGS:
        return markup
    end = 0
    for _ in range(MAX_TAGS):
        end = markup.index("<", end) + 1
    return markup[: end - 1]
