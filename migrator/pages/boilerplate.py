"""What repeats over a site's pages, learned from the pages, and each page's text without it. No site's own marks may enter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from migrator.pages.page import Content

ANYWHERE = 0.3  # a line on this share of the pages is none of theirs
AT_THE_EDGE = 0.1  # at the head or foot of the page, among other such lines, this share is enough
FEWEST = 4  # pages; below it nothing counts as repeated
FEWEST_LINKS = 3  # pages; enough for a link at the edge: a menu of a section is on few pages


def own_texts(contents: Sequence[Content], groups: Sequence[Hashable]) -> list[str]:
    """The text of each page without what its `group` (pages of one language) repeats: one block a line, h1 kept."""
    frequencies: dict[Hashable, Counter[str]] = {}
    sizes = Counter(groups)
    for content, group in zip(contents, groups, strict=True):
        frequencies.setdefault(group, Counter()).update(set(content.text.split("\n")))
    return [
        "\n".join(_own_lines(content, frequencies[group], sizes[group])) for content, group in zip(contents, groups, strict=True)
    ]


def _own_lines(content: Content, frequency: Counter[str], pages: int) -> list[str]:
    lines = content.text.split("\n") if content.text else []
    anchors = {link.text for link in content.links}
    at_the_edge, anywhere = max(FEWEST, AT_THE_EDGE * pages), max(FEWEST, ANYWHERE * pages)

    def is_frame(line: str) -> bool:
        seen = frequency[line]
        return line != content.h1 and (seen >= at_the_edge or (seen >= FEWEST_LINKS and line in anchors))

    start, end = 0, len(lines)
    while start < end and is_frame(lines[start]):
        start += 1
    while end > start and is_frame(lines[end - 1]):
        end -= 1
    return [line for line in lines[start:end] if line == content.h1 or frequency[line] < anywhere]
