"""The addresses of the new site, as far as a map is judged by them: found by any spelling that is the same, dead or alive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from migrator.pages.coverage import primary
from migrator.urls import split_url, without_index_file

_LANGUAGE_FOLDER = re.compile(r"/([a-z]{2,3})(?:[-_][a-z]{2,4})?/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """One address of the new site: what it answered, and what is known of the page. `is_visited` says that it was asked."""

    url: str
    final_url: str = ""
    status: int = 0
    error: str = ""
    language: str = ""
    soft_404: str = ""
    near_duplicate_of: str = ""
    is_visited: bool = True

    @property
    def death(self) -> str:
        """Why a visitor finds nothing there, or ""."""
        if not self.is_visited:
            return ""
        if self.soft_404:
            return f"it answers {self.status}, but is no page: {self.soft_404}"
        if self.status >= 400:
            return f"the new site answers {self.status} there"
        return "" if self.status else f"the new site does not answer there: {self.error or 'no answer'}"


class NewSite:
    """All that is known of the new site. `base` is its address, `on_base` and `key` are its territory's."""

    def __init__(
        self, targets: Iterable[Target], base: str, on_base: Callable[[str], str | None], key: Callable[[str], str]
    ) -> None:
        self.base = base
        self._on_base = on_base
        self._key = key
        self._targets: dict[str, Target] = {}
        self._loosely: dict[str, Target] = {}
        for target in targets:
            self._targets.setdefault(key(target.url), target)
            self._loosely.setdefault(self._name(target.url), target)
        self.languages = {primary(target.language) for target in self._targets.values()} - {""}
        home = self.find(base)
        self._homes = {self._name(url) for url in (base, home.final_url if home else "") if url}

    def __len__(self) -> int:
        return len(self._targets)

    def is_there(self, location: str) -> bool:
        """Whether a location is an address of the new site."""
        return self._on_base(location) is not None

    def find(self, location: str) -> Target | None:
        """What is known of a location, to the letter or else but for a final slash or index file; a fragment does not matter."""
        url = self._on_base(location)
        return None if url is None else self._targets.get(self._key(url)) or self._loosely.get(self._name(location))

    def without_carried_query(self, location: str) -> str:
        """`location` without the query that a visitor brought along, where only so it is known."""
        bare = location.partition("#")[0].partition("?")[0]
        return bare if self.find(location) is None and self.find(bare) is not None else location

    def are_same(self, one: str, other: str) -> bool:
        """Whether two locations are one address, but for a final slash or index file."""
        return self._name(one) == self._name(other)

    def are_one(self, url: str, target: Target) -> bool:
        """Whether the page at `url` is the one that `target` leads to, or nearly repeats it."""
        other = self.find(url)
        names = {self._name(there) for there in (target.url, target.final_url, target.near_duplicate_of) if there}
        mine = {url} if other is None else {url, other.final_url, other.near_duplicate_of}
        return not names.isdisjoint(self._name(there) for there in mine if there)

    def is_home(self, location: str) -> bool:
        """Whether a location is the home page, that of a language among them, or leads to it."""
        target = self.find(location)
        names = {self._name(location)} | ({self._name(target.final_url)} if target and target.final_url else set())
        if names & self._homes:
            return True
        folder = _LANGUAGE_FOLDER.fullmatch(split_url(location)[1])
        return folder is not None and target is not None and primary(target.language) == folder[1].lower()

    def _name(self, location: str) -> str:
        url = self._on_base(location)
        if url is None:
            return location
        path, mark, query = self._key(url).partition("?")
        return f"{without_index_file(path).rstrip('/')}{mark}{query}"
