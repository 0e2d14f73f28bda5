"""From a rule's source to RE2: subtrees, placeholders and regular expressions. How many are asked at once is not known here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import re2

from migrator.rules.rule import Kind
from migrator.urls import Folding, Key, encoded_path, fold_case, without_index_file

MAX_PROGRAM = 10_000  # RE2 instructions of one expression; an ordinary rule has under 200, the largest in the wild some 9,000
LONGEST_PREFIX = 64  # bytes of a regex that are looked at for literal folders

_FOLDER_AND_BELOW = "(?:/(.*))?$"
_PLAIN_FOLDERS = re.compile(r"(?:/[A-Za-z0-9_~.-]+)+/|/")
_MINDS_CASE = re.compile(r"\(\?[a-zA-Z]*-[a-zA-Z]*i")
_ESCAPED_RUN = re.compile(r"(?:%[89A-F][0-9A-F])+")
_PLACEHOLDER = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)")
LOOKS_LIKE_PATTERN = re.compile(r"/:[A-Za-z_]|\*")


class PatternError(ValueError):
    """A source that cannot be compiled; `mend` says what to write instead."""

    def __init__(self, message: str, mend: str = "") -> None:
        self.mend = mend
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled source. `names` are its captures in order ("1", "2", ... for a regex).

    `prefix` is the literal text that every address of a pattern begins with, and `folders` the whole segments of it,
    folded; a regex has folders too where its beginning is literal.
    """

    expression: str
    names: tuple[str, ...]
    prefix: str
    folders: tuple[str, ...]
    wildcards: int
    program: Any  # searches bytes, which RE2 takes as they are

    def captures(self, key: Key) -> dict[str, str] | None:
        """What the wildcards matched, in the case the visitor wrote where that is possible; None where nothing matches."""
        spelled = [key.shown, _folded_escapes(key.shown), key.path]
        if key.shown.endswith("/") and not key.path.endswith("/"):
            spelled.insert(2, spelled[1].rstrip("/"))
        found = next(filter(None, (self.program.search(path.encode()) for path in spelled)), None)
        if found is None:
            return None
        return {name: text.decode() for name, text in zip(self.names, found.groups(b""), strict=True)}


def _folded_escapes(path: str) -> str:
    """A canonical path with its letters beyond ASCII folded and all others as they are."""
    return _ESCAPED_RUN.sub(lambda run: fold_case(run[0]), path) if "%" in path else path


def re2_options() -> Any:
    """How every expression is compiled: RE2's own defaults, without messages on stderr."""
    options = re2.Options()
    options.log_errors = False
    return options


def compile_pattern(source: str, kind: Kind, folding: Folding) -> Pattern:
    """Compile a pattern or regex source (no query in it) for look-up keys folded as `folding` says. Raises PatternError."""
    if kind is Kind.REGEX:
        return _compile_regex(source, folding)
    text, names, prefix = _pattern_expression(source, folding)
    folder = prefix if names == ("splat",) and text.endswith(_FOLDER_AND_BELOW) else prefix.rpartition("/")[0]
    return Pattern(text, names, prefix, tuple(folder.split("/")[1:]), len(names), _program(text))


def _compile_regex(source: str, folding: Folding) -> Pattern:
    if folding.case and _MINDS_CASE.search(source):
        raise PatternError("`(?-i)` asks for a case that look-up ignores", "Delete it, or take `case` off `ignore`.")
    text = f"(?i){source}" if folding.case else source
    program = _program(text)
    names = tuple(str(n) for n in range(1, program.groups + 1))
    return Pattern(text, names, "", _regex_folders(source, folding), len(names), program)


def _regex_folders(source: str, folding: Folding) -> tuple[str, ...]:
    """The literal folders that every match of a regex begins with: what its least and its greatest match have in common."""
    try:
        low, high = _program(source).possiblematchrange(LONGEST_PREFIX)
    except re2.error:  # it may begin anywhere
        return ()
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))
    match = _PLAIN_FOLDERS.match(low[:same].decode("ascii", "replace"))
    folders = match[0].split("/")[1:-1] if match else []
    return tuple(map(fold_case, folders) if folding.case else folders)


def _program(expression: str) -> Any:
    try:
        program = re2.compile(expression.encode(), re2_options())
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
        parts.append(_FOLDER_AND_BELOW if whole_segments else "(.*)$")
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
