"""One rule made ready for look-up: its key or pattern and its target, or the problem that it has. No look-up here."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.errors import Problem
from migrator.rules.decision import Redirect
from migrator.rules.pattern import Pattern, PatternError, compile_pattern
from migrator.rules.rule import Home, Kind, QueryMode, Rule, Site
from migrator.rules.target import Target, TargetError, absolute_target, compile_target
from migrator.urls import TRACKING, Key, look_up_key, query_names, split_url, whole_query


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule that can be looked up. `key` is set for an exact source, `pattern` for the others."""

    rule: Rule
    key: Key | None = None
    whole_query: str = ""  # of a source with `query: exact`
    pattern: Pattern | None = None
    target: Target | None = None
    suggest: str = ""
    consumed: frozenset[str] = frozenset()  # query names that the source itself spent
    settled: Redirect | None = None  # what GET and HEAD without a query get on any day, whatever is captured

    @property
    def answer(self) -> tuple[object, ...]:
        """What tells two rules for one address apart: equal answers are a duplicate, others a conflict."""
        rule = self.rule
        return (self.target, rule.gone, rule.serve, rule.status, rule.query, self.suggest)

    @property
    def order(self) -> tuple[bool, int, int]:
        """Sorts patterns: the longest literal prefix first, then the fewest wildcards; then regexes. Ties keep file order."""
        if self.pattern is None or self.rule.kind is Kind.REGEX:
            return (True, 0, 0)
        return (False, -len(self.pattern.prefix), self.pattern.wildcards)


def compile_rule(rule: Rule, site: Site, own_hosts: tuple[str, ...]) -> tuple[CompiledRule | None, list[Problem]]:
    """`rule` ready for look-up, or None, and every problem found in it. `own_hosts` may be led to as well."""
    problems: list[Problem] = []
    source, query = _source_parts(rule)
    key = pattern = None
    if rule.kind is Kind.EXACT:
        key = look_up_key(source, query, site.folding)
        problems += _query_problems(rule, query, site)
    else:
        try:
            pattern = compile_pattern(source, rule.kind, site.folding)
        except PatternError as error:
            return None, [Problem(rule.place, "bad-pattern", f"`{rule.source}`: {error}", error.mend)]
        if query:
            problems.append(
                Problem(rule.place, "query-in-pattern", "a pattern cannot have a query", "Write an exact rule for each address.")
            )
    target, suggest = _targets(rule, site, pattern.names if pattern else (), own_hosts, problems)
    if rule.serve is Home.NEW and not site.new_upstream:
        problems.append(
            Problem(rule.place, "no-new-upstream", "`serve: new` needs new_upstream", f"Set it for site `{site.name}`.")
        )
    if problems:
        return None, problems
    exact = rule.query is QueryMode.EXACT
    return CompiledRule(
        rule,
        key,
        whole_query(query, site.folding) if exact else "",
        pattern,
        target,
        suggest,
        query_names(query, site.folding),
        _settled(rule, site, target, own_hosts),
    ), []


def _settled(rule: Rule, site: Site, target: Target | None, own_hosts: tuple[str, ...]) -> Redirect | None:
    """The one redirect that a rule comes to; None where it may be another, or leads to its own address."""
    if target is None or not target.is_literal or target.origin.netloc in own_hosts:
        return None
    if rule.starts or rule.ends or (site.soak and rule.added):
        return None
    return Redirect(target.parts[0], rule.status, site.cache, rule, site)


def _source_parts(rule: Rule) -> tuple[str, str]:
    if rule.kind is Kind.REGEX:
        return rule.source, ""
    _, path, query = split_url(rule.source)
    return path, query


def _query_problems(rule: Rule, query: str, site: Site) -> list[Problem]:
    if not query or rule.query is QueryMode.EXACT:
        return []
    ignored = query_names(query, site.folding) - site.folding.significant_params
    if not ignored:
        return []
    names = ", ".join(sorted(ignored))
    mend = f"Add {names} to significant_params of site `{site.name}`, or say `query: exact`."
    if all(map(TRACKING.match, ignored)):
        mend = f"Leave {names} out: it only tells where visitors came from, and the rule answers it all the same."
    return [
        Problem(
            rule.place,
            "ignored-query",
            f"`{rule.source}` asks for a query that look-up ignores: {names}",
            mend,
        )
    ]


def _targets(
    rule: Rule, site: Site, names: tuple[str, ...], own_hosts: tuple[str, ...], problems: list[Problem]
) -> tuple[Target | None, str]:
    target, suggest = None, ""
    try:
        if rule.to:
            target = compile_target(rule.to, site, names, own_hosts)
        if rule.suggest:
            suggest = compile_target(rule.suggest, site, (), own_hosts).parts[0]
        if rule.archive:
            absolute_target(rule.archive, site)
    except TargetError as error:
        problems.append(Problem(rule.place, "bad-target", str(error), error.mend))
    return target, suggest
