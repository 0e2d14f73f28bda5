"""What is doubtful about one rule's old address. Each finding can be allowed at its rule; none keeps a map from being served."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.pattern import LOOKS_LIKE_PATTERN
from migrator.rules.rule import Kind, Rule
from migrator.urls import split_url

# A source without any of these is beyond doubt, and a map has a million of them.
_SUSPICIOUS = re.compile(r"[*\\^$()\[\]{}|+]|/:|/https?:|/www\.", re.IGNORECASE)
_LOOKS_LIKE_REGEX = re.compile(r"\\[dwsDWS.]|\(\.|\(\?|\[\^?[a-z0-9]-[a-z0-9]|\.\*\)?.|\.\+|\)[?*+]|\$$")
_HOST = re.compile(r"/(?:https?:/|www\.[a-z0-9-]+\.[a-z]{2,})", re.IGNORECASE)
_EVERYTHING = frozenset(("/", "^", "^/", ".*", "^.*", "^/.*", "^.*$", "^/.*$", "(.*)", "^(.*)$", "^/(.*)$", "^/(.+)$", "^/(.*)"))
_FLAGS = re.compile(r"^\(\?[a-zA-Z]+\)")
_QUERY = re.compile(r"\\\?|[A-Za-z0-9]\?[A-Za-z_][\w.-]*=")
_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_NO_SLASH = re.compile(r"\^[A-Za-z0-9](?![?*{])")
_OPEN_END = re.compile(r"(?:\$|\.\*\)?|\\z)$")
_NOT_IN_A_PATH = re.compile(r"(?:[^\x00-\x7f]|[ #])(?![?*{])")


def source_problems(rule: Rule, own_hosts: tuple[str, ...]) -> Iterator[Problem]:
    """Every doubt about the source of `rule`; `own_hosts` are those of the file, which no path should begin with."""
    if rule.kind is Kind.REGEX:
        yield from _regex_problems(rule)
        return
    if is_beyond_doubt(rule.source, own_hosts):
        return
    path = split_url(rule.source)[1]
    if _SUSPICIOUS.search(path):
        yield from _path_problems(rule, path)
    if _HOST.match(path) or path[1:].partition("/")[0] in own_hosts:
        yield host_problem(rule, rule.source)


def is_beyond_doubt(source: str, own_hosts: tuple[str, ...]) -> bool:
    """Whether a source that is no regex is a path in which nothing can be doubtful."""
    return source.startswith("/") and not _SUSPICIOUS.search(source) and source[1:].partition("/")[0] not in own_hosts


def host_problem(rule: Rule, address: str) -> Problem:
    """That `address`, the rule's old or new one, has a host within its path."""
    mend = "Write http:// and the host before the path, or delete the host."
    return Problem(rule.place, "host-in-path", f"`{address}` has a host within its path", mend, Level.WARNING)


def has_host_in_path(path: str) -> bool:
    """Whether a path begins with what is a host, or a whole URL."""
    return _HOST.match(path) is not None


def _path_problems(rule: Rule, path: str) -> Iterator[Problem]:
    if _LOOKS_LIKE_REGEX.search(path):
        message = f"`{rule.source}` looks like a regular expression, but is compared to the letter"
        yield _warning(rule, "regex-in-path", message, "Write it as `regex:` under `rules:`.")
    elif rule.kind is Kind.EXACT and LOOKS_LIKE_PATTERN.search(path):
        message = f"`{rule.source}` looks like a pattern, but `redirects:` holds exact addresses only"
        yield _warning(rule, "pattern-in-short-form", message, "Move it to `rules:` as `from:` and `to:`.")
    if rule.kind is Kind.PATTERN and path == "/*" and rule.serve is None:
        yield _catch_all(rule)


def _regex_problems(rule: Rule) -> Iterator[Problem]:
    source = _FLAGS.sub("", rule.source)
    if source in _EVERYTHING and rule.serve is None:
        yield _catch_all(rule)
    elif not source.startswith("^"):
        yield _warning(
            rule, "unanchored-regex", f"`{rule.source}` matches anywhere in a path", "Begin it with ^ and end it with $."
        )
    elif not _OPEN_END.search(source) and "|" not in source:
        message = f"`{rule.source}` matches all that begins so"
        yield Problem(rule.place, "open-ended-regex", message, "End it with $, or with .* if that is meant.", Level.NOTE)
    if _QUERY.search(source):
        message = f"`{rule.source}` asks for a query, but expressions see the path alone"
        yield _warning(rule, "query-in-regex", message, "Write an exact rule with the query for each address.")
    elif why := _never_matches(source):
        yield _warning(
            rule, "never-matches", f"`{rule.source}` matches no address: {why}", "Paths begin with / and are ASCII: é is %C3%A9."
        )


def _never_matches(source: str) -> str:
    """Why no canonical path can match an expression, where that can be told from its letters alone."""
    literal = _CLASS.sub("", source)
    if "|" in literal or "(?" in literal:
        return ""
    if _NO_SLASH.match(source):
        return "it does not begin with /"
    found = _NOT_IN_A_PATH.search(literal)
    return f"no path has `{found[0]}`" if found else ""


def _catch_all(rule: Rule) -> Problem:
    message = f"`{rule.source}` answers every address of the site that has no other rule"
    mend = "Write rules for what has moved. If all of it is meant: allow: {catch-all: why}."
    return _warning(rule, "catch-all", message, mend)


def _warning(rule: Rule, code: str, message: str, mend: str) -> Problem:
    return Problem(rule.place, code, message, mend, Level.WARNING)
