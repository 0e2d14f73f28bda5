"""Words that visitors looked for and no page has: counted by the day, and nothing of who asked. A file of lines that only grows.

A word is written down when it was asked for several times on one day; numbers, addresses and long strings never are.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ASKED_BEFORE = 3  # times on one day before a word is written down
MOST_WORDS = 2_000  # counted at a time; more are let go of
LARGEST = 2_000_000  # bytes of the file; then nothing more is written
FLUSHED_AFTER = 30.0  # seconds
_LONGEST = 30  # letters


class Miss(NamedTuple):
    """How often a word was looked for in vain on a day."""

    day: dt.date
    word: str
    times: int


class Misses:
    """Counts misses of one worker, and writes them to the file now and then. May be used by several threads."""

    def __init__(self, path: Path, *, flushed_after: float = FLUSHED_AFTER) -> None:
        self._path = path
        self._flushed_after = flushed_after
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._written: Counter[str] = Counter()
        self._day = dt.date.min
        self._flushed = time.monotonic()

    def count(self, words: Iterable[str], today: dt.date) -> None:
        """Take note of words that no page has; write what is due."""
        with self._lock:
            if today != self._day:
                self._flush()
                self._counts.clear()
                self._written.clear()
                self._day = today
            for word in filter(_is_kept, words):
                if word in self._counts or len(self._counts) < MOST_WORDS:
                    self._counts[word] += 1
            if time.monotonic() - self._flushed >= self._flushed_after:
                self._flush()

    def flush(self) -> None:
        """Write what was counted often enough and is not written yet."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        new = {word: count - self._written[word] for word, count in self._counts.items() if count >= ASKED_BEFORE}
        lines = [json.dumps([self._day.isoformat(), word, count], ensure_ascii=False) for word, count in new.items() if count]
        if lines and _has_room(self._path):
            # Where the disk is full, visitors still find pages.
            with contextlib.suppress(OSError), self._path.open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
            self._written.update(new)


def read_misses(path: Path, since: dt.date = dt.date.min) -> list[Miss]:
    """What was counted by all workers since a day, by day and word; broken lines are passed over."""
    counts: Counter[tuple[dt.date, str]] = Counter()
    for day, word, count in _lines(path):
        if day >= since:
            counts[day, word] += count
    return [Miss(day, word, count) for (day, word), count in sorted(counts.items())]


def _lines(path: Path) -> Iterator[tuple[dt.date, str, int]]:
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file.read(LARGEST * 2).splitlines():
            with contextlib.suppress(ValueError, TypeError):
                day, word, count = json.loads(line)
                yield dt.date.fromisoformat(day), str(word), int(count)


def _is_kept(word: str) -> bool:
    return len(word) <= _LONGEST and not any(map(str.isdigit, word))


def _has_room(path: Path) -> bool:
    try:
        return os.stat(path).st_size < LARGEST
    except OSError:
        return path.parent.is_dir()
