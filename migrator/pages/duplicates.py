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
    """What is kept of one page: the length of its text, its smallest hashes, a hash of all of it, and one of the bytes."""

    url: str
    length: int
    smallest: array[int]
    text: int
    body: str


def sketch(url: str, text: str, body: str) -> Sketch:
    """The sketch of the page `url` with that text of its own and that hash of its bytes."""
    said = words(text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}")
    whole = _hash(text) if len(said) >= FEWEST_AT_ALL else 0
    if len(said) < FEWEST_WORDS:
        return Sketch(url, len(text), array("Q"), whole, body)
    passages = {_passage(said[start : start + _PASSAGE]) for start in range(len(said) - _PASSAGE + 1)}
    return Sketch(url, len(text), array("Q", sorted(map(_scattered, passages))[:_SKETCH]), whole, body)


def _passage(said: Sequence[str]) -> int:
    return zlib.crc32(" ".join(said).encode("utf-8", "surrogatepass"))


def _scattered(number: int) -> int:
    """A number that tells nothing of the size of this one."""
    return (number * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF


def near_duplicates(sketches: Iterable[Sketch]) -> Iterator[tuple[str, str]]:
    """Each page that nearly repeats another, and that other: the one with the shortest address, which repeats none itself."""
    same: dict[str | int, str] = {}
    near: dict[int, list[Sketch]] = {}
    for number, one in enumerate(sorted(sketches, key=lambda one: (len(one.url), one.url))):
        marks = [mark for mark in (one.body, one.text) if mark]
        original = next((same[mark] for mark in marks if mark in same), "") or _most_alike(one, near)
        if original:
            yield one.url, original
            continue
        for mark in marks:
            same[mark] = one.url
        if number < MAX_SKETCHED:
            for band in one.smallest[:_BANDS]:
                near.setdefault(band, []).append(one)


def _most_alike(one: Sketch, near: dict[int, list[Sketch]]) -> str:
    candidates = {other.url: other for band in one.smallest[:_BANDS] for other in near.get(band, ())[:_CROWD]}
    mine = frozenset(one.smallest)
    # What two alike texts have in common is in both sketches, but for a few at the edge: most others are told by that alone.
    likely = [
        other
        for other in candidates.values()
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
