"""A peer for the main text: the rule on numbers of words and links by which boilerpipe judges a page by itself.

Kohlschütter, Fankhauser and Nejdl, Boilerplate Detection using Shallow Text Features (WSDM 2010), algorithm 2, to the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.pages.plain_words import words
from migrator.pages.tree import Attributes, listen

_INLINE = frozenset(
    {
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img"),
        *("input", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"),
        *("time", "tt", "u", "var", "wbr"),
    }
)


@dataclass(frozen=True, slots=True)
class Block:
    """The words between two tags that break a line, and how many of them are linked."""

    words: tuple[str, ...] = ()
    linked: int = 0

    @property
    def link_density(self) -> float:
        """The share of its words that is linked, 0 to 1."""
        return self.linked / len(self.words) if self.words else 0.0


class _Blocks:
    """Cuts a page into blocks."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._words: list[str] = []
        self._linked = self._anchors = self._titles = 0

    def begin(self, name: str, attributes: Attributes) -> None:
        self._anchors += name == "a"
        self._titles += name == "title"
        self._cut(name)

    def end(self, name: str) -> None:
        self._cut(name)
        self._anchors -= name == "a"
        self._titles -= name == "title"

    def text(self, text: str) -> None:
        if self._titles:
            return
        said = words(text)
        self._words += said
        self._linked += len(said) * bool(self._anchors)

    def hidden(self, name: str, attributes: Attributes, text: str) -> None: ...

    def _cut(self, name: str) -> None:
        if name in _INLINE or not self._words:
            return
        self.found.append(Block(tuple(self._words), self._linked))
        self._words, self._linked = [], 0


def shallow_text(markup: str) -> list[str]:
    """The words of the page's blocks that the rule takes for content."""
    cutter = _Blocks()
    listen(markup, cutter)
    blocks = [Block(), *cutter.found, Block()]
    return [
        word for place in range(1, len(blocks) - 1) if is_content(blocks[place - 1 : place + 2]) for word in blocks[place].words
    ]


def is_content(three: Sequence[Block]) -> bool:
    """Whether the middle one of three blocks is content."""
    before, block, after = three
    if block.link_density > 1 / 3:
        return False
    count, following = len(block.words), len(after.words)
    if before.link_density > 5 / 9:
        return count > 40 or following > 17
    return count > 16 or following > 15 or len(before.words) > 4
