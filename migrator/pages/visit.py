"""What a crawl hands on: addresses found, skipped, due, and visited. Values only; who fetches or keeps them is not said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from migrator.pages.page import Page


class Source(StrEnum):
    """Where an address was seen: on the site by a crawl, or in a file that was imported."""

    START = "start"
    SITEMAP = "sitemap"
    LINK = "link"
    REDIRECT = "redirect"
    LIST = "list"
    CSV = "csv"
    LOG = "log"
    WARC = "warc"


FILES = frozenset((Source.LIST, Source.CSV, Source.LOG))  # which spell addresses as their visitors or authors did


@dataclass(frozen=True, slots=True)
class Found:
    """An address of the site. `key` makes it one address however it is spelled; `depth` counts links from the start.

    `seen_on` is the sitemap (or whatever else is no page of this crawl) that named it.
    """

    url: str
    key: str
    depth: int = 0
    source: Source = Source.LINK
    seen_on: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An address of the site that is not visited, and why."""

    found: Found
    reason: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where an address was seen: the URL of the page or sitemap that names it, or the name of an imported file."""

    kind: Source
    place: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An address as an imported file names it: `count` visits on one `day`, or in all where `day` is None."""

    url: str
    key: str
    day: dt.date | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Former:
    """A page of the crawl before, by the store's name for it, and what tells whether it is still the same (RFC 9110, 8.8)."""

    id: int
    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """The header fields that ask for the page only where it has changed (RFC 9110, section 13.1)."""
        fields = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Entry:
    """An address that is due. `id` is the store's name for it; `former` is its page in the crawl before, if it has one."""

    id: int
    url: str
    key: str
    depth: int = 0
    former: Former | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one entry: its page and the addresses on it, or, where `page` is None, the reason why it was not visited.

    `linked` and `passed` are the keys of all addresses of the site that the page links to and that its redirects pass, those of
    `found` and `skipped` among them. Where it is `unchanged`, `page` is the one of the crawl before.
    """

    entry: Entry
    page: Page | None
    found: tuple[Found, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    reason: str = ""
    linked: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    unchanged: bool = False
