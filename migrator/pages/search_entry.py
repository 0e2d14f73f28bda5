"""What search knows of one page, and which pages it knows: those of both sites, each once, at the address where it is now.

Pure: pages and decisions in, entries out. How terms are kept and found is not said here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from migrator.pages.frame import Frame
from migrator.pages.page import Content, Page
from migrator.pages.search_words import primary
from migrator.rules.rule import Site
from migrator.urls import Folding, look_up_key, split_url

LONGEST_TEXT = 50_000  # characters of a page that can be found
LONGEST_TITLE = 300
MOST_HEADINGS = 60
MOST_FORMER = 20  # titles of old pages that are now one
_LONGEST_SECTION = 60


class Origin(StrEnum):
    """Which site a page is on now."""

    NEW = "new"
    OLD = "old"  # not moved yet


@dataclass(frozen=True, slots=True)
class Entry:
    """One page that can be found. `former` are titles that it had on the old site; `language` is a primary one or ""."""

    site: str
    origin: str
    address: str
    title: str
    headings: tuple[str, ...]
    former: tuple[str, ...]
    text: str
    language: str
    section: str

    @property
    def digest(self) -> bytes:
        """Differs where anything of the entry differs."""
        fields = (
            self.origin,
            self.title,
            self.language,
            self.section,
            self.text,
            "\n".join(self.headings),
            "\n".join(self.former),
        )
        return hashlib.blake2b("\0".join(fields).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Fate(NamedTuple):
    """What became of an old page: it stays where it is (`stays`), is gone (neither), or has moved to `address`.

    One that is not `certain` moved only if there is a page at the address.
    """

    address: str = ""
    stays: bool = False
    certain: bool = True


STAYS, GONE = Fate(stays=True), Fate()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One side of a site: its pages, as often as they are asked for, and how many they are."""

    pages: Callable[[], Iterable[Page]]
    count: int


def entries(site: Site, legacy: Shelf, new: Shelf, fate: Callable[[str], Fate]) -> Iterator[Entry]:
    """The entries of a site: new pages first, then old ones that moved to what was not crawled, or have not moved."""
    frames = Frame(legacy.count), Frame(new.count)
    folding = replace(site.folding, every_param=True)
    there: set[str] = set()
    for page in filter(is_shown, new.pages()):
        frames[1].learn(page.url, page.content)
        there.add(_key(page.url, folding))
    former = _former(legacy, frames[0], fate, folding)
    seen, texts = set(), set()
    for page in filter(is_shown, new.pages()):
        key = _key(page.url, folding)
        if key not in seen and not page.near_duplicate_of:
            seen.add(key)
            entry = _entry(site.name, Origin.NEW, page.url, page.content, frames[1], former.get(key, ()))
            texts.add(_likeness(entry))
            yield entry
    for page in filter(is_shown, legacy.pages()):
        end = fate(page.url)
        address = page.url if end.stays else end.address
        key = _key(address, folding)
        # A near duplicate that moved has been told of; one that has not is shown as the page that it repeats.
        if not address or key in seen or key in there or not end.certain or (end.stays and page.near_duplicate_of):
            continue
        seen.add(key)
        entry = _entry(site.name, Origin.OLD if end.stays else Origin.NEW, address, page.content, frames[0], former.get(key, ()))
        if not end.stays or _likeness(entry) not in texts:
            yield entry


def is_shown(page: Page) -> bool:
    """Whether visitors may be led to a page: it is there, is no error in disguise, and does not ask to be left out."""
    return page.is_readable and not page.hops and not page.noindex and not page.soft_404


def section_of(address: str, language: str) -> str:
    """The part of a site that an address is in: its first segment that is no language, or ""."""
    segments = [segment for segment in split_url(address)[1].split("/") if segment]
    if segments and language and primary(segments[0].replace("_", "-")) == language:
        del segments[0]
    return segments[0].lower() if segments and "." not in segments[0] and len(segments[0]) <= _LONGEST_SECTION else ""


def _former(legacy: Shelf, frame: Frame, fate: Callable[[str], Fate], folding: Folding) -> dict[str, tuple[str, ...]]:
    """The titles of moved old pages by the key of where they are now; `frame` learns on the way."""
    former: dict[str, tuple[str, ...]] = {}
    for page in filter(is_shown, legacy.pages()):
        frame.learn(page.url, page.content)
        title = _title(page.content)
        if (end := fate(page.url)).address and title:
            key = _key(end.address, folding)
            known = former.get(key, ())
            if title not in known and len(known) < MOST_FORMER:
                former[key] = (*known, title)
    return former


def _entry(site: str, origin: Origin, address: str, content: Content, frame: Frame, former: Iterable[str]) -> Entry:
    title = _title(content)
    language = primary(content.language)
    return Entry(
        site=site,
        origin=origin.value,
        address=address,
        title=title,
        headings=tuple(heading[:LONGEST_TITLE] for heading in (content.h1, *content.headings)[:MOST_HEADINGS] if heading),
        former=tuple(old for old in former if old != title),
        text=frame.without(content)[:LONGEST_TEXT],
        language=language,
        section=section_of(address, language),
    )


def _title(content: Content) -> str:
    return (content.title or content.h1)[:LONGEST_TITLE].strip()


def _likeness(entry: Entry) -> bytes:
    return hashlib.blake2b(f"{entry.title}\0{entry.text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _key(address: str, folding: Folding) -> str:
    host, path, query = split_url(address)
    return f"{host.lower()}{look_up_key(path, query, folding)}" if address else ""
