"""Rules that are never reached, because others answer first all that they match: tried with addresses made from each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import Kind, Rule
from migrator.rules.samples import sample_request, sample_requests
from migrator.rules.table import RuleTable, SiteTable

# An expression that matches all that begins with its literal.
_OPEN_REGEX = re.compile(r"\^(/[A-Za-z0-9/_~%-]*)(?:\(?\.\*\)?\$?)?")
_REGEX_PREFIX = re.compile(r"\^([A-Za-z0-9/_~%-]*)(?![?*{+])")


def shadow_problems(site_table: SiteTable, table: RuleTable) -> Iterator[Problem]:
    """A warning for each rule of the site that never answers, naming the one that answers in its place."""
    only_exceptions_hide_exact_rules = bool(site_table.exceptions)
    for found in site_table:
        if found.rule.kind is Kind.EXACT and not only_exceptions_hide_exact_rules:
            continue
        other = _answering_instead(found, site_table, table)
        if other is not None:
            yield Problem(
                found.rule.place,
                "shadowed-rule",
                f"`{found.rule.source}` is never reached: `{other.source}` at {other.place} answers first",
                "Order of decision: serve, exact, the most specific pattern, regex.",
                Level.WARNING,
            )


def _answering_instead(found: CompiledRule, site_table: SiteTable, table: RuleTable) -> Rule | None:
    rule = found.rule
    if rule.kind is Kind.PATTERN:
        return _before_pattern(found, site_table, table)
    if rule.kind is Kind.REGEX and (other := _cover_of_regex(rule, site_table)):
        return other
    if rule.kind is Kind.REGEX and not rule.examples:
        return None  # one address that it may match says nothing of the others
    request = sample_request(found, site_table.site)
    other = table.decide(request).rule if request else None
    return None if other is rule else other


def _before_pattern(found: CompiledRule, site_table: SiteTable, table: RuleTable) -> Rule | None:
    """The one rule that answers every sample of a pattern, however deep; other exact rules cover only what they name."""
    answering = {id(rule): rule for request in sample_requests(found, site_table.site) if (rule := table.decide(request).rule)}
    others = [rule for rule in answering.values() if rule.kind is not Kind.EXACT]
    return others[0] if len(answering) == len(others) == 1 and others[0] is not found.rule else None


def _cover_of_regex(rule: Rule, site_table: SiteTable) -> Rule | None:
    """What answers everything the regex can match: a subtree, since patterns come first, or an open expression before it."""
    match = _REGEX_PREFIX.match(rule.source)
    literal = match[1] if match else ""
    for found in site_table.regexes.ordered:
        if found.rule is rule:
            break
        opened = _OPEN_REGEX.fullmatch(found.rule.source)
        if opened and literal.lower().startswith(opened[1].lower()) and site_table.site.folding.case:
            return found.rule
    for tier in (site_table.exceptions, site_table.main):
        for other in tier.ordered:
            prefix = other.pattern.prefix if other.pattern else ""
            covers = other.pattern is not None and other.pattern.names == ("splat",)
            if covers and (literal + "/").lower().startswith(prefix.rstrip("/").lower() + "/"):
                return other.rule
    return None
