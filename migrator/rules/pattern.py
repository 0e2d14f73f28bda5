"""From a rule's source to RE2: subtrees, placeholders and regular expressions, and which of several is the most specific."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import re2

from migrator.rules.rule import Kind
from migrator.urls import Folding, Key, encoded_path, fold_case, without_index_file

MAX_PROGRAM = 20_000  # RE2 instructions of one expression; an ordinary rule has under 200
SET_MEMORY = 256 << 20  # bytes RE2 may use for all expressions of one site together

_PLACEHOLDER = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")
LOOKS_LIKE_PATTERN = re.compile(r"/:[A-Za-z_]|\*")


class PatternError(ValueError):
    """A source that cannot be compiled; `mend` says what to write instead."""

    def __init__(self, message: str, mend: str = "") -> None:
        self.mend = mend
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled source. `names` are its captures in order ("1", "2", ... for a regex); `prefix` is its literal beginning."""

    expression: str
    names: tuple[str, ...]
    prefix: str
    wildcards: int
    program: Any

    def captures(self, key: Key) -> dict[str, str] | None:
        """What the wildcards matched, in the case the visitor wrote where that is possible; None where nothing matches."""
        found = self.program.search(key.shown) or self.program.search(key.path)
        return None if found is None else {name: found.group(n) or "" for n, name in enumerate(self.names, 1)}


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = SET_MEMORY
    return options


def compile_pattern(source: str, kind: Kind, folding: Folding) -> Pattern:
    """Compile a pattern or regex source (no query in it) for look-up keys folded as `folding` says. Raises PatternError."""
    if kind is Kind.REGEX:
        return _compile_regex(source, folding)
    text, names, prefix = _pattern_expression(source, folding)
    return Pattern(text, names, prefix, len(names), _program(text))


def _compile_regex(source: str, folding: Folding) -> Pattern:
    text = f"(?i){source}" if folding.case else source
    program = _program(text)
    names = tuple(str(n) for n in range(1, program.groups + 1))
    return Pattern(text, names, "", max(1, len(names)), program)


def _program(expression: str) -> Any:
    try:
        program = re2.compile(expression, _options())
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        raise PatternError(
            f"RE2 refuses this expression: {reason}",
            "Write it in RE2 syntax, which has no look-around, backreferences or atomic groups.",
        ) from None
    if program.programsize > MAX_PROGRAM:
        raise PatternError(
            f"this expression compiles to {program.programsize} instructions, over the limit of {MAX_PROGRAM}",
            "Make counted repetitions such as {1,1000} smaller, or split the rule.",
        )
    return program


def _pattern_expression(source: str, folding: Folding) -> tuple[str, tuple[str, ...], str]:
    """The RE2 text of a pattern, the names of its captures, and its literal prefix."""
    if "*" in source[:-1]:
        raise PatternError("`*` may only stand at the end of `from`", "Use :name for one segment, or a regex.")
    source = without_index_file(source) if folding.index_files else source
    subtree = source.endswith("*")
    body = source.removesuffix("*")
    whole_segments = subtree and body.endswith("/")
    body = body.rstrip("/") if whole_segments or folding.trailing_slash else body
    parts: list[str] = ["(?i)^" if folding.case else "^"]
    names: list[str] = []
    prefix = ""
    for segment in body.split("/")[1:]:
        name, literal = _placeholder(segment)
        parts.append("/")
        prefix += "" if names else "/"
        if name:
            parts.append("([^/]+)")
            names.append(name)
        text = _literal(literal, folding)
        parts.append(re2.escape(text))
        prefix += "" if names else text
    if subtree:
        names.append("splat")
        parts.append("(?:/(.*))?$" if whole_segments else "(.*)$")
    else:
        parts.append("/?$" if folding.trailing_slash else "$")
    if len(set(names)) < len(names):
        raise PatternError("a placeholder is named twice", "Give each placeholder a name of its own.")
    return "".join(parts), tuple(names), prefix


def _placeholder(segment: str) -> tuple[str, str]:
    match = _PLACEHOLDER.match(segment)
    return (match[1], segment[match.end() :]) if match else ("", segment)


def _literal(text: str, folding: Folding) -> str:
    encoded = encoded_path(b"/" + text.encode("utf-8", "surrogatepass"))[1:]
    return fold_case(encoded) if folding.case else encoded


class PatternSet:
    """Many patterns asked at once, in their order: one pass over the path, whatever their number."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self.patterns = patterns
        self._set = re2.Set.SearchSet(_options())
        for pattern in patterns:
            self._set.Add(pattern.expression)
        if patterns:
            self._set.Compile()

    def matches(self, key: Key) -> list[int]:
        """Indices of the patterns that match, in order. Asked of the folded path and of the shown one, slash and all."""
        if not self.patterns:
            return []
        found = set(self._set.Match(key.path) or ())
        if key.shown != key.path:
            found.update(self._set.Match(key.shown) or ())
        return sorted(found)
