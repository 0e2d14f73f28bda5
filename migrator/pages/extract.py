"""The bytes of an HTML page to what is written on it. Never raises, always bounded; no knowledge of any one site may enter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from migrator.pages.assets import is_file
from migrator.pages.charset import decode
from migrator.pages.figures import Figures
from migrator.pages.metadata import Metadata
from migrator.pages.page import DETECTED, Content, Link
from migrator.pages.spoken import spoken_language
from migrator.pages.trail import Trail
from migrator.pages.tree import Attributes, listen
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
_SLOTS = {"a": "a", "area": "a", "title": "title", "figcaption": "figcaption", **dict.fromkeys(_HEADINGS, "heading")}
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,5}")


class _Place(Enum):
    """Where on the page a block stands."""

    MAIN = auto()
    NAV = auto()
    PAGE = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one page. `noindex`: it asks search engines to leave it out. `fault`: what went wrong, or ""."""

    content: Content
    noindex: bool = False
    fault: str = ""


def extract(body: bytes, url: str, charset: str | None = None) -> Content:
    """What is written on the page `body` that `url` answered; `charset` is what the HTTP header says, if it does."""
    return read(body, url, charset).content


def read(body: bytes, url: str, charset: str | None = None) -> Reading:
    """What is written on that page, and what it asks of search engines."""
    reader = _Reader()
    listen(decode(body, charset), reader)
    return reader.reading(url)


def fold(text: str) -> str:
    """`text` with every run of white space as one space, and none at its ends."""
    return " ".join(text.split())


class _Capture:
    """The text between one tag's opening and its closing; the words of its images stand in where it has none of its own."""

    def __init__(self, name: str, attributes: Attributes, depth: int) -> None:
        self.name = name
        self.attributes = attributes
        self.depth = depth
        self.pieces: list[str] = []
        self.images: list[str] = []

    def line(self) -> str:
        return (fold("".join(self.pieces)) or fold(" ".join(self.images)))[:MAX_LINE].rstrip()


class _Reader:
    """Is told of the tags and texts of one page and keeps what Content asks for."""

    def __init__(self) -> None:
        self.title = self.h1 = ""
        self.headings: list[str] = []
        self.anchors: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.captures: dict[str, _Capture] = {}
        self.block: list[str] = []
        self.blocks: list[tuple[str, _Place]] = []
        self.depth = self.nav_depth = self.length = 0
        self.mains: list[int] = []
        self.metadata = Metadata(lambda address: self._anchor(address, ""))
        self.figures = Figures()
        self.trail = Trail()
        said = self.metadata
        self.openers: dict[str, Callable[[Attributes], None]] = {
            "html": said.html,
            "base": said.set_base,
            "link": said.link,
            "meta": said.meta,
            "time": said.time,
            "img": self._image,
            "area": self._area,
            "frame": self._frame,
            "embed": self._embed,
            "figure": lambda _: self.figures.begin_figure(),
            "nav": lambda _: self._nav(1),
        }
        self.closers: dict[str, Callable[[], None]] = {"figure": self.figures.end_figure, "nav": lambda: self._nav(-1)}

    def reading(self, url: str) -> Reading:
        """All that was read, with addresses resolved against the page's own base, which is resolved against `url`."""
        self._end_block()
        said = self.metadata
        base = _resolved(said.base, url) or url
        text = "\n".join(_main(self.blocks))
        links = tuple(_links(self.anchors, base))
        structured = said.structured()
        content = Content(
            title=self.title,
            h1=self.h1,
            headings=tuple(self.headings),
            canonical=_resolved(said.canonical, base),
            language=_language(said.language) or _language(said.content_language) or _detected(f"{self.title}\n{text}"),
            description=said.description,
            text=text,
            links=links,
            breadcrumbs=structured.breadcrumbs or self.trail.steps,
            hreflang=said.alternates(base),
            images=self.figures.images(base),
            assets=_assets(self.files, links, base),
            published=structured.published,
            modified=structured.modified,
        )
        return Reading(content, said.noindex)

    def text(self, text: str) -> None:
        """Some text."""
        text = text[:MAX_TEXT]
        for capture in self.captures.values():
            capture.pieces.append(text)
        if "title" not in self.captures:
            self.block.append(text)
        if self.trail.depth:
            self.trail.text(text)

    def begin(self, name: str, attributes: Attributes) -> None:
        """A tag begins."""
        self.depth += 1
        if name in _BLOCKS:
            self._end_block()
            for capture in self.captures.values():
                capture.pieces.append(" ")
        if slot := _SLOTS.get(name):
            self._end_capture(slot)
            self.captures[slot] = _Capture(name, attributes, self.depth)
        if name == "main" or attributes.get("role") == "main":
            self.mains.append(self.depth)
        if self.trail.depth or self.trail.is_one(name, attributes):
            self.trail.begin(name)
        if "itemprop" in attributes:
            self.metadata.microdata(attributes)
        if opener := self.openers.get(name):
            opener(attributes)

    def end(self, name: str) -> None:
        """A tag ends."""
        if name in _BLOCKS:
            self._end_block()
        slot = _SLOTS.get(name, "")
        if slot in self.captures and self.captures[slot].depth == self.depth:
            self._end_capture(slot)
        if self.trail.depth:
            self.trail.end(name)
        if closer := self.closers.get(name):
            closer()
        if self.mains and self.mains[-1] == self.depth:
            self.mains.pop()
        self.depth -= 1

    def hidden(self, name: str, attributes: Attributes, text: str) -> None:
        """A script, or a frame, a file or the like in the page."""
        if name == "script":
            self.metadata.script(attributes, text)
        elif name == "iframe":
            self._frame(attributes)
        elif name in ("audio", "video", "object"):
            self.files.append(attributes.get("data" if name == "object" else "src") or "")

    def _nav(self, change: int) -> None:
        self.nav_depth += change

    def _image(self, attributes: Attributes) -> None:
        self._area(attributes)
        self.figures.image(attributes, _line(attributes.get("alt") or ""))

    def _area(self, attributes: Attributes) -> None:
        for capture in self.captures.values():
            capture.images.append(attributes.get("alt") or "")

    def _frame(self, attributes: Attributes) -> None:
        self._anchor(attributes.get("src") or "", _line(attributes.get("title") or ""))

    def _embed(self, attributes: Attributes) -> None:
        self.files.append(attributes.get("src") or "")

    def _anchor(self, href: str, text: str) -> None:
        if len(self.anchors) < MAX_ITEMS:
            self.anchors.append((href, text))

    def _end_capture(self, slot: str) -> None:
        capture = self.captures.pop(slot, None)
        if capture is None:
            return
        line = capture.line()
        if slot == "a":
            self._anchor(capture.attributes.get("href") or "", line)
        elif slot == "title":
            self.title = self.title or line
        elif slot == "figcaption":
            self.figures.caption(line)
        elif line and len(self.headings) < MAX_ITEMS:
            self.headings.append(line)
            if capture.name == "h1":
                self.h1 = self.h1 or line

    def _end_block(self) -> None:
        if not self.block:
            return
        text = fold("".join(self.block))[: max(0, MAX_TEXT - self.length)].rstrip()
        self.block.clear()
        if text:
            self.length += len(text) + 1
            self.blocks.append((text, _Place.NAV if self.nav_depth else _Place.MAIN if self.mains else _Place.PAGE))


def _line(text: str) -> str:
    return fold(text[:MAX_ADDRESS])[:MAX_LINE].rstrip()


def _main(blocks: list[tuple[str, _Place]]) -> list[str]:
    """The blocks of the main landmark where the page has one that says something, else those outside of `nav`, else all."""
    for wanted in (_Place.MAIN, _Place.PAGE):
        if found := [text for text, place in blocks if place is wanted]:
            return found
    return [text for text, _ in blocks]


def _resolved(href: str, base: str) -> str:
    return (normal_url(href, base) or "") if 0 < len(href) <= MAX_ADDRESS else ""


def _links(anchors: Iterable[tuple[str, str]], base: str) -> Iterator[Link]:
    """Each address once, in page order, with the first text that any link to it has."""
    texts: dict[str, str] = {}
    for href, text in anchors:
        if address := _resolved(href, base):
            texts[address] = texts.get(address) or text
    return (Link(address, text) for address, text in texts.items())


def _assets(files: Iterable[str], links: Iterable[Link], base: str) -> tuple[str, ...]:
    """The files that the page links to or shows as such, each once."""
    shown = (_resolved(href, base) for href in files)
    found = dict.fromkeys(url for url in (*(link.url for link in links), *shown) if is_file(url))
    return tuple(found)[:MAX_ITEMS]


def _language(tag: str) -> str:
    """A lower-case BCP 47 tag, or "" where it is none (HTML: a list in Content-Language says nothing)."""
    tag = tag.strip().lower().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _detected(text: str) -> str:
    language = spoken_language(text)
    return f"{language}{DETECTED}" if language else ""
