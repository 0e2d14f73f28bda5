"""Text to words: the words alone, and what they are in scripts that set no spaces. How words are compared is not said here."""

from __future__ import annotations

import re
import unicodedata

MAX_WORDS = 20_000  # of one page

# Scripts written without spaces (kana, Han, Hangul, Thai, Lao, Burmese, Khmer): two letters stand for a word there.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
_BETWEEN = re.compile(r"[\W_]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def words(text: str) -> list[str]:
    """The words of a text, case folded; pairs of letters where its script sets no spaces."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii() or not _IS_UNSPACED.search(folded):
        return _BETWEEN.sub(" ", folded).split()[:MAX_WORDS]  # twice as fast as to look for the words
    runs: list[str] = _RUN.findall(folded)[:MAX_WORDS]
    return [word for run in runs for word in (_pairs(run) if _IS_UNSPACED.match(run) else (run,))][:MAX_WORDS]


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]
