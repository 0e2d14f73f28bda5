"""Text to what is compared: words, and the hashes of its passages. Which texts are compared is not this file's business."""

from __future__ import annotations

import re
import unicodedata
import zlib

import numpy as np
import numpy.typing as npt

Passages = npt.NDArray[np.uint64]

PASSAGE = 5  # words
MAX_WORDS = 20_000  # of one page

# Scripts written without spaces (kana, Han, Hangul, Thai, Lao, Burmese, Khmer): two letters stand for a word there.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def words(text: str) -> list[str]:
    """The words of a text, case folded; pairs of letters where its script sets no spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    runs: list[str] = _RUN.findall(folded)[:MAX_WORDS]
    if not _IS_UNSPACED.search(folded):
        return runs
    return [word for run in runs for word in (_pairs(run) if _IS_UNSPACED.match(run) else (run,))][:MAX_WORDS]


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


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]
