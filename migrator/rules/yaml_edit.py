"""Edits to redirects.yaml as text: what people wrote, comments and order, stays as it is to the letter. Never dumps YAML."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping as Items
from collections.abc import Sequence as Rows

from migrator.errors import ConfigError
from migrator.rules.yaml_nodes import Mapping, Node, Scalar, Sequence, read_nodes

_PLAIN = re.compile(r"[A-Za-z0-9/](?:[A-Za-z0-9/_.~+=%?&@-]|:(?=[A-Za-z0-9/]))*")
_READ_OTHERWISE = re.compile(r"(?i)true|false|yes|no|on|off|null|[\d.:_+-]+")
Value = str | bool | int | dt.date
LONGEST_SIMPLE_KEY = 1000  # characters; YAML 1.1 allows 1024 for a key on one line


def set_redirects(text: str, redirects: Items[str, str], file: str) -> str:
    """`text` with each old path of `redirects` leading to its address in the short form: replaced where it stands, else added.

    `text` has no byte order mark. Raises ConfigError where it is no YAML that could be edited.
    """
    present = _entries(_section(_root(text, file), "redirects"))
    replaced = {source: target for source, target in redirects.items() if source in present}
    for source in sorted(replaced, key=lambda source: -present[source].start):
        node = present[source]
        text = text[: node.start] + scalar(replaced[source]) + text[node.end :]
    lines = [_entry(source, target) for source, target in redirects.items() if source not in present]
    return _append(text, "redirects", lines, file) if lines else text


def add_rules(text: str, rules: Rows[Items[str, Value]], file: str) -> str:
    """`text` with rules in the long form at the end of `rules:`; the keys of each in the order given."""
    lines = []
    for rule in rules:
        pairs = [f"{key}: {_value(value)}" for key, value in rule.items()]
        lines.append("- " + "\n  ".join(pairs))
    return _append(text, "rules", lines, file) if lines else text


def scalar(value: str) -> str:
    """`value` as a YAML scalar: plain where it reads back as the same text in any YAML reader, else double-quoted."""
    if _PLAIN.fullmatch(value) and not _READ_OTHERWISE.fullmatch(value):
        return value
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return scalar(value) if isinstance(value, str) else value.isoformat()


def _entry(source: str, target: str) -> str:
    if len(source) > LONGEST_SIMPLE_KEY:
        return f"? {scalar(source)}\n: {scalar(target)}"
    return f"{scalar(source)}: {scalar(target)}"


def _root(text: str, file: str) -> Mapping:
    root, problems = read_nodes(text, file)
    if not isinstance(root, Mapping):
        raise ConfigError(problems)
    return root


def _section(root: Mapping, name: str) -> Node | None:
    return root.entries[name][1] if name in root.entries else None


def _entries(section: Node | None) -> dict[str, Scalar]:
    if not isinstance(section, Mapping):
        return {}
    return {key: value for key, (_, value) in section.entries.items() if isinstance(value, Scalar)}


def _append(text: str, name: str, lines: list[str], file: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    root = _root(text, file)
    section = _section(root, name)
    if isinstance(section, Mapping | Sequence) and section.is_flow:
        text = _flow_to_block(text, section)
        return _append(text, name, lines, file)
    if section is None:
        end, indent, before = len(text), 2, f"{newline}{name}:{newline}"
    elif isinstance(section, Scalar):
        end, indent, before = _line_end(text, root.entries[name][0].end), 2, ""
    else:
        end, indent, before = _line_end(text, _last_offset(section)), section.place.column - 1, ""
    if end and text[end - 1] != "\n":
        before = newline + before
    block = "".join(_indented(line, indent, newline) for line in lines)
    return text[:end] + before + block + text[end:]


def _indented(line: str, indent: int, newline: str) -> str:
    return "".join(" " * indent + part + newline for part in line.split("\n"))


def _flow_to_block(text: str, section: Mapping | Sequence) -> str:
    """Write a `{...}` or `[...]` section out as lines, so that there is a place for more."""
    if isinstance(section, Mapping):
        lines = [f"{scalar(key)}: {text[value.start : value.end]}" for key, (_, value) in section.entries.items()]
    else:
        lines = [f"- {text[item.start : item.end]}" for item in section.items]
    newline = "\r\n" if "\r\n" in text else "\n"
    block = "".join(f"{newline}  {line}" for line in lines)
    return text[: section.start].rstrip(" ") + block + text[section.end :]


def _last_offset(node: Node) -> int:
    if isinstance(node, Mapping) and not node.is_flow and node.entries:
        return _last_offset(list(node.entries.values())[-1][1])
    if isinstance(node, Sequence) and not node.is_flow and node.items:
        return _last_offset(node.items[-1])
    return node.end


def _line_end(text: str, offset: int) -> int:
    """The offset after the line that `offset` is in; a block scalar's end is at a line's start already."""
    if offset and text[offset - 1] == "\n":
        return offset
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1
