"""May we go there? The bounds of a crawl against endless sites, each with the reason that is told. Pure; robots.txt is apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import re2

from migrator.crawl.options import CrawlOptions
from migrator.urls import split_url

_LONGEST_CYCLE = 6  # segments of a run that may follow itself


class Scope:
    """Judges addresses on a territory's base, whose first page is `start`. It remembers queries, up to the limit."""

    def __init__(self, options: CrawlOptions, folder: str = "/", start: str = "") -> None:
        self._options = options
        self._folder = folder
        self._start = start
        self._included = _any_of(options.include)
        self._excluded = _any_of(options.exclude)
        self._variants: dict[str, set[int]] = {}

    def remember(self, keys: Iterable[str]) -> None:
        """Take these keys as admitted before."""
        for key in keys:
            self._is_one_variant_too_many(key)

    def against(self, url: str, key: str, depth: int) -> str:
        """Why the address `url` with that key, that many links from the start, is not visited; "" where it is."""
        return self.against_address(url) or self._against_depth(depth) or self._against_variants(key)

    def against_address(self, url: str) -> str:
        """Why an address is not visited however it is come by; "" where it is."""
        options = self._options
        if len(url) > options.max_address:
            return f"address longer than {options.max_address} characters"
        _, path, query = split_url(url)
        segments = [segment for segment in path.split("/") if segment]
        if not path.startswith(self._folder):
            return f"outside {self._folder}"
        if reason := self._against_wishes(url, f"{path}?{query}" if query else path):
            return reason
        if len(segments) > options.max_segments:
            return f"path of more than {options.max_segments} segments"
        if _repeats(segments, options.max_repeats + 1):
            return f"path that repeats itself more than {options.max_repeats} times"
        return ""

    def _against_wishes(self, url: str, address: str) -> str:
        if url == self._start:  # from where the rest is found
            return ""
        if self._included and not self._included.match(address):
            return "not what --include names"
        return "left out by --exclude" if self._excluded and self._excluded.match(address) else ""

    def _against_depth(self, depth: int) -> str:
        limit = self._options.max_depth
        return f"more than {limit} links from the start" if depth > limit else ""

    def _against_variants(self, key: str) -> str:
        limit = self._options.max_variants
        return f"more than {limit} queries on one path" if self._is_one_variant_too_many(key) else ""

    def _is_one_variant_too_many(self, key: str) -> bool:
        path, _, query = key.partition("?")
        if not query:
            return False
        seen = self._variants.setdefault(path, set())
        mark = hash(query)
        if mark in seen:
            return False
        if len(seen) >= self._options.max_variants:
            return True
        seen.add(mark)
        return False


def _any_of(patterns: Iterable[str]) -> Any:
    """Matches what begins with one of these, or is of its form where it has a *, which stands for anything; in any case."""
    forms = [_form(pattern) for pattern in patterns]
    return re2.compile(f"(?is){'|'.join(forms)}") if forms else None


def _form(pattern: str) -> str:
    escaped = "".join(letter if letter.isascii() else quote(letter) for letter in pattern)
    return ".*".join(map(re2.escape, escaped.split("*"))) + (r"\z" if "*" in pattern else "")


def _repeats(segments: list[str], times: int) -> bool:
    """Whether some run of segments stands `times` times in a row, as in /a/b/a/b/a/b."""
    for length in range(1, min(_LONGEST_CYCLE, len(segments) // times) + 1):
        same = 0
        for position in range(length, len(segments)):
            same = same + 1 if segments[position] == segments[position - length] else 0
            if same >= length * (times - 1):
                return True
    return False
