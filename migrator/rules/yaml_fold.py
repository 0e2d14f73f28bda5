"""The plain exact rules in the text of redirects.yaml, and the text without some of them. Nothing else in it is touched.

Plain are those that say an old and a new address (and when they were added) and bear no comment: taking them out loses no word of
a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.errors import ConfigError
from migrator.rules.rule import Site
from migrator.rules.yaml_nodes import Mapping, Node, Scalar, Sequence, read_nodes
from migrator.urls import split_url

_DASH = re.compile(r"[ \t]*-[ \t]+")
_KEYS = ({"from", "to"}, {"from", "to", "added"})


@dataclass(frozen=True, slots=True)
class Written:
    """One plain rule: what it says, and the offsets of the whole lines that say it."""

    source: str
    to: str
    added: str
    start: int
    end: int

    def is_of(self, site: Site) -> bool:
        """Whether its old address may be one of that site: it names one of its hosts, or none."""
        host = split_url(self.source)[0]
        return not host or host in site.hosts


def plain_rules(text: str, file: str) -> list[Written]:
    """The plain exact rules of a map file, of both forms, in their order. Raises ConfigError where the text is no YAML."""
    root, problems = read_nodes(text, file)
    if not isinstance(root, Mapping):
        raise ConfigError(problems)
    return [*_short(text, _section(root, "redirects")), *_long(text, _section(root, "rules"))]


def repeated_rules(text: str, file: str) -> list[Written]:
    """The plain rules of the short form that an earlier line has to the letter. Raises ConfigError where the text is no YAML."""
    root, problems = read_nodes(text, file)
    if not isinstance(root, Mapping):
        raise ConfigError(problems)
    section = _section(root, "redirects")
    if not isinstance(section, Mapping) or section.is_flow:
        return []
    firsts = ((key, value, section.entries[key.text][1]) for key, value in section.repeats)
    same = ((key, value) for key, value, first in firsts if getattr(first, "text", None) == getattr(value, "text", ""))
    return list(_plain_entries(text, same))


def without(text: str, rules: Iterable[Written]) -> str:
    """`text` without the lines of these rules."""
    kept, position = [], 0
    for rule in sorted(rules, key=lambda rule: rule.start):
        kept.append(text[position : rule.start])
        position = rule.end
    return "".join([*kept, text[position:]])


def _section(root: Mapping, name: str) -> Node | None:
    return root.entries[name][1] if name in root.entries else None


def _short(text: str, section: Node | None) -> Iterator[Written]:
    if isinstance(section, Mapping) and not section.is_flow:
        yield from _plain_entries(text, section.entries.values())


def _plain_entries(text: str, entries: Iterable[tuple[Scalar, Node]]) -> Iterator[Written]:
    for key, value in entries:
        if not isinstance(value, Scalar) or not value.text:
            continue
        start = _line_start(text, key.start)
        if not text[start : key.start].strip() and _is_bare(text, start, [value]):
            yield Written(key.text, value.text, "", start, _line_end(text, value.end))


def _long(text: str, section: Node | None) -> Iterator[Written]:
    if not isinstance(section, Sequence) or section.is_flow:
        return
    for item in section.items:
        if not isinstance(item, Mapping) or set(item.entries) not in _KEYS:
            continue
        values = {name: value for name, (_, value) in item.entries.items() if isinstance(value, Scalar) and value.text}
        if len(values) < len(item.entries) or "*" in values["from"].text or "/:" in values["from"].text:
            continue
        first = min(key.start for key, _ in item.entries.values())
        start = _line_start(text, item.start if item.is_flow else first)
        ends: list[Node] = [item] if item.is_flow else list(values.values())
        if _DASH.fullmatch(text[start : item.start if item.is_flow else first]) and _is_bare(text, start, ends):
            last = max(node.end for node in ends)
            said = {name: value.text for name, value in values.items()}
            yield Written(said["from"], said["to"], said.get("added", ""), start, _line_end(text, last))


def _is_bare(text: str, start: int, ends: Iterable[Node]) -> bool:
    """Whether nothing follows these nodes on their lines, and no line of a comment stands before or between them."""
    last = start
    for node in ends:
        end = _line_end(text, node.end)
        if text[node.end : end].strip():
            return False
        last = max(last, end)
    before = text[_line_start(text, start - 1) : start] if start else ""
    return not any(line.lstrip().startswith("#") for line in (before + text[start:last]).splitlines())


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, max(0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1
