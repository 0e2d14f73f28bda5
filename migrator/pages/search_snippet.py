"""The passage of a page that shows what was looked for, with its words marked. Text in, pieces of text out; no markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator.pages.search_folding import even
from migrator.pages.search_words import Wanted, is_unspaced, pairs, spans

LOOKED_AT = 12_000  # characters of a page
_STEP = 3_000  # characters looked at in one go: most pages say early what they are about
LONG = 220  # characters of a passage
_BEFORE = 60  # characters before the first word that is marked
_ELLIPSIS = "… "


class Piece(NamedTuple):
    """A piece of text, and whether it is what was looked for."""

    text: str
    is_marked: bool = False


def marked(text: str, wanted: Wanted) -> tuple[Piece, ...]:
    """The whole of a short text, such as a title, with the words marked whose terms are wanted."""
    return tuple(_pieces(text, 0, len(text), list(_hits(text, wanted, 0, len(text)))))


def snippet(text: str, wanted: Wanted) -> tuple[Piece, ...]:
    """The passage with the most different terms that are wanted, the first of equals; without any, the beginning."""
    hits: list[tuple[int, int, str]] = []
    for start in range(0, min(len(text), LOOKED_AT), _STEP):
        hits += _hits(text, wanted, start, start + _STEP)
        if len({term for *_, term in hits}) >= min(2, len(wanted.terms)):
            break
    start = _beginning(text, max(0, _best(hits) - _BEFORE))
    end = _ending(text, min(len(text), start + LONG))
    found = [Piece(_ELLIPSIS)] if start else []
    found += _pieces(text, start, end, [hit for hit in hits if start <= hit[0] and hit[1] <= end])
    return (*found, Piece(" …")) if end < len(text) else tuple(found)


def _hits(text: str, wanted: Wanted, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    part = text[start:end]
    is_even = part.isascii()
    evened = part.lower() if is_even else part
    for first, last in spans(part):
        word = evened[first:last] if is_even else even(part[first:last])
        if word and is_unspaced(word):
            for place, pair in enumerate(pairs(word)):
                if pair in wanted.terms:
                    yield start + first + place, start + first + place + len(pair), pair
        elif term := wanted.term(word):
            yield start + first, start + last, term


def _best(hits: Sequence[tuple[int, int, str]]) -> int:
    """Where the passage with the most different terms begins."""
    best, where = 0, 0
    for number, (start, _, _) in enumerate(hits):
        different = len({term for first, last, term in hits[number : number + 12] if last <= start + LONG - _BEFORE})
        if different > best:
            best, where = different, start
    return where


def _beginning(text: str, at: int) -> int:
    """The start of the word there, if it is near."""
    if not at:
        return 0
    space = max(text.rfind(" ", max(0, at - 20), at), text.rfind("\n", max(0, at - _BEFORE), at))
    return space + 1 if space >= 0 else at


def _ending(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, at - 20), at)
    return space if space > 0 else at


def _pieces(text: str, start: int, end: int, hits: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
    for first, last, _ in hits:
        if first < start:  # a pair of letters that begins within the one before
            if last > start:
                yield Piece(_one_line(text[start:last]), is_marked=True)
                start = last
            continue
        if first > start:
            yield Piece(_one_line(text[start:first]))
        yield Piece(_one_line(text[first:last]), is_marked=True)
        start = last
    if start < end:
        yield Piece(_one_line(text[start:end]))


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
