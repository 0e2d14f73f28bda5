"""From addresses as they are written to those of the site, judged: found or skipped, each once. No network here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from migrator.crawl.scope import Scope
from migrator.crawl.territory import Territory
from migrator.pages.visit import FILES, Found, Skipped, Source

REMEMBERED = 15_000  # addresses, of half a kilobyte each; most links of a page are those of the page before


class Surveyor:
    """Sorts addresses into found and skipped; those of other sites are left out, and so is what it lately told of."""

    def __init__(self, territory: Territory, scope: Scope) -> None:
        self._territory = territory
        self._scope = scope
        self._recent: dict[str, None] = {}
        self.locate = lru_cache(maxsize=REMEMBERED)(self._locate)

    def survey(
        self, addresses: Iterable[str], depth: int, source: Source, seen_on: str = ""
    ) -> tuple[list[Found], list[Skipped]]:
        """The addresses of the site among these, which lie that many links from the start and stand on that sitemap."""
        found: list[Found] = []
        skipped: list[Skipped] = []
        for address in addresses:
            url, key = self.locate(address)
            if not url or key in self._recent:
                continue
            one = Found(url, key, depth, source, seen_on)
            if reason := self._scope.against(url, key, depth):
                skipped.append(Skipped(one, reason))
            else:
                found.append(one)
            if source not in FILES:  # a page that links to what a file names tells more of it
                self._remember(key)
        return found, skipped

    def keys(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """The keys of all addresses of the site among these, told of lately or not."""
        return tuple(dict.fromkeys(key for _, key in map(self.locate, addresses) if key))

    def _locate(self, address: str) -> tuple[str, str]:
        """An address as the site records it and its key; both "" where it is another site's."""
        url = self._territory.recorded(address)
        if not url:
            return "", ""
        return address if url == address else url, self._territory.key(url)  # one text in memory where it can be one

    def _remember(self, key: str) -> None:
        self._recent[key] = None
        if len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]
