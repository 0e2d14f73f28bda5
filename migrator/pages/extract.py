"""The bytes of an HTML page to its Content. Never raises, always bounded; no knowledge of any one site may enter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag
from bs4.element import PageElement

from migrator.pages.charset import decode
from migrator.pages.page import Content, Link
from migrator.pages.tree import Event, walk
from migrator.urls import normal_url

MAX_TEXT = 1_000_000  # characters of text kept
MAX_LINE = 1_000  # characters kept of a title, heading, description or anchor text
MAX_ITEMS = 5_000  # headings and links kept, each
MAX_ADDRESS = 8_000  # characters; longer ones are no links

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = _HEADINGS | {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "dir", "div"),
    *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "head", "header", "hgroup", "hr", "html", "legend", "li"),
    *("main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"),
    *("title", "tr", "ul"),
}
_LINES = ("title", "h1", "base", "canonical", "language", "content-language", "description")
_REFRESH = re.compile(r"[\s\d.]*[;,]\s*url\s*=(.*)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,5}")


def extract(body: bytes, url: str, charset: str | None = None) -> Content:
    """What is written on the page `body` that `url` answered; `charset` is what the HTTP header says, if it does."""
    reader = _Reader()
    for event, node in walk(decode(body, charset)):
        reader.read(event, node)
    return reader.content(url)


def fold(text: str) -> str:
    """`text` with every run of white space as one space, and none at its ends."""
    return " ".join(text.split())


class _Capture:
    """The text between one tag's opening and its closing; the words of its images stand in where it has none of its own."""

    def __init__(self, tag: Tag) -> None:
        self.tag = tag
        self.pieces: list[str] = []
        self.images: list[str] = []

    def line(self) -> str:
        return (fold("".join(self.pieces)) or fold(" ".join(self.images)))[:MAX_LINE].rstrip()


class _Reader:
    """Takes the events of one page and keeps what Content asks for."""

    def __init__(self) -> None:
        self.lines = dict.fromkeys(_LINES, "")
        self.headings: list[str] = []
        self.anchors: list[tuple[str, str]] = []
        self.captures: dict[str, _Capture] = {}
        self.block: list[str] = []
        self.blocks: list[tuple[str, bool]] = []
        self.main_depth = self.nav_depth = self.length = 0

    def read(self, event: Event, node: PageElement) -> None:
        if not isinstance(node, Tag):
            self._text(str(node))
        elif event is Event.OPEN:
            self._open(node)
        else:
            self._close(node)

    def content(self, url: str) -> Content:
        """All that was read, with addresses resolved against the page's own base, which is resolved against `url`."""
        self._end_block()
        lines = self.lines
        base = _resolved(lines["base"], url) or url
        return Content(
            title=lines["title"],
            h1=lines["h1"],
            headings=tuple(self.headings),
            canonical=_resolved(lines["canonical"], base),
            language=_language(lines["language"]) or _language(lines["content-language"]),
            description=lines["description"],
            text="\n".join(_main(self.blocks)),
            links=tuple(_links(self.anchors, base)),
        )

    def _text(self, text: str) -> None:
        for capture in self.captures.values():
            capture.pieces.append(text)
        if "title" not in self.captures:
            self.block.append(text)

    def _open(self, tag: Tag) -> None:
        name = tag.name
        if name in _BLOCKS:
            self._end_block()
            for capture in self.captures.values():
                capture.pieces.append(" ")
        if name in ("a", "area", "title") or name in _HEADINGS:
            self._end_capture(_slot(name))
            self.captures[_slot(name)] = _Capture(tag)
        if name in ("img", "area"):
            for capture in self.captures.values():
                capture.images.append(_attribute(tag, "alt"))
        self.main_depth += _is_main(tag)
        self.nav_depth += name == "nav"
        self._metadata(tag)

    def _close(self, tag: Tag) -> None:
        if tag.name in _BLOCKS:
            self._end_block()
        capture = self.captures.get(_slot(tag.name))
        if capture is not None and capture.tag is tag:
            self._end_capture(_slot(tag.name))
        self.main_depth -= _is_main(tag)
        self.nav_depth -= tag.name == "nav"

    def _metadata(self, tag: Tag) -> None:
        if tag.name == "html":
            self._first("language", _attribute(tag, "lang") or _attribute(tag, "xml:lang"))
        elif tag.name == "base":
            self._first("base", _attribute(tag, "href"))
        elif tag.name == "link" and "canonical" in _attribute(tag, "rel").lower().split():
            self._first("canonical", _attribute(tag, "href"))
        elif tag.name in ("frame", "iframe"):
            self._anchor(_attribute(tag, "src"), fold(_attribute(tag, "title")[:MAX_ADDRESS])[:MAX_LINE].rstrip())
        elif tag.name == "meta":
            self._meta(tag, _attribute(tag, "content")[:MAX_ADDRESS])

    def _meta(self, tag: Tag, content: str) -> None:
        state = _attribute(tag, "http-equiv").lower()
        if _attribute(tag, "name").lower() == "description":
            self._first("description", fold(content)[:MAX_LINE].rstrip())
        elif state == "content-language":
            self._first("content-language", content)
        elif state == "refresh" and (match := _REFRESH.match(content)):
            self._anchor(match[1].strip("\"' "), "")

    def _anchor(self, href: str, text: str) -> None:
        if len(self.anchors) < MAX_ITEMS:
            self.anchors.append((href, text))

    def _first(self, key: str, value: str) -> None:
        self.lines[key] = self.lines[key] or value

    def _end_capture(self, slot: str) -> None:
        capture = self.captures.pop(slot, None)
        if capture is None:
            return
        line = capture.line()
        if slot == "a":
            self._anchor(_attribute(capture.tag, "href"), line)
        elif slot == "title":
            self._first("title", line)
        elif line and len(self.headings) < MAX_ITEMS:
            self.headings.append(line)
            self._first("h1", line if capture.tag.name == "h1" else "")

    def _end_block(self) -> None:
        text = fold("".join(self.block))[: max(0, MAX_TEXT - self.length)].rstrip()
        self.block.clear()
        if text:
            self.length += len(text) + 1
            self.blocks.append((text, self.main_depth > 0 and self.nav_depth == 0))


def _slot(name: str) -> str:
    return "a" if name == "area" else "heading" if name in _HEADINGS else name


def _is_main(tag: Tag) -> bool:
    return tag.name == "main" or _attribute(tag, "role") == "main"


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name) or ""
    return value if isinstance(value, str) else " ".join(value)


def _main(blocks: list[tuple[str, bool]]) -> list[str]:
    """The blocks of the main landmark where the page has one that says something, else all."""
    return [text for text, is_main in blocks if is_main] or [text for text, _ in blocks]


def _resolved(href: str, base: str) -> str:
    return (normal_url(href, base) or "") if 0 < len(href) <= MAX_ADDRESS else ""


def _links(anchors: Iterable[tuple[str, str]], base: str) -> Iterator[Link]:
    """Each address once, in page order, with the first text that any link to it has."""
    texts: dict[str, str] = {}
    for href, text in anchors:
        if address := _resolved(href, base):
            texts[address] = texts.get(address) or text
    return (Link(address, text) for address, text in texts.items())


def _language(tag: str) -> str:
    """A lower-case BCP 47 tag, or "" where it is none (HTML: a list in Content-Language says nothing)."""
    tag = tag.strip().lower().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""
