"""Many patterns asked at once: first by the folders they begin with, then by RE2. One key in, the indices of patterns out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import re2

from migrator.rules.pattern import Pattern, re2_options
from migrator.urls import Key, fold_case

# Matches every path, by a literal that RE2's filter must find like any other: an answer without it is no answer.
_WITNESS = b"/"


class PatternSet:
    """Patterns in their order. What is asked grows with the depth of a path, not with their number.

    A trie over literal folders leaves few; these are asked by RE2's filter, which looks for the literals that each
    needs, all in one pass, and then only asks those whose literals are there. `case` says that keys are folded.
    """

    def __init__(self, patterns: Sequence[Pattern], *, case: bool = True) -> None:
        self._case = case
        self._depth = max((len(pattern.folders) for pattern in patterns), default=0)
        self._root = _Folder()
        members: defaultdict[tuple[str, ...], list[tuple[int, Pattern]]] = defaultdict(list)
        for index, pattern in enumerate(patterns):
            members[pattern.folders].append((index, pattern))
        for folders, inside in members.items():
            folder = self._root
            for name in ("", *folders):
                folder = folder.below.setdefault(name, _Folder())
            folder.groups = tuple(_groups(inside))

    def matches(self, key: Key) -> list[int]:
        """Indices of the patterns that match, in order. Asked of the folded path, and of the one with its last slash on."""
        found = self._asked(key.path)
        if key.shown != key.path:
            spelled = fold_case(key.shown) if self._case else key.shown
            if spelled != key.path:
                found += self._asked(spelled)
                return sorted(set(found))
        found.sort()
        return found

    def _asked(self, path: str) -> list[int]:
        text = path.encode("ascii")
        found: list[int] = []
        folder = self._root
        for name in path.split("/", self._depth + 1):
            below = folder.below.get(name)
            if below is None:
                break
            for group in below.groups:
                found += group.matching(text)
            folder = below
        return found


class _Folder:
    """A node of the trie: the folders below it, and the patterns whose wildcards begin here."""

    __slots__ = ("below", "groups")

    def __init__(self) -> None:
        self.below: dict[str, _Folder] = {}
        self.groups: tuple[_Group, ...] = ()


class _Group:
    """Patterns of one folder. Raises re2.error where RE2 has no memory for a filter of them all."""

    __slots__ = ("_filter", "_indices", "_programs")

    def __init__(self, members: Sequence[tuple[int, Pattern]]) -> None:
        self._indices = [index for index, _ in members]
        self._programs = [pattern.program for _, pattern in members]
        self._filter = None
        if len(members) > 1:
            self._filter = re2.Filter()
            for expression in (_WITNESS, *(pattern.expression.encode() for _, pattern in members)):
                self._filter.Add(expression, re2_options())
            self._filter.Compile()
        self.matching(_WITNESS)  # RE2 builds its automata when first asked; no visitor shall wait for it

    def matching(self, text: bytes) -> list[int]:
        """Indices of those that match. Where RE2's filter gives up, they are asked one by one."""
        found = self._filter.Match(text) if self._filter else None
        if found:
            return [self._indices[number - 1] for number in found if number]
        return [index for index, program in zip(self._indices, self._programs, strict=True) if program.search(text)]


def _groups(members: Sequence[tuple[int, Pattern]]) -> Iterator[_Group]:
    """As few groups as RE2 has memory for."""
    try:
        yield _Group(members)
    except re2.error:
        middle = len(members) // 2
        yield from _groups(members[:middle])
        yield from _groups(members[middle:])
