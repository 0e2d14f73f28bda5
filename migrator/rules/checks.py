"""What is wrong with a map that could be read: the one set of checks for `check`, start-up, publish and reload."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.chains import chain_problems
from migrator.rules.compiled import CompiledRule
from migrator.rules.decision import Decision, Gone, NotFound, Redirect, Serve
from migrator.rules.pattern import LOOKS_LIKE_PATTERN
from migrator.rules.rule import Example, Kind, Rule, Site
from migrator.rules.samples import sample_request
from migrator.rules.table import Request, RuleTable, SiteTable
from migrator.rules.target import TargetError, absolute_target, checked_location, is_downgrade
from migrator.urls import origin_of, split_url

WORDS = ("gone", "legacy", "new", "not_found")
_REGEX_PREFIX = re.compile(r"\^([A-Za-z0-9/_~%-]*)(?![?*{+])")


def check_map(table: RuleTable) -> list[Problem]:
    """Every problem of a compiled map, in file order: of single rules, between rules, and of their examples."""
    problems = list(table.problems)
    for site_table in table.tables.values():
        for rule in site_table:
            problems += _example_problems(rule.rule, site_table.site, table)
            problems += _doubtful_source(rule.rule)
            problems += _insecure_target(rule, site_table.site, table.own_hosts)
            problems += _shadow_problems(rule, site_table, table)
        problems += chain_problems(site_table, table)
    return sorted(problems, key=lambda problem: (problem.place, problem.code))


def errors_only(problems: list[Problem]) -> list[Problem]:
    """Those that stop a map from being served."""
    return [problem for problem in problems if problem.level is Level.ERROR]


def _example_problems(rule: Rule, site: Site, table: RuleTable) -> Iterator[Problem]:
    for example in rule.examples:
        host, path, query = split_url(example.url)
        decision = table.decide(Request(path.encode(), query.encode(), host or site.hosts[0]))
        expected, found = _expected(example, site), described(decision)
        if expected != found:
            yield Problem(
                example.place,
                "failing-example",
                f"{example.url} should answer `{expected}` and answers `{found}`",
                f"`migrator explain {example.url}` shows why. Mend the rule or the example.",
            )


def _expected(example: Example, site: Site) -> str:
    if example.to in WORDS:
        return example.to
    try:
        text = absolute_target(example.to, site)
    except TargetError:
        return example.to
    origin = origin_of(text)
    return (checked_location(text, origin) if origin else None) or text


def described(decision: Decision) -> str:
    """The answer as an example writes it: a Location, or one of gone, legacy, new and not_found."""
    if isinstance(decision, Redirect):
        return decision.location
    if isinstance(decision, Gone):
        return "gone"
    if isinstance(decision, Serve):
        return str(decision.home)
    return "not_found" if isinstance(decision, NotFound) else "unknown"


def _doubtful_source(rule: Rule) -> Iterator[Problem]:
    if rule.kind is Kind.EXACT and LOOKS_LIKE_PATTERN.search(split_url(rule.source)[1]):
        yield Problem(
            rule.place,
            "pattern-in-short-form",
            f"`{rule.source}` looks like a pattern, but `redirects:` holds exact addresses only",
            "Move it to `rules:` as `from:` and `to:`.",
            Level.WARNING,
        )
    if rule.kind is Kind.REGEX and not rule.source.startswith("^"):
        yield Problem(
            rule.place,
            "unanchored-regex",
            f"`{rule.source}` matches anywhere in a path",
            "Begin it with ^ and end it with $.",
            Level.WARNING,
        )


def _insecure_target(found: CompiledRule, site: Site, own_hosts: tuple[str, ...]) -> Iterator[Problem]:
    if found.target and is_downgrade(found.target.origin, site):
        netloc = found.target.origin.netloc
        yield Problem(
            found.rule.place,
            "insecure-target",
            f"`{found.rule.to}` leads to plain http while the new site has https",
            f"Write https://, or list http://{netloc} in allowed_targets of site `{site.name}` if that host has no https.",
            Level.WARNING if netloc in own_hosts else Level.ERROR,
        )


def _shadow_problems(found: CompiledRule, site_table: SiteTable, table: RuleTable) -> Iterator[Problem]:
    """A rule that is never reached, because another answers a sample of its own addresses first."""
    rule = found.rule
    other = _cover_of_regex(rule, site_table) if rule.kind is Kind.REGEX else None
    request = sample_request(found, site_table.site)
    if other is None and request is not None:
        decision = table.decide(request)
        other = decision.rule
        narrower = other is not None and other.kind is not Kind.EXACT and other.serve is None and rule.kind is Kind.PATTERN
        if other is rule or narrower:
            return
    if other is not None and other is not rule:
        yield Problem(
            rule.place,
            "shadowed-rule",
            f"`{rule.source}` is never reached: `{other.source}` at {other.place} answers first",
            "Order of decision: serve, exact, the most specific pattern, regex.",
            Level.WARNING,
        )


def _cover_of_regex(rule: Rule, site_table: SiteTable) -> Rule | None:
    """A subtree that answers everything the regex can match, since patterns come before regexes."""
    match = _REGEX_PREFIX.match(rule.source)
    literal = match[1] if match else ""
    for tier in (site_table.exceptions, site_table.main):
        for other in tier.ordered:
            prefix = other.pattern.prefix if other.pattern else ""
            covers = other.pattern is not None and other.pattern.names == ("splat",)
            if covers and (literal + "/").lower().startswith(prefix.rstrip("/").lower() + "/"):
                return other.rule
    return None
