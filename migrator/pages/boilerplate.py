"""What repeats over a site's pages, learned from the pages, and each page's text without it. No site's own marks may enter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from migrator.pages.page import Content

ANYWHERE = 0.3  # a line on this share of the pages is none of theirs
AT_THE_EDGE = 0.1  # at the head or foot of the page, among other such lines, this share is enough
FEWEST = 4  # pages; below it nothing counts as repeated
FEWEST_LINKS = 3  # pages; enough for a link at the edge: a menu of a section is on few pages
LONGEST_MENU = 2_000  # characters of a line that may be nothing but links
_BETWEEN = " ›»«‹>/|·•,;:–—-"  # what may stand between two links of a menu


@dataclass(slots=True)
class _Group:
    """What is counted over the pages of one language: on how many each line stands, and each link's text."""

    pages: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    anchors: Counter[str] = field(default_factory=Counter)

    def count(self, content: Content) -> None:
        self.pages += 1
        self.lines.update(set(content.text.split("\n")))
        self.anchors.update({link.text for link in content.links})


def own_texts(contents: Sequence[Content], groups: Sequence[Hashable]) -> list[str]:
    """The text of each page without what its `group` (pages of one language) repeats: one block a line, h1 kept."""
    counted: dict[Hashable, _Group] = {}
    for content, group in zip(contents, groups, strict=True):
        counted.setdefault(group, _Group()).count(content)
    return ["\n".join(_own_lines(content, counted[group])) for content, group in zip(contents, groups, strict=True)]


def _own_lines(content: Content, group: _Group) -> list[str]:
    lines = content.text.split("\n") if content.text else []
    anywhere = max(FEWEST, ANYWHERE * group.pages)
    is_frame = _frame_of(content, group)
    start, end = 0, len(lines)
    while start < end and is_frame(lines[start]):
        start += 1
    while end > start and is_frame(lines[end - 1]):
        end -= 1
    return [line for line in lines[start:end] if line == content.h1 or group.lines[line] < anywhere]


def _frame_of(content: Content, group: _Group) -> Callable[[str], bool]:
    """Whether a line at the edge of the page is none of its own."""
    anchors = {link.text for link in content.links}
    repeated = sorted((text for text in anchors if text and group.anchors[text] >= FEWEST_LINKS), key=len, reverse=True)
    at_the_edge = max(FEWEST, AT_THE_EDGE * group.pages)

    def is_frame(line: str) -> bool:
        if line == content.h1:
            return False
        seen = group.lines[line]
        return seen >= at_the_edge or (seen >= FEWEST_LINKS and line in anchors) or _is_menu(line, repeated)

    return is_frame


def _is_menu(line: str, links: Sequence[str]) -> bool:
    """Whether the line is two or more of these links, longest first, and nothing else: a menu that is set in one line.

    Of several links that could come next the longest is taken.
    """
    if len(line) > LONGEST_MENU:
        return False
    found = place = 0
    while place < len(line):
        if line[place] in _BETWEEN:
            place += 1
            continue
        link = next((text for text in links if line.startswith(text, place)), "")
        if not link:
            return False
        place += len(link)
        found += 1
    return found > 1
