"""What is wrong with a map that could be read: the one set of checks for `check`, start-up, publish and reload."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.allowances import without_allowed
from migrator.rules.chains import chain_problems
from migrator.rules.crowd_checks import crowd_problems
from migrator.rules.decision import Decision, Gone, NotFound, Redirect, Serve
from migrator.rules.known_checks import OF_CRAWLS
from migrator.rules.rule import Example, Rule, Site
from migrator.rules.shadows import shadow_problems
from migrator.rules.source_checks import source_problems
from migrator.rules.table import Request, RuleTable
from migrator.rules.target import TargetError, absolute_target, checked_location
from migrator.rules.target_checks import target_problems
from migrator.urls import origin_of, split_url

WORDS = ("gone", "legacy", "new", "not_found")
SOON = dt.timedelta(days=30)
OF_SOME_RUNS = OF_CRAWLS | {"unchecked-target", "unknown-source", "expired-rule", "expiring-rule"}


def check_map(table: RuleTable, today: dt.date | None = None) -> list[Problem]:
    """Every problem of a compiled map, in file order: of single rules, between rules, and of their examples.

    What a rule allows is left out. Without `today` no rule is too old or too young.
    """
    problems = found_problems(table, today)
    rules = (found.rule for site_table in table.tables.values() for found in site_table)
    return in_order(without_allowed(problems, rules, OF_SOME_RUNS))


def found_problems(table: RuleTable, today: dt.date | None = None) -> list[Problem]:
    """The same in no order, with what rules allow."""
    problems = list(table.problems)
    for site_table in table.tables.values():
        for found in site_table:
            rule = found.rule
            if rule.examples:
                problems += _example_problems(rule, site_table.site, table, today)
            problems += source_problems(rule, table.own_hosts)
            problems += target_problems(found, site_table.site, table.own_hosts)
            if rule.ends and today:
                problems += _date_problems(rule, today)
        problems += shadow_problems(site_table, table)
        problems += site_table.collisions()
        problems += chain_problems(site_table, table)
        problems += crowd_problems(site_table)
    return problems


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sorted as a reader goes through the file."""
    return sorted(problems, key=lambda problem: (problem.place, problem.code))


def errors_only(problems: list[Problem]) -> list[Problem]:
    """Those that stop a map from being served."""
    return [problem for problem in problems if problem.level is Level.ERROR]


def _date_problems(rule: Rule, today: dt.date) -> Iterator[Problem]:
    assert rule.ends is not None  # noqa: S101 - for the reader of types
    if rule.ends <= today:
        message = f"`{rule.source}` answers nothing since {rule.ends}"
        yield Problem(rule.place, "expired-rule", message, "Delete it, or give it another day.", Level.WARNING)
    elif rule.ends - today <= SOON:
        message = f"`{rule.source}` answers nothing from {rule.ends} on"
        yield Problem(rule.place, "expiring-rule", message, "Decide whether it has to stay.", Level.NOTE)


def _example_problems(rule: Rule, site: Site, table: RuleTable, today: dt.date | None) -> Iterator[Problem]:
    for example in rule.examples:
        host, path, query = split_url(example.url)
        decision = table.decide(Request(path.encode(), query.encode(), host or site.hosts[0], today=today))
        expected, found = _expected(example, site), described(decision)
        if expected != found and rule.is_active(today):
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
