"""Redirects in nginx's configuration: lines of a map, `rewrite … permanent`, and `location = /a { return 301 …; }`."""

from __future__ import annotations

import re

from migrator.rules.formats.reading import LONGEST, Reading
from migrator.rules.rule import Kind, QueryMode

_WORD = r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s;{}"']\S*?)"""
_PAIR = re.compile(rf"{_WORD}\s+{_WORD}\s*;\s*(?:#.*)?")
_REWRITE = re.compile(rf"rewrite\s+{_WORD}\s+{_WORD}\s+(permanent|redirect)\s*;\s*(?:#.*)?")
_LOCATION = re.compile(rf"location\s+=\s+{_WORD}\s*\{{\s*return\s+(\d{{3}})(?:\s+{_WORD})?\s*;\s*\}}\s*(?:#.*)?")
_FRAME = re.compile(
    r"(?:map\s.*\{|server\s*\{|http\s*\{|\}|(?:default|hostnames|volatile|map_hash_\w+|server_name|listen)\b.*|#.*|)\s*"
)
_GROUP = re.compile(r"\$\{?(\w+)\}?")
_NAMED = re.compile(r"\(\?P?<(\w+)>")
_ADDED = re.compile(r"\$(?:is_args|args|query_string)\b|\?\$(?:args|query_string)\b")


def read(text: str, reading: Reading) -> None:
    """Read what stands on lines of its own; every other line is told."""
    for line, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        content = raw.strip()
        if len(content) > 3 * LONGEST:
            reading.skip(line, f"a line of {len(content):,} characters")
        elif _FRAME.fullmatch(content):
            continue
        elif match := _LOCATION.fullmatch(content):
            _take(line, _plain(match[1]), _plain(match[3] or ""), match[2], reading)
        elif match := _REWRITE.fullmatch(content):
            status = 301 if match[3] == "permanent" else 302
            to = _plain(match[2])
            query = QueryMode.DROP if to.endswith("?") else QueryMode.KEEP
            _expression(line, _plain(match[1]), to.removesuffix("?"), status, query, reading)
        elif match := _PAIR.fullmatch(content):
            _take(line, _plain(match[1]), _plain(match[2]), None, reading)
        else:
            reading.skip(line, f"`{content[:100]}` is no redirect that is read from nginx's configuration")


def _plain(word: str) -> str:
    return re.sub(r"\\([\"'\\])", r"\1", word[1:-1]) if word[:1] in "\"'" and len(word) > 1 else word


def _take(line: int, key: str, to: str, status: str | None, reading: Reading) -> None:
    keeps = bool(_ADDED.search(to))
    query = QueryMode.KEEP if keeps else QueryMode.DROP
    to = _ADDED.sub("", to)
    if key.startswith("~"):
        _expression(line, key.lstrip("~*"), to, status, query, reading)
    elif "$" in to:
        reading.skip(line, f"`{to[:100]}` takes in what only the server knows")
    elif not key.lstrip("\\").startswith(("/", "http")):
        reading.skip(line, f"`{key[:100]}` is no address")
    else:
        reading.add(line, key, to, status, query=QueryMode.EXACT if "?" in key else query)


def _expression(line: int, expression: str, to: str, status: str | int | None, query: QueryMode, reading: Reading) -> None:
    names = [match[1] for match in _NAMED.finditer(expression)]
    if names and len(names) != len(re.findall(r"(?<!\\)\((?!\?:)", expression)):
        reading.skip(line, "it has groups with and without names")
        return
    unknown = [name for name in _GROUP.findall(to) if not (name.isdecimal() and len(name) == 1) and name not in names]
    if unknown:
        reading.skip(line, f"`{to[:100]}` takes in what only the server knows (${unknown[0]})")
        return
    target = _GROUP.sub(lambda match: f"\\{names.index(match[1]) + 1 if match[1] in names else match[1]}", to)
    reading.add(line, _NAMED.sub("(", expression), target, status, kind=Kind.REGEX, query=query)
