"""What a crawl hands on: addresses found, skipped, due, and visited. Values only; who fetches or keeps them is not said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrator.pages.page import Page


class Source(StrEnum):
    """Where an address was first seen."""

    START = "start"
    SITEMAP = "sitemap"
    LINK = "link"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Found:
    """An address of the site. `key` makes it one address however it is spelled; `depth` counts links from the start."""

    url: str
    key: str
    depth: int = 0
    source: Source = Source.LINK


@dataclass(frozen=True, slots=True)
class Skipped:
    """An address of the site that is not visited, and why."""

    found: Found
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An address that is due. `id` is the store's name for it."""

    id: int
    url: str
    key: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one entry: its page and the addresses on it, or, where `page` is None, the reason why it was not visited."""

    entry: Entry
    page: Page | None
    found: tuple[Found, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    reason: str = ""
