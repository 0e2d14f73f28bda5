"""Dated updates about a move, as Markdown with a head of YAML: what one says, and what is wrong with it. Opens no file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from migrator.errors import Place, Problem
from migrator.pages.markdown import printable
from migrator.rules.schema import Located
from migrator.rules.yaml_nodes import read_nodes
from migrator.rules.yaml_shape import Shaper

LARGEST_UPDATE = 64 * 1024  # bytes
MOST_UPDATES = 500  # files
_HEAD = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_MEND = "Begin with a line ---, then title: and date:, then a line --- again; the text comes after it."


class Kind(StrEnum):
    """What an update tells of."""

    UPDATE = "update"
    PROBLEM = "problem"
    NEXT = "next"


class UpdateShape(Located):
    """The head of an update."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    date: dt.date
    kind: Literal["update", "problem", "next"] = "update"
    pinned: bool = False
    language: str = ""
    resolved: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update. `name` is its file's, without ending and language; `text` is Markdown; `resolved` is when a problem ended."""

    name: str
    title: str
    date: dt.date
    kind: Kind
    language: str  # a lower-case tag; "": the site's own
    text: str
    is_pinned: bool = False
    resolved: dt.date | None = None

    @property
    def is_open_problem(self) -> bool:
        """A problem that is known and not resolved."""
        return self.kind is Kind.PROBLEM and self.resolved is None

    @property
    def changed(self) -> dt.date:
        """The day of the last thing that it tells."""
        return max(self.date, self.resolved or self.date)


def read_update(text: str, file: str, stem: str) -> tuple[Update | None, list[Problem]]:
    """The update that a file holds, None where it cannot be shown, and what is wrong with it.

    `file` is for places; `stem` is its name without `.md`: `search`, or `search.fr` for the French text of the same update.
    """
    name, _, suffix = stem.partition(".")
    if not _NAME.fullmatch(name) or (suffix and not _TAG.fullmatch(suffix.lower())):
        mend = "Use letters, digits, - and _; before .md may stand a language: search.fr.md."
        return None, [Problem(Place(file), "update-name", "an update's file may not have this name", mend)]
    head = _HEAD.match(text)
    if head is None:
        return None, [Problem(Place(file, 1, 1), "update-head", "the update has no head", _MEND)]
    root, problems = read_nodes("\n" + head[1], file)
    if root is None:
        return None, problems or [Problem(Place(file, 1, 1), "update-head", "the update's head is empty", _MEND)]
    shaper = Shaper()
    shape = shaper.shape(root, UpdateShape)
    problems += shaper.problems
    if shape is None:
        return None, problems
    problems += _judged(shape, suffix.lower())
    body = text[head.end() :].strip("\r\n")
    return (None if problems else _update(name, suffix.lower(), shape, body)), problems


def choose_updates(updates: Iterable[Update], language: str, default: str) -> list[Update]:
    """Of every update the text in `language`, else in the site's `default` one, else any; newest first, by name on one day."""
    chosen: dict[str, Update] = {}
    for update in sorted(updates, key=lambda one: one.language):
        present = chosen.get(update.name)
        if present is None or _rank(update, language, default) > _rank(present, language, default):
            chosen[update.name] = update
    return sorted(chosen.values(), key=lambda one: (-one.date.toordinal(), one.name))


def _rank(update: Update, language: str, default: str) -> int:
    written = update.language or default
    if written == language:
        return 3
    if written.partition("-")[0] == language.partition("-")[0]:
        return 2
    return int(written == default)


def _judged(shape: UpdateShape, suffix: str) -> list[Problem]:
    language, where = shape.language.lower(), shape.places
    problems = []
    if language and not _TAG.fullmatch(language):
        message = f"`{shape.language}` is not a language tag"
        problems.append(Problem(where["language"], "update-language", message, "Write one such as fr or pt-br."))
    elif language and suffix and language != suffix:
        message = f"the head says `{language}`, the file's name `{suffix}`"
        problems.append(Problem(where["language"], "update-language", message, "Delete one of the two."))
    if shape.resolved and shape.kind != "problem":
        mend = "Write kind: problem, or delete the line."
        problems.append(Problem(where["resolved"], "update-resolved", "only a problem can be resolved", mend))
    elif shape.resolved and shape.resolved < shape.date:
        problems.append(
            Problem(where["resolved"], "update-resolved", "resolved before its own date", "Correct one of the two days.")
        )
    return problems


def _update(name: str, suffix: str, shape: UpdateShape, body: str) -> Update:
    return Update(
        name=name,
        title=" ".join(printable(shape.title).split()) or name,
        date=shape.date,
        kind=Kind(shape.kind),
        language=shape.language.lower() or suffix,
        text=body,
        is_pinned=shape.pinned,
        resolved=shape.resolved,
    )
