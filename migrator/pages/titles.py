"""Page titles without what the site adds to each of them ("About us | Example" is "About us"). Learned, never listed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from migrator.pages.page import Content

SHARE = 0.2  # of the pages that must have an addition for it to be the site's own
FEWEST = 3
_ROUNDS = 3  # "Page | Section | Site" has two additions
# Bounded everywhere: linear on any title.
_SEPARATOR = re.compile(r"\s{0,3}[|»›·•]\s{0,3}|\s{1,3}[-–—:<>/«‹]{1,3}\s{1,3}")


def own_titles(contents: Sequence[Content]) -> list[str]:
    """The title of each page without the site's own additions; the h1 where nothing else is left."""
    titles = [content.title or content.h1 for content in contents]
    for _ in range(_ROUNDS):
        cuts = [_cuts(title) for title in titles]
        counted = Counter(addition for cut in cuts for addition in cut)
        common = {addition for addition, seen in counted.items() if seen >= max(FEWEST, SHARE * len(titles))}
        if not common:
            break
        titles = [_without(title, cut, common) for title, cut in zip(titles, cuts, strict=True)]
    return [title or content.h1 for title, content in zip(titles, contents, strict=True)]


def _cuts(title: str) -> dict[tuple[bool, str], str]:
    """What may be an addition, and whether it leads, to what the title is without it."""
    separators = list(_SEPARATOR.finditer(title))
    if not separators:
        return {}
    first, last = separators[0], separators[-1]
    return {(False, title[last.end() :]): title[: last.start()], (True, title[: first.start()]): title[first.end() :]}


def _without(title: str, cuts: dict[tuple[bool, str], str], common: set[tuple[bool, str]]) -> str:
    return next((rest for addition, rest in cuts.items() if addition in common), title)
