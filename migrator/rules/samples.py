"""An address that a rule is meant for, made from the rule itself: what the checks try a map with."""

from __future__ import annotations

from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import Kind, Site
from migrator.rules.table import Request
from migrator.urls import split_url

FILLING = "sample-x7"  # unlikely to be an exact rule of its own


def sample_request(found: CompiledRule, site: Site) -> Request | None:
    """A request that the rule's source matches, or None for a regex without examples."""
    rule = found.rule
    if rule.kind is Kind.REGEX:
        if not rule.examples:
            return None
        host, path, query = split_url(rule.examples[0].url)
    else:
        host, path, query = split_url(rule.source)
    if rule.kind is Kind.PATTERN:
        segments = [_filled(segment) for segment in path.split("/")]
        path = "/".join(segments)
    return Request((path or "/").encode(), query.encode(), host or site.hosts[0])


def _filled(segment: str) -> str:
    if segment.startswith(":") and segment[1:2].isidentifier():
        name_end = next((n for n, letter in enumerate(segment[1:], 1) if not (letter.isalnum() or letter == "_")), len(segment))
        segment = FILLING + segment[name_end:]
    return segment.replace("*", FILLING)
