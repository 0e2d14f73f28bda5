"""YAML text into nodes that know their place. What redirects.yaml does not need (anchors, tags, several documents) is refused.

Reads libyaml's events, so that depth is checked before anything is built, and every scalar stays the text it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from migrator.errors import Place, Problem

MAX_DEPTH = 20
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(slots=True)
class Scalar:
    """A text. `is_null` where nothing, ~ or null was written unquoted; `end` is the offset after it."""

    place: Place
    text: str
    is_null: bool
    start: int
    end: int


@dataclass(slots=True)
class Sequence:
    """A list."""

    place: Place
    items: list[Node] = field(default_factory=list)
    start: int = 0
    end: int = 0
    is_flow: bool = False


@dataclass(slots=True)
class Mapping:
    """A mapping: its entries in file order, keys unique. `repeats` are entries whose key stood there before; all are problems."""

    place: Place
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    repeats: list[tuple[Scalar, Node]] = field(default_factory=list)
    start: int = 0
    end: int = 0
    is_flow: bool = False


Node = Scalar | Sequence | Mapping


class _Refused(Exception):
    """Reading cannot go on from here; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def read_nodes(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The root node of the one document in `text` (None where it is empty or broken), and every problem with its form."""
    reader = _Reader(file)
    try:
        return reader.document(iter(yaml.CSafeLoader(text).get_event, None)), reader.problems
    except _Refused as refused:
        return None, [*reader.problems, refused.problem]
    except yaml.MarkedYAMLError as error:
        return None, [*reader.problems, _syntax_problem(error, file)]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        character = f"#x{error.character:04x}" if isinstance(error.character, int) else repr(error.character)
        problem = Problem(Place(file, line, 1), "bad-character", f"the character {character} may not stand in YAML", "Remove it.")
        return None, [problem]


def _syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    what = " ".join(filter(None, [error.context, error.problem])) or "not YAML"
    # A missing colon is noticed one line too late; the context is where the key began.
    marks = (error.problem_mark, error.context_mark)
    mark = next(filter(None, reversed(marks) if "expected ':'" in what else marks), None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    return Problem(place, "yaml-syntax", f"this is not YAML: {what}", _advice(what))


def _advice(what: str) -> str:
    if "could not find expected ':'" in what or "did not find expected key" in what or "mapping values" in what:
        return "Is a colon or the space after it missing here or one line above, or an indent uneven?"
    if "tab" in what or "cannot start any token" in what:
        return "Indent with spaces, and put text that begins with a special character in quotes."
    return "Quote texts with special characters, and check the indent."


def _offset(mark: Any) -> int:
    """Where in the text an event begins or ends, in characters."""
    return int(mark.index)


class _Reader:
    """Builds nodes from events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, "several-documents", "a second document begins here", "Remove the `---` line.")
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, events, 1)
        return root

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if depth > MAX_DEPTH:
            self.refuse(event, "too-deep", f"nested deeper than {MAX_DEPTH} levels", "A map needs no more than six.")
        if type(event) is yaml.ScalarEvent and event.tag is None and event.anchor is None:  # nearly all, so they go first
            return self.scalar(event)
        if isinstance(event, yaml.NodeEvent):
            self.check_plain(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, events, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, events, depth)
        raise AssertionError(f"no node: {event}")

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text: str = event.value
        start: Any = event.start_mark
        end: Any = event.end_mark
        plain_null = text in _NULLS and event.style in (None, "")
        return Scalar(Place(self.file, start.line + 1, start.column + 1), text, plain_null, start.index, end.index)

    def sequence(self, event: yaml.SequenceStartEvent, events: Iterator[yaml.Event], depth: int) -> Sequence:
        node = Sequence(self.place(event), start=_offset(event.start_mark), is_flow=bool(event.flow_style))
        for following in events:
            if isinstance(following, yaml.SequenceEndEvent):
                node.end = _offset(following.end_mark)
                break
            node.items.append(self.node(following, events, depth + 1))
        return node

    def mapping(self, event: yaml.MappingStartEvent, events: Iterator[yaml.Event], depth: int) -> Mapping:
        node = Mapping(self.place(event), start=_offset(event.start_mark), is_flow=bool(event.flow_style))
        for following in events:
            if isinstance(following, yaml.MappingEndEvent):
                node.end = _offset(following.end_mark)
                break
            key = self.node(following, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            self.enter(node, key, value)
        return node

    def enter(self, node: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self.problems.append(Problem(key.place, "bad-key", "a key must be a text", "Quote it."))
        elif key.text in node.entries:
            first = node.entries[key.text][0].place
            message = f"`{key.text}` stands here twice; first in line {first.line}"
            self.problems.append(Problem(key.place, "duplicate-key", message, "Delete or rename one of the two."))
            node.repeats.append((key, value))
        else:
            node.entries[key.text] = (key, value)

    def check_plain(self, event: yaml.NodeEvent) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.refuse(
                event, "alias", f"aliases (*{event.anchor}) are not read", "Quote a text that begins with *, or write it out."
            )
        if event.anchor:
            self.refuse(
                event, "anchor", f"anchors (&{event.anchor}) are not read", "Quote a text that begins with &, or write it out."
            )
        tag = getattr(event, "tag", None)
        if tag:
            self.refuse(event, "tag", f"tags ({tag}) are not read", "Quote a text that begins with !.")

    def place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)

    def refuse(self, event: yaml.Event, code: str, message: str, mend: str) -> None:
        raise _Refused(Problem(self.place(event), code, message, mend))
