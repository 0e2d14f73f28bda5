"""Documents that are no pages (PDFs, office files, archives): an old one and a new one with the same bytes are the same.

Images, styles and scripts are left out: they belong to the pages that show them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from migrator.pages.page import Page
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.urls import split_url

CONFIDENCE = 0.999  # of the same bytes at one address
SHARED = 0.9  # where several new addresses have them
MOST_CANDIDATES = 5
_PARTS_OF_PAGES = ("image/", "font/", "text/css", "text/javascript", "application/javascript", "application/x-javascript")
_FOR_MACHINES = ("application/json", "application/xml", "text/xml", "application/rss+xml", "application/atom+xml")


def match_files(legacy: Sequence[Page], new: Sequence[Page]) -> list[Suggestion]:
    """A suggestion for each old document whose very bytes stand on the new site, in the order of the old ones."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for page in _documents(new):
        if page.final_url not in places[page.content_hash]:
            places[page.content_hash].append(page.final_url)
    return [
        Suggestion(page.url, _candidates(page, places[page.content_hash]))
        for page in _documents(legacy)
        if places[page.content_hash]
    ]


def _documents(pages: Sequence[Page]) -> Iterator[Page]:
    for page in pages:
        is_document = page.status == 200 and not page.is_readable and page.size and page.content_hash and not page.error
        if is_document and page.content_type and not page.content_type.startswith(_PARTS_OF_PAGES + _FOR_MACHINES):
            yield page


def _candidates(page: Page, places: Sequence[str]) -> tuple[Candidate, ...]:
    """The new addresses of the same bytes, that of the same file name first."""
    name = _name(page.final_url)
    ordered = sorted(places, key=lambda url: (_name(url) != name, url))[:MOST_CANDIDATES]
    confidence = CONFIDENCE if len(places) == 1 else SHARED
    evidence = ("the same file, byte for byte",)
    return tuple(
        Candidate(url, confidence if not rank else confidence / (rank + 1), evidence) for rank, url in enumerate(ordered)
    )


def _name(url: str) -> str:
    return split_url(url)[1].rpartition("/")[2].lower()
