"""Addresses that a rule is meant for, made from the rule itself: what the checks try a map with."""

from __future__ import annotations

import re2

from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import Kind, Site
from migrator.rules.table import Request
from migrator.urls import split_url

FILLING = "sample-x7"  # unlikely to be an exact rule of its own
_OTHER_FILLINGS = ("q9.z~", "sample-x7/q9.z~/0")  # the second for a subtree alone
_LONGEST = 256  # bytes of an address made from a regex


def sample_request(found: CompiledRule, site: Site) -> Request | None:
    """A request that the rule's source matches, or None for a regex without examples whose matches cannot be guessed."""
    rule = found.rule
    if rule.kind is Kind.REGEX and not rule.examples:
        return _made_from_regex(found, site)
    host, path, query = split_url(rule.examples[0].url if rule.kind is Kind.REGEX else rule.source)
    if rule.kind is Kind.PATTERN:
        path = _filled(path, FILLING, FILLING)
    return Request((path or "/").encode(), query.encode(), host or site.hosts[0])


def sample_requests(found: CompiledRule, site: Site) -> list[Request]:
    """Several requests that a pattern matches: other words in its places, a subtree's own folder, and far below it."""
    host, path, _ = split_url(found.rule.source)
    paths = [_filled(path, FILLING, FILLING)]
    paths += [_filled(path, _OTHER_FILLINGS[0], filling) for filling in _OTHER_FILLINGS]
    if path.endswith("/*"):
        paths.append(_filled(path[:-2], FILLING, "") or "/")
    return [Request(one.encode(), b"", host or site.hosts[0]) for one in paths]


def _filled(path: str, placeholder: str, splat: str) -> str:
    return "/".join(_filled_segment(segment, placeholder).replace("*", splat) for segment in path.split("/"))


def _filled_segment(segment: str, filling: str) -> str:
    if segment.startswith(":") and segment[1:2].isidentifier():
        name_end = next((n for n, letter in enumerate(segment[1:], 1) if not (letter.isalnum() or letter == "_")), len(segment))
        return filling + segment[name_end:]
    return segment


def _made_from_regex(found: CompiledRule, site: Site) -> Request | None:
    """The least string that the expression may match, where it does match it."""
    pattern = found.pattern
    try:
        least: bytes = pattern.program.possiblematchrange(_LONGEST)[0] if pattern else b""
    except re2.error:  # it may begin anywhere
        return None
    path = least.decode("ascii", "replace").lower().encode() if site.folding.case else least
    if pattern is None or not path.startswith(b"/") or not path.decode("ascii", "replace").isprintable() or not path.isascii():
        return None
    return Request(path, b"", site.hosts[0]) if pattern.program.search(path) else None
