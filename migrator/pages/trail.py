"""The breadcrumbs that a page shows, from its tags and texts as they come. What JSON-LD says of them is read elsewhere."""

from __future__ import annotations

import re

from migrator.pages.tree import Attributes

MAX_STEPS = 20  # what has more is no trail, but a menu
MAX_STEP = 300  # characters

_NAMED = re.compile(r"bread[-_ ]?crumb", re.IGNORECASE)
_TELLING = ("class", "id", "aria-label", "itemtype", "typeof")  # attributes that may call a tag a trail
_STEPS = frozenset(("a", "li", "td", "p", "div"))
_CONTAINERS = frozenset(("div", "nav", "ol", "ul", "p", "section", "span", "aside", "td", "table"))
# Signs between two steps: those that are nothing else, and those that may be part of one.
_SURE = re.compile(r"\s?[>»›→▸▶⟩❯⁄]\s?")
_LIKELY = re.compile(r"\s?(?:[>»›→▸▶⟩❯⁄]|::)\s?|\s[/|·•–—-]\s")
_SIGNS = " \t\r\n>»›→▸▶⟩❯⁄/|\\·•–—-:,"


class Trail:
    """Collects the first trail of a page: a container that calls itself one, and the steps in it."""

    def __init__(self) -> None:
        self.steps: tuple[str, ...] = ()
        self.depth = 0  # of tags in it; tags and texts are to be told while there are some
        self._room = MAX_STEP * MAX_STEPS
        self._pieces: list[str] = []
        self._found: list[str] = []
        self._is_marked_up = False

    def is_one(self, name: str, attributes: Attributes) -> bool:
        """Whether a tag begins a trail, and none was found before."""
        if self.steps or not attributes or name not in _CONTAINERS:
            return False
        told = [attributes[which] for which in _TELLING if which in attributes]
        # A word that all have is looked for first: it is quick, and nearly no tag has it.
        return any("rumb" in one.lower() and _NAMED.search(one) for one in told)

    def begin(self, name: str) -> None:
        """A tag begins in it, or it begins."""
        self.depth += 1
        if name in _STEPS:
            self._end_step()
            self._is_marked_up = self._is_marked_up or name in ("a", "li")

    def end(self, name: str) -> None:
        """A tag ends in it, or it ends."""
        self.depth -= 1
        if name in _STEPS or not self.depth:
            self._end_step()
        if not self.depth:
            self.steps = tuple(self._found) if len(self._found) <= MAX_STEPS else ()
            self._found, self._room, self._is_marked_up = [], MAX_STEP * MAX_STEPS, False

    def text(self, text: str) -> None:
        """Some text in it."""
        self._pieces.append(text[: self._room])
        self._room = max(0, self._room - len(text))

    def _end_step(self) -> None:
        text = " ".join("".join(self._pieces).split())
        self._pieces.clear()
        if len(self._found) <= MAX_STEPS:
            steps = (_SURE if self._is_marked_up else _LIKELY).split(text)
            self._found.extend(step for step in (one.strip(_SIGNS)[:MAX_STEP].rstrip() for one in steps) if step)
