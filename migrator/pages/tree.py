"""A page's markup as events in document order, bounded; no tree is kept. What the tags mean is not this file's business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder

MAX_MARKUP = 10_000_000  # characters parsed; what comes after is not read
MAX_TAGS = 100_000  # "<" parsed
MAX_HIDDEN = 200_000  # characters told of what is hidden in one script

Attributes = Mapping[str, str]

_UNSEEN = {
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "audio", "video"),
    *("select", "datalist", "textarea", "rt", "rp"),
}
# The declaration is a bogus comment to HTML; BeautifulSoup would warn of it.
_XML_DECLARATION = re.compile(r"<\?xml[^<>]*>?", re.IGNORECASE)


class Listener(Protocol):
    """Who is told of a page. Every tag that is opened is closed."""

    def begin(self, name: str, attributes: Attributes) -> None:
        """A tag begins."""

    def end(self, name: str) -> None:
        """A tag ends."""

    def text(self, text: str) -> None:
        """Some text, as it is written."""

    def hidden(self, name: str, attributes: Attributes, text: str) -> None:
        """A tag whose inside a visitor does not see; `text` is that of a script."""


def listen(markup: str, listener: Listener) -> None:
    """Tell `listener` of the tags and texts of `markup`, as BeautifulSoup has lxml read them."""
    BeautifulSoup(_bounded(_XML_DECLARATION.sub("", markup)) + "\n", builder=_Telling(listener))


class _Telling(LXMLTreeBuilder):
    """BeautifulSoup's way to lxml, which passes on what it is told rather than build a tree of it.

    The tree is most of what BeautifulSoup costs, and nobody would look at it twice.
    """

    def __init__(self, listener: Listener) -> None:
        super().__init__()
        self._listener = listener
        self._hidden_depth = 0
        self._hidden: tuple[str, Attributes, list[str]] = ("", {}, [])

    def start(self, tag: Any, attrib: Any, nsmap: Any = None) -> None:
        if self._hidden_depth:
            self._hidden_depth += 1
        elif tag in _UNSEEN:
            self._hidden_depth = 1
            self._hidden = (tag, attrib, [])
        else:
            self._listener.begin(tag, attrib)

    def end(self, tag: Any) -> None:
        if not self._hidden_depth:
            self._listener.end(tag)
            return
        self._hidden_depth -= 1
        if not self._hidden_depth:
            name, attributes, texts = self._hidden
            self._listener.hidden(name, attributes, "".join(texts)[:MAX_HIDDEN])

    def data(self, data: Any) -> None:
        if not self._hidden_depth:
            self._listener.text(data)
        elif self._hidden_depth == 1 and self._hidden[0] == "script":
            self._hidden[2].append(data)

    def comment(self, text: Any) -> None:
        """Say nothing of comments, nor of what follows."""

    def doctype(self, name: Any, pubid: Any, system: Any) -> None: ...

    def pi(self, target: Any, data: Any) -> None: ...


def _bounded(markup: str) -> str:
    markup = markup[:MAX_MARKUP]
    if markup.count("<") <= MAX_TAGS:
        return markup
    end = 0
    for _ in range(MAX_TAGS):
        end = markup.index("<", end) + 1
    return markup[: end - 1]
