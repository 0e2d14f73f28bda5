"""Text to what is compared: words as numbers, and the passages they make. Which texts are compared is not said here."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from migrator.pages.plain_words import words

Numbers = npt.NDArray[np.int32]

PASSAGE = 5  # words
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_HIGH = np.uint64(33)  # what is left of 64 bits are 31, which a column of a sparse matrix may have


class Lexicon(dict[str, int]):
    """The number of each word that was met; the same word has the same number in every lexicon."""

    def __missing__(self, word: str) -> int:
        """The number of a word that is new here."""
        number = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF
        return number


def numbers(text: str, lexicon: Lexicon) -> Numbers:
    """The words of a text in their order, each as its number."""
    found = words(text)
    return np.fromiter(map(lexicon.__getitem__, found), dtype=np.int32, count=len(found))


def plain(text: str) -> str:
    """A text as two are compared for being the same: its words alone."""
    return " ".join(words(text))


def passages(text: Numbers) -> Numbers:
    """The runs of five words in a text, each as one number; none where it has fewer words."""
    count = len(text) - PASSAGE + 1
    if count <= 0:
        return text[:0]
    wide = text.astype(np.uint64)
    rolled = np.zeros(count, dtype=np.uint64)
    for offset in range(PASSAGE):
        rolled = (rolled + wide[offset : offset + count]) * _FACTOR
        rolled ^= rolled >> np.uint64(29)
    return (rolled >> _HIGH).astype(np.int32)
