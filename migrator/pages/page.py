"""What the crawler learned of one URL: a value. How it was fetched or kept is not this file's business."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Side(StrEnum):
    """Which of a site's two homes a page belongs to."""

    LEGACY = "legacy"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer on the way from the requested to the final URL: where it was asked, and its status."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the page has it: absolute http(s) URL without fragment, and its anchor text."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What is written on an HTML page. Texts have their white space folded; `language` is a lower-case BCP 47 tag or ""."""

    title: str = ""
    h1: str = ""
    headings: tuple[str, ...] = ()
    canonical: str = ""
    language: str = ""
    description: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One address of a site. `url` is the one asked for, `final_url` the one that answered (the same where no hop)."""

    url: str
    final_url: str
    status: int
    hops: tuple[Hop, ...] = ()
    content_type: str = ""
    content_hash: str = ""
    size: int = 0
    error: str = ""
    content: Content = field(default_factory=Content)

    @property
    def is_readable(self) -> bool:
        """Whether this is an HTML page that answered 200: what matching works on."""
        return self.status == 200 and self.content_type in ("text/html", "application/xhtml+xml")
