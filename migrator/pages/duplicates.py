"""Which pages nearly repeat another: told from a small sketch of each, so that a site of any size can be compared.

The share of its passages that two texts have in common is estimated from the smallest hashes of both (bottom-k sketches, Broder
1997); pages that share one of their very smallest are the only ones compared.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.pages.plain_words import words

ALIKE = 0.9  # share of the passages of both that both have
HEAD, TAIL = 1_500, 1_000  # characters of a long text whose passages are compared; of the rest, the length
LENGTHS = 0.1  # share of its length that an alike text may be longer or shorter
FEWEST_WORDS = 25  # below it only the very same text makes two pages one
FEWEST_AT_ALL = 8  # below it a page says too little to repeat another
MAX_SKETCHED = 200_000  # pages; of more, those beyond are compared for being the very same alone
_PASSAGE = 4  # words
_SKETCH = 64  # hashes kept of each text: the estimate is off by four hundredths, as a rule
_BANDS = 6  # of the smallest hashes, one of which must be shared: two alike pages share none once in a million
_CROWD = 30  # pages compared with at most for one shared hash


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of one page: the length of its text, its smallest hashes, a hash of all of it, and one of the bytes, or 0."""

    url: str
    length: int
    smallest: array[int]
    text: int
    body: int


def sketch(url: str, text: str, body: str) -> Sketch:
    """The sketch of the page `url` with that text of its own and that hash of its bytes."""
    said = words(text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}")
    whole = _hash(text) if len(said) >= FEWEST_AT_ALL else 0
    smallest = array("I")
    if len(said) >= FEWEST_WORDS:
        passages = {_passage(said[start : start + _PASSAGE]) for start in range(len(said) - _PASSAGE + 1)}
        smallest.extend(sorted(set(map(_scattered, passages)))[:_SKETCH])
    return Sketch(url, len(text), smallest, whole, _hash(f"\0{body}") if body else 0)


def _passage(said: Sequence[str]) -> int:
    return zlib.crc32(" ".join(said).encode("utf-8", "surrogatepass"))


def _scattered(number: int) -> int:
    """A number of 32 bits that tells nothing of the size of this one."""
    return ((number * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF) >> 32


def near_duplicates(sketches: Iterable[Sketch]) -> Iterator[tuple[str, str]]:
    """Each page that nearly repeats another, and that other: the one with the shortest address, which repeats none itself.

    All sketches are read before the first is told; of each page some 600 bytes are kept in the meantime.
    """
    book = _Book(sketches)
    same: dict[int, str] = {}
    near: dict[int, array[int]] = {}  # by a very small hash the first pages that have it and repeat none
    for rank, number in enumerate(book.in_order()):
        one = book.page(number)
        marks = [mark for mark in (one.body, one.text) if mark and book.marks.may_repeat(mark)]
        bands = [band for band in one.smallest[:_BANDS] if book.bands.may_repeat(band)]
        others = dict.fromkeys(other for band in bands for other in near.get(band, ()))
        if original := next((same[mark] for mark in marks if mark in same), "") or _most_alike(one, map(book.page, others)):
            yield one.url, original
            continue
        same |= dict.fromkeys(marks, one.url)
        for band in bands if rank < MAX_SKETCHED else ():
            crowd = near.setdefault(band, array("I"))
            if len(crowd) < _CROWD:
                crowd.append(number)


class _Sieve:
    """Tells which numbers were given more than once; it takes a few of the others for such, too."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._mask = (1 << (8 * len(numbers)).bit_length()) - 1
        self._counts = bytearray(self._mask + 1)
        for number in numbers:
            place = number & self._mask
            self._counts[place] = min(2, self._counts[place] + 1)

    def may_repeat(self, number: int) -> bool:
        return self._counts[number & self._mask] > 1


class _Book:
    """Sketches in columns, for an object for each would take several times as much memory."""

    def __init__(self, sketches: Iterable[Sketch]) -> None:
        self._urls: list[str] = []
        self._lengths, self._starts, self._smallest = array("Q"), array("Q", [0]), array("I")
        self._texts, self._bodies = array("Q"), array("Q")
        bands = array("I")
        for one in sketches:
            self._urls.append(one.url)
            self._lengths.append(one.length)
            self._smallest.extend(one.smallest)
            self._starts.append(len(self._smallest))
            self._texts.append(one.text)
            self._bodies.append(one.body)
            bands.extend(one.smallest[:_BANDS])
        self.bands, self.marks = _Sieve(bands), _Sieve(self._texts + self._bodies)

    def in_order(self) -> list[int]:
        """The numbers of all pages: the shortest address first, and the first in the alphabet of those as long."""
        order = sorted(range(len(self._urls)), key=self._urls.__getitem__)
        order.sort(key=lambda number: len(self._urls[number]))
        return order

    def page(self, number: int) -> Sketch:
        """The sketch that was the `number`th."""
        smallest = self._smallest[self._starts[number] : self._starts[number + 1]]
        return Sketch(self._urls[number], self._lengths[number], smallest, self._texts[number], self._bodies[number])


def _most_alike(one: Sketch, others: Iterable[Sketch]) -> str:
    mine = frozenset(one.smallest)
    # What two alike texts have in common is in both sketches, but for a few at the edge: most others are told by that alone.
    likely = [
        other
        for other in others
        if abs(one.length - other.length) <= LENGTHS * max(one.length, other.length)
        and sum(mark in mine for mark in other.smallest) >= ALIKE * len(mine) - 4
    ]
    best = max(likely, key=lambda other: likeness(one, other), default=None)
    return best.url if best is not None and likeness(one, best) >= ALIKE else ""


def likeness(one: Sketch, other: Sketch) -> float:
    """An estimate of the share of passages that both have among those that either has."""
    mine, others = frozenset(one.smallest), frozenset(other.smallest)
    union = sorted(mine | others)[: max(len(mine), len(others))]
    return sum(mark in mine and mark in others for mark in union) / len(union) if union else 0.0


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
