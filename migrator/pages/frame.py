"""What a site repeats on its pages, learned from some of them, and a page's text without it. For one page at a time.

Matching, which has all pages at hand, learns more closely (boilerplate).
"""

from __future__ import annotations

import zlib
from collections import Counter

from migrator.pages.page import Content

SAMPLE = 2_000  # pages learned from, drawn by their addresses
ANYWHERE = 0.3  # a line on this share of the pages of one language is none of theirs
FEWEST = 4  # pages; below it nothing counts as repeated
_LONGEST = 300  # characters of a line that are looked at


class Frame:
    """The lines that repeat on a site's pages, by language."""

    def __init__(self, pages: int) -> None:
        """`pages` is how many there are on the site."""
        self._every = max(1, pages // SAMPLE)
        self._seen: dict[str, Counter[int]] = {}
        self._pages: Counter[str] = Counter()

    def learn(self, url: str, content: Content) -> None:
        """Take note of the lines of one page, if it is one of the sample."""
        if zlib.crc32(url.encode()) % self._every:
            return
        language = content.language[:2]
        self._pages[language] += 1
        self._seen.setdefault(language, Counter()).update({_mark(line) for line in content.text.split("\n")})

    def without(self, content: Content) -> str:
        """The text of a page without the lines that repeat; its h1 stays."""
        language = content.language[:2]
        seen, most = self._seen.get(language, Counter()), max(FEWEST, ANYWHERE * self._pages[language])
        return "\n".join(line for line in content.text.split("\n") if line == content.h1 or seen[_mark(line)] < most)


def _mark(line: str) -> int:
    return hash(line[:_LONGEST])
