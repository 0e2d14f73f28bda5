"""Which visits in a log are no reader's: the lists that are shipped, read once and made into judges."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable
from functools import cache


@cache
def bot_judge() -> Callable[[str], bool]:
    """Tells whether a User-Agent is that of a program that nobody sits at."""
    words = _words("bots.txt")
    seeming, known = (
        _any_of([word[1:] for word in words if word.startswith("!")]),
        _any_of([word for word in words if not word.startswith("!")]),
    )
    return lambda agent: known.search(seeming.sub("", agent)) is not None


@cache
def probe_judge() -> Callable[[str], bool]:
    """Tells whether a path is one that scanners for weaknesses ask every site for."""
    known = _any_of(_words("probes.txt"))
    return lambda path: known.search(path) is not None


def _words(name: str) -> list[str]:
    text = importlib.resources.files("migrator.crawl").joinpath(name).read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
