"""Likely pages from the search index, for the pages that say gone and not found: in a blink, or none. Nothing is shown here."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.errors import SearchIndexError, SearchTooLong
from migrator.pages.likely import LikelyPage
from migrator.store.search_index import SearchIndex

SECONDS = 0.02  # that looking may take, as it is done between two requests


class IndexedPages:
    """Finds pages by words in an index, which should give up after `SECONDS`."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    def likely(self, words: Sequence[str], language: str, site: str, limit: int) -> Sequence[LikelyPage]:
        """Up to `limit` pages of that site in that language, best first; none where there is no index, or it takes too long."""
        try:
            hits = self._index.likely(words, language, site, limit)
        except (SearchIndexError, SearchTooLong):
            return ()
        return [LikelyPage(hit.address, hit.title) for hit in hits]
