"""Redirects in a Caddyfile: `redir /old https://new/x [code]`, 302 where none is said, and the lines of a map."""

from __future__ import annotations

import re

from migrator.rules.formats.reading import Reading
from migrator.rules.rule import Kind, QueryMode

STATUS = 302
_WORD = re.compile(r'"((?:\\.|[^"\\])*)"|`([^`]*)`|(\S+)')
_STATUSES = {"permanent": "301", "temporary": "302", "html": ""}
_FRAME = re.compile(r"(?:map\s.*\{|[^{}]*\{|\}|default\b.*|#.*|)\s*")


def read(text: str, reading: Reading) -> None:
    """Read what stands on lines of its own; every other line is told."""
    for line, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        content = raw.strip()
        words = [match[1] or match[2] or match[3] or "" for match in _WORD.finditer(content.partition(" #")[0])]
        if words and words[0] == "redir":
            _redir(line, words[1:], reading)
        elif _FRAME.fullmatch(content):
            continue
        elif len(words) >= 2 and words[0].startswith(("/", "~")):
            _take(line, words[0], words[1], None, reading)
        else:
            reading.skip(line, f"`{content[:100]}` is no redirect that is read from a Caddyfile")


def _redir(line: int, words: list[str], reading: Reading) -> None:
    if words and words[0].startswith("@"):
        reading.skip(line, f"it holds for what matches {words[0][:50]}", "Write the addresses of that matcher as rules.")
    elif len(words) < 2 or not words[0].startswith("/"):
        reading.skip(line, "a redir for every address of the site", "Write it as a rule for `/*`.")
    else:
        code = words[2] if len(words) > 2 else None
        _take(line, words[0], words[1], _STATUSES.get(code, code) if code else None, reading)


def _take(line: int, source: str, to: str, status: str | None, reading: Reading) -> None:
    if source.startswith("~"):
        target = re.sub(r"\$\{?(\d)\}?", r"\\\1", to)
        if "{" in target:
            reading.skip(line, f"`{to[:100]}` takes in what only the server knows")
        else:
            reading.add(line, source[1:], target, status, kind=Kind.REGEX, query=QueryMode.DROP)
    elif "{" in to.replace("{uri}", "").replace("?{query}", ""):
        reading.skip(line, f"`{to[:100]}` takes in what only the server knows")
    elif source.endswith("*") and "{uri}" in to:
        folder = source.removesuffix("*")
        target = to.replace("{uri}", f"{folder}:splat")
        reading.add(line, source, target, status, kind=Kind.PATTERN)
    elif "{uri}" in to:
        reading.add(line, source, to.replace("{uri}", source), status)
    else:
        query = QueryMode.KEEP if "?{query}" in to else QueryMode.DROP
        kind = Kind.PATTERN if source.endswith("*") else Kind.EXACT
        reading.add(line, source, to.replace("?{query}", ""), status, kind=kind, query=query)
