"""Which visits are no reader's, by what programs call themselves and what scanners ask for. The words are noise_words.py's."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from migrator.pages.noise_words import BOTS, PROBES


@cache
def bot_judge() -> Callable[[str], bool]:
    """Tells whether a User-Agent is that of a program that nobody sits at."""
    words = _words(BOTS)
    seeming, known = (
        _any_of([word[1:] for word in words if word.startswith("!")]),
        _any_of([word for word in words if not word.startswith("!")]),
    )
    return lambda agent: known.search(seeming.sub("", agent)) is not None


@cache
def probe_judge() -> Callable[[str], bool]:
    """Tells whether a path is one that scanners for weaknesses ask every site for."""
    known = _any_of(_words(PROBES))
    return lambda path: known.search(path) is not None


def _words(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
