"""Makes a site that moved, of any size: words as frequent as in a language, folders that were moved, frames, edits, merges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from migrator.pages.page import Content, Link, Page

LEGACY, NEW = "http://legacy.example", "https://new.example"
VOCABULARY = 50_000  # words; the n-th is met in proportion to 1 / n (Zipf)
WORDS = 450  # of the median page; the longest have ten times as many
LINE = 40  # words
OF_THE_TOPIC = 0.2  # of the words of a page; the rest are those of the language
FOLDER = 25  # pages
EDITED = 0.25  # of the lines of a page that moved
FATES = {"moved": 0.72, "renamed": 0.12, "merged": 0.06, "gone": 0.10}
FRAME = ("Skip to the content", "Search this site", "Home", "About us", "Contact", "Privacy", "All rights reserved")


Words = np.typing.NDArray[np.object_]


@dataclass(frozen=True)
class MovedSite:
    """Both sites, and the new address of every old page that has one."""

    legacy: list[Page]
    new: list[Page]
    became: dict[str, str]


def moved_site(pages: int, seed: int = 7) -> MovedSite:
    """A site of so many old pages and as many new ones; the same for the same seed."""
    maker = _Maker(np.random.default_rng(seed))
    legacy, new, became = [], [], {}
    for number in range(-(-pages // FOLDER)):
        here, there = f"/section-{number % 37}/{maker.name(2)}-{number}", f"/{maker.name(1)}/{number % 53}/{maker.name(2)}"
        first: Page | None = None
        for page in maker.folder(here, min(FOLDER, pages - len(legacy))):
            legacy.append(page)
            fate = maker.fate()
            if fate == "gone" or (fate == "merged" and first is None):
                continue
            if fate == "merged" and first is not None:
                first = replace(first, content=_joined(first.content, page.content))
                became[page.url] = first.url
                new[-1] = first
                continue
            slug = page.url.rpartition("/")[2].removesuffix(".html") if fate == "moved" else maker.name(3)
            first = Page(*[f"{NEW}{there}/{slug}"] * 2, 200, content_type="text/html", content=maker.edited(page.content))
            new.append(first)
            became[page.url] = first.url
    for number in range(len(new), pages):
        new += maker.folder(f"/fresh/{number}", 1, NEW)
    return MovedSite(legacy, new, became)


class _Maker:
    """Draws names, texts and fates."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
        lengths = random.integers(3, 11, VOCABULARY)
        self._words = np.array(["".join(random.choice(letters[:20], length)) for length in lengths], dtype=object)
        self._chances = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
        self._chances /= self._chances[-1]

    def folder(self, path: str, count: int, base: str = LEGACY) -> Iterator[Page]:
        """So many pages of one folder on one topic, which link to their fellows."""
        topic = self._random.choice(self._words, 60)
        names = [self.name(3) for _ in range(count)]
        urls = [f"{base}{path}/{name}.html" for name in names]
        for place, (name, url) in enumerate(zip(names, urls, strict=True)):
            lines = [*FRAME[:5], *self._lines(topic), *FRAME[5:]]
            title = name.replace("-", " ").capitalize()
            links = tuple(Link(to) for to in urls[place + 1 : place + 4])
            content = Content(f"{title} | Example", title, (title,), language="en", text="\n".join(lines), links=links)
            yield Page(url, url, 200, content_type="text/html", content=content)

    def name(self, words: int) -> str:
        """A slug of so many rare words."""
        return "-".join(self._random.choice(self._words[2_000:], words))

    def fate(self) -> str:
        """What becomes of a page."""
        return str(self._random.choice(list(FATES), p=list(FATES.values())))

    def edited(self, content: Content) -> Content:
        """The content with some of its lines written anew, in another frame."""
        topic = self._random.choice(self._words, 60)
        lines = content.text.split("\n")[5:-2]
        for place in np.flatnonzero(self._random.random(len(lines)) < EDITED):
            lines[place] = " ".join(self._drawn(topic, LINE))
        title = content.h1 if self._random.random() < 1 - EDITED else self.name(3)
        text = "\n".join(["The new Example", *lines, "Imprint"])
        return Content(f"{title} – Example", title, (title,), language="en", text=text)

    def _lines(self, topic: Words) -> list[str]:
        length = int(min(10 * WORDS, self._random.lognormal(np.log(WORDS), 0.7)))
        drawn = self._drawn(topic, length)
        return [" ".join(drawn[start : start + LINE]) for start in range(0, length, LINE)]

    def _drawn(self, topic: Words, count: int) -> Words:
        places = np.minimum(np.searchsorted(self._chances, self._random.random(count)), VOCABULARY - 1)
        own = self._random.choice(topic, count)
        return np.where(self._random.random(count) < OF_THE_TOPIC, own, self._words[places])


def _joined(one: Content, other: Content) -> Content:
    return replace(one, headings=(*one.headings, other.h1), text=f"{one.text}\n{other.text}")
