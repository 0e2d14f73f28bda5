"""What the crawler learned of one URL: a value. How it was fetched or kept is not this file's business."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

DETECTED = "-x-detected"  # ends a language that the text tells and the page does not (a private subtag, BCP 47 section 2.2.7)


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
class Image:
    """An image that a page shows: absolute URL, the words that stand for it, and the caption beneath."""

    url: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in another language, as `<link rel=alternate hreflang>` tells: a BCP 47 tag or "x-default", and its URL."""

    language: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is written on an HTML page. Texts have their white space folded; `language` is a lower-case BCP 47 tag or "".

    `language` ends in DETECTED where the page does not tell it. `published` and `modified` are ISO 8601 dates (or times) as the
    page tells them, or "". `assets` are files that it links to: documents, archives, recordings.
    """

    title: str = ""
    h1: str = ""
    headings: tuple[str, ...] = ()
    canonical: str = ""
    language: str = ""
    description: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    breadcrumbs: tuple[str, ...] = ()
    hreflang: tuple[Alternate, ...] = ()
    images: tuple[Image, ...] = ()
    assets: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One address of a site. `url` is the one asked for, `final_url` the one that answered (the same where no hop).

    `etag` and `last_modified` are the answer's, to the letter. `near_duplicate_of` is the URL of a page with almost
    the same text; `soft_404` says why a page that answers 200 is none. Both are "" where nothing is known.
    """

    url: str
    final_url: str
    status: int
    hops: tuple[Hop, ...] = ()
    content_type: str = ""
    content_hash: str = ""
    size: int = 0
    error: str = ""
    content: Content = field(default_factory=Content)
    etag: str = ""
    last_modified: str = ""
    noindex: bool = False
    near_duplicate_of: str = ""
    soft_404: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether this is an HTML page that answered 200: what matching works on."""
        return self.status == 200 and self.content_type in ("text/html", "application/xhtml+xml")
