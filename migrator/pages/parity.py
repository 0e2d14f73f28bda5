"""What a new page lacks of the old one whose place it takes: text, headings, files, links, images. Linear in what is written.

Which pages are a pair is not decided here, and whether it matters is for a person to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import unquote

from migrator.pages.page import Content, Page
from migrator.pages.plain_words import words
from migrator.urls import split_url

PASSAGE = 5  # words; a sentence is found by its runs of so many (shingles, Broder 1997)
FOUND = 0.5  # share of a sentence's runs from which on it stands there, if reworded
FRAME, FEWEST = 0.1, 4  # what is on this share of the old pages, and on so many, is no page's own
QUOTED = 160  # characters

# What one thing that is missing weighs, in words of text: only the order of the report depends on it.
WORTH = {"headings": 10, "files": 100, "links": 20, "images": 30}

_SENTENCE = re.compile(r"[.!?؟]\s+|[。！？]|\n")
_SIZE = re.compile(r"[-_]\d{2,5}x\d{2,5}$|@\dx$")


@dataclass(frozen=True, slots=True)
class Parity:
    """One pair. `found` is the share of the old page's own words that stand in the new one, None where it has none.

    `passages` are the sentences that do not, in their order; the others name what is missing: texts, file names or URLs.
    """

    old_url: str
    new_url: str
    found: float | None
    words_missing: int
    passages: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()

    @property
    def loss(self) -> int:
        """How much is missing in all, in words."""
        return self.words_missing + sum(worth * len(getattr(self, kind)) for kind, worth in WORTH.items())


@dataclass(frozen=True, slots=True)
class Frame:
    """What the pages of a site have in common beside their texts, as words or URLs: none of it is missed on a single page."""

    common: frozenset[str] = frozenset()

    @classmethod
    def learned(cls, contents: Sequence[Content]) -> Frame:
        """The frame of the site that has these pages."""
        seen = Counter(chain.from_iterable(set(_marks(content)) for content in contents))
        least = max(FEWEST, FRAME * len(contents))
        return cls(frozenset(mark for mark, number in seen.items() if number >= least))


def _marks(content: Content) -> Iterable[str]:
    yield from map(_plain, content.headings)
    yield from (link.url for link in content.links)
    yield from (image.url for image in content.images)
    yield from content.assets


@dataclass(slots=True)
class Runs:
    """The runs of words in a text, by their length; those of a length are made when first asked for."""

    words: list[str]
    _by_length: dict[int, set[tuple[str, ...]]] = field(default_factory=dict)

    def share_of(self, wanted: Sequence[str]) -> float:
        """Which share of the runs of `wanted` is here; it has at least one word."""
        length = min(PASSAGE, len(wanted))
        if length not in self._by_length:
            self._by_length[length] = set(_runs(self.words, length))
        here = self._by_length[length]
        asked = list(_runs(wanted, length))
        return sum(run in here for run in asked) / len(asked)


def _runs(said: Sequence[str], length: int) -> Iterable[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(length)), strict=False)


class Comparer:
    """Compares pairs of pages. `key` names an address of the old site ("" for others); `became` tells where each key went."""

    def __init__(self, frame: Frame, key: Callable[[str], str], became: Mapping[str, str]) -> None:
        self._frame = frame
        self._key = key
        self._became = became

    def compare(self, old: Page, text: str, new: Page) -> Parity:
        """What `new` lacks of `old`, whose own text is `text`."""
        there = new.content
        runs = Runs(words("\n".join((there.title, there.h1, *there.headings, there.description, there.text))))
        found, missing, passages = _text(text, runs)
        addresses = {link.url for link in there.links} | set(there.assets)
        return Parity(
            old_url=old.url,
            new_url=new.url,
            found=found,
            words_missing=missing,
            passages=tuple(passages),
            headings=tuple(_unique(self._headings(old.content, runs))),
            files=tuple(_unique(self._files(old.content, addresses))),
            links=tuple(_unique(self._links(old, addresses | {new.url, new.final_url}))),
            images=tuple(_unique(self._images(old.content, there))),
        )

    def _headings(self, old: Content, runs: Runs) -> Iterable[str]:
        for heading in old.headings:
            said = words(heading)
            if said and " ".join(said) not in self._frame.common and runs.share_of(said) < 1:
                yield _quoted(heading)

    def _files(self, old: Content, addresses: Collection[str]) -> Iterable[str]:
        names = set(map(_name, addresses))
        for url in old.assets:
            if url not in self._frame.common and _name(url) not in names and self._became.get(self._key(url)) not in addresses:
                yield url

    def _links(self, old: Page, addresses: Collection[str]) -> Iterable[str]:
        """Links to other sites, and those to old pages whose new address is known: the new page could have them."""
        assets, own = set(old.content.assets), self._key(old.url)
        known = {address.rstrip("/") for address in addresses}
        for link in old.content.links:
            key = self._key(link.url)
            if link.url in self._frame.common or link.url in assets or key == own:
                continue
            wanted = self._became.get(key) if key else link.url
            if wanted and wanted.rstrip("/") not in known:
                yield link.url

    def _images(self, old: Content, new: Content) -> Iterable[str]:
        names = {_stem(image.url) for image in new.images}
        said = {_plain(text) for image in new.images for text in (image.alt, image.caption)} - {""}
        for image in old.images:
            described = {_plain(image.alt), _plain(image.caption)} - {""}
            if image.url not in self._frame.common and _stem(image.url) not in names and not described & said:
                yield image.url


def sentences(text: str) -> Iterable[str]:
    """A text cut where sentences and blocks end, without their full stops."""
    return filter(None, map(str.strip, _SENTENCE.split(text)))


def _text(text: str, runs: Runs) -> tuple[float | None, int, list[str]]:
    """The share of words found again, how many are missing, and the sentences that are."""
    total, present, missing = 0, 0.0, []
    for sentence in sentences(text):
        said = words(sentence)
        if not said:
            continue
        share = runs.share_of(said)
        total += len(said)
        present += share * len(said)
        if share < FOUND:
            missing.append(_quoted(sentence))
    return (present / total if total else None), round(total - present), missing


def _unique(found: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(found)


def _plain(text: str) -> str:
    return " ".join(words(text))


def _name(url: str) -> str:
    """The file name in an address, as two are compared."""
    return unquote(split_url(url)[1].rpartition("/")[2]).casefold()


def _stem(url: str) -> str:
    """The name of an image without its type and size, which a new site chooses anew."""
    return _SIZE.sub("", _name(url).rpartition(".")[0] or _name(url))


def _quoted(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1].rstrip()}…"
