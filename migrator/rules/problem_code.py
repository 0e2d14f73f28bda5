"""What a code of a problem is: its level, and what it means and how to mend it. Which codes there are is told elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from migrator.errors import Level


class Code(NamedTuple):
    """One kind of problem. `text` says in one line of Markdown what it means and how to mend it; `level` is its gravest."""

    code: str
    level: Level
    text: str


class Section(NamedTuple):
    """Kinds of problems that belong together. `intro` is a paragraph about all of them, or ""."""

    title: str
    codes: tuple[Code, ...]
    intro: str = ""
