"""Redirects in Apache's configuration and .htaccess: `Redirect`, `RedirectMatch`, simple `RewriteRule`; 302 by default."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrator.rules.formats.reading import LONGEST, Reading
from migrator.rules.rule import Kind, QueryMode

STATUS = 302
_WORD = re.compile(r'"((?:\\.|[^"\\])*)"|\'((?:\\.|[^\'\\])*)\'|(\S+)')
_SILENT = re.compile(
    r"</?(?:IfModule|VirtualHost|Directory|Location|IfDefine|IfVersion)\b|RewriteEngine\b|Options\b", re.IGNORECASE
)
_LITERAL = re.compile(r"\^((?:[^\\^$.|?*+()\[\]{}]|\\[^\w])*)\$")
_QUERY = re.compile(r"\^?((?:[\w.~%+-]+=[\w.~%+-]*&?)+)\$?")
_FILE = re.compile(r"\.[A-Za-z]{2,5}$")
_GROUP = re.compile(r"\$(\d)")


@dataclass(slots=True)
class _State:
    """What conditions before a RewriteRule ask for."""

    query: str = ""
    other: str = ""
    base: str = "/"
    conditions: list[str] = field(default_factory=list)


def read(text: str, reading: Reading) -> None:
    """Read the directives; every line that is none of these, and no frame around them, is told."""
    state = _State()
    for line, content in _joined(text):
        if not content or content.startswith("#") or _SILENT.match(content):
            continue
        if len(content) > 3 * LONGEST:
            reading.skip(line, f"a line of {len(content):,} characters")
            continue
        name, *words = (match[1] or match[2] or match[3] or "" for match in _WORD.finditer(content))
        directive = name.lower()
        if directive in ("redirect", "redirectmatch", "redirectpermanent", "redirecttemp"):
            _redirect(directive, words, line, reading)
        elif directive == "rewritecond":
            _condition(words, state)
        elif directive == "rewriterule":
            _rewrite(words, line, state, reading)
            state = _State(base=state.base)
        elif directive == "rewritebase" and words:
            state.base = words[0].rstrip("/") + "/"
        else:
            reading.skip(line, f"`{content[:100]}` is no redirect")


def _joined(text: str) -> list[tuple[int, str]]:
    """Lines, those that end with a backslash joined to the next, with the number of the first."""
    found: list[tuple[int, str]] = []
    held, start = "", 0
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        start = start or number
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        found.append((start, (held + line).strip()))
        held, start = "", 0
    return [*found, (start, held.strip())] if held else found


def _redirect(directive: str, words: list[str], line: int, reading: Reading) -> None:
    status = {"redirectpermanent": "301", "redirecttemp": "302"}.get(directive)
    if status is None and words and (words[0].isdecimal() or words[0].lower() in ("gone", "permanent", "temp", "seeother")):
        status = words.pop(0)
    source, to = (*words, "", "")[:2]
    is_gone = (status or "").lower() in ("gone", "410")
    if len(words) != (1 if is_gone else 2):
        reading.skip(line, f"{len(words)} words behind `{directive}`, which a redirect does not have")
    elif directive == "redirectmatch":
        _match(source, _GROUP.sub(r"\\\1", to), status, line, reading, QueryMode.KEEP)
    else:
        _prefix(source, to, status, line, reading, is_gone)


def _prefix(source: str, to: str, status: str | None, line: int, reading: Reading, is_gone: bool) -> None:
    """`Redirect` is for an address and all below it: an exact rule and a subtree, but for what is plainly a file."""
    reading.add(line, source.rstrip("/") or "/", to, status)
    if not _FILE.search(source) and reading.rules and reading.rules[-1].place.line == line:
        below = "" if is_gone else to + ("" if source.endswith("/") or to.endswith("/") else "/") + ":splat"
        if "?" not in to:
            reading.rows -= 1
            reading.add(line, f"{source.rstrip('/')}/*", below, status, kind=Kind.PATTERN)


def _match(source: str, to: str, status: str | int | None, line: int, reading: Reading, query: QueryMode) -> None:
    literal = _LITERAL.fullmatch(source)
    if literal:
        reading.add(line, re.sub(r"\\(.)", r"\1", literal[1]), to, status, query=query)
    else:
        reading.add(line, source, to, status, kind=Kind.REGEX, query=query)


def _condition(words: list[str], state: _State) -> None:
    asked, expression = (*words, "", "")[:2]
    query = _QUERY.fullmatch(expression)
    if (
        asked.upper() == "%{QUERY_STRING}"
        and query
        and expression.startswith("^")
        and expression.endswith("$")
        and not state.query
    ):
        state.query = query[1].rstrip("&")
    elif not (asked.upper() in ("%{REQUEST_FILENAME}",) and expression in ("!-f", "!-d")):
        state.other = f"{asked} {expression}"


def _rewrite(words: list[str], line: int, state: _State, reading: Reading) -> None:
    expression, to, flags = (*words, "", "", "")[:3]
    names = {flag.partition("=")[0].upper(): flag.partition("=")[2] for flag in flags.strip("[]").split(",")}
    leads = "R" in names or "REDIRECT" in names or "://" in to[:9]
    if "G" in names or "GONE" in names:
        status: str | None = "410"
    else:
        status = names.get("R") or names.get("REDIRECT") or None
    if state.other:
        reading.skip(line, f"it holds under a condition ({state.other[:100]}); a rule here holds always")
    elif status != "410" and not leads:
        reading.skip(line, f"`{to[:100]}` is served in place, which is no redirect")
    elif "%" in re.sub(r"\\.|%[0-9A-Fa-f]{2}", "", to) and re.search(r"(?<!\\)%(?:\d(?![0-9A-Fa-f])|\{)", to):
        reading.skip(line, f"`{to[:100]}` takes in what a condition or the server knows")
    elif "?" in expression.replace("(?:", "").replace("(?i)", "") and r"\?" in expression:
        reading.skip(line, f"`{expression[:100]}` asks the path for a `?`, which never is in it")
    else:
        _take(expression, to, status, names, line, state, reading)


def _take(
    expression: str, to: str, status: str | None, names: dict[str, str], line: int, state: _State, reading: Reading
) -> None:
    anchored = expression.startswith("^")
    source = expression[1:] if anchored else expression
    if anchored and not source.startswith("/"):
        source = state.base + source
    drops = to.endswith("?") or "QSD" in names or ("?" in to and "QSA" not in names)
    target = _GROUP.sub(r"\\\1", to.removesuffix("?"))
    if target and not target.startswith(("/", "http://", "https://")) and status != "410":
        target = state.base + target
    query = QueryMode.DROP if drops else QueryMode.KEEP
    if state.query:
        literal = _LITERAL.fullmatch(f"^{source}")
        if literal is None:
            reading.skip(
                line,
                f"a query ({state.query[:100]}) and an expression cannot be one rule",
                "Write an exact rule for each address.",
            )
            return
        path = re.sub(r"\\(.)", r"\1", literal[1])
        reading.add(line, f"{path}?{state.query}", target, status, query=QueryMode.EXACT)
        return
    _match(("^" if anchored else "") + source, target, status, line, reading, query)
