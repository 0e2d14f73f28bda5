"""Text to what is compared: words, and the hashes of its passages. Which texts are compared is not this file's business."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from migrator.pages.plain_words import words

Passages = npt.NDArray[np.uint64]

PASSAGE = 5  # words


def plain(text: str) -> str:
    """A text as two are compared for being the same: its words alone."""
    return " ".join(words(text))


def passages(text: str) -> Passages:
    """The different runs of five words in a text, as sorted hashes; none where it has fewer words."""
    hashes = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in words(text)], dtype=np.uint64)
    if len(hashes) < PASSAGE:
        return hashes[:0]
    rolled = np.zeros(len(hashes) - PASSAGE + 1, dtype=np.uint64)
    for offset in range(PASSAGE):
        rolled = rolled * np.uint64(0x9E3779B97F4A7C15) + hashes[offset : offset + len(rolled)]
    return np.unique(rolled)


def share_found(wanted: Passages, among: Passages) -> float:
    """Which share of the passages `wanted` stands `among` those of another text."""
    if not len(wanted) or not len(among):
        return 0.0
    places = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return float(np.mean(among[places] == wanted))
