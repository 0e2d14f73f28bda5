"""Which language each page is in, as far as page or address say so, and which pages may therefore be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrator.pages.page import Page
from migrator.urls import split_url

_SEGMENT = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?", re.IGNORECASE)


def languages(legacy: Sequence[Page], new: Sequence[Page]) -> tuple[list[str], list[str]]:
    """The primary language of each page of both sites, "" where unknown.

    What `<html lang>` says counts, else a first path segment such as `/es/` if the other site has pages in that language.
    Where the two sites share none, what they say is worthless and all are unknown.
    """
    said = [_declared(page) for page in legacy], [_declared(page) for page in new]
    hinted = [_in_address(page) for page in legacy], [_in_address(page) for page in new]
    known = [set(said[side]) | set(hinted[side]) - {""} for side in (0, 1)]
    both = [
        [declared or (hint if hint in known[1 - side] else "") for declared, hint in zip(said[side], hinted[side], strict=True)]
        for side in (0, 1)
    ]
    if not set(both[0]) & set(both[1]):
        return [""] * len(legacy), [""] * len(new)
    return both[0], both[1]


def _declared(page: Page) -> str:
    return page.content.language.partition("-")[0]


def _in_address(page: Page) -> str:
    segment = split_url(page.final_url)[1].strip("/").partition("/")[0]
    match = _SEGMENT.fullmatch(segment)
    return match[1].lower() if match else ""
