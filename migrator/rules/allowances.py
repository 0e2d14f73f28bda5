"""Findings that a rule's author has allowed, with a reason: taken out, and told where there is nothing to allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.errors import Level, Place, Problem
from migrator.rules.rule import Rule


def without_allowed(problems: Iterable[Problem], rules: Iterable[Rule], asked: frozenset[str] = frozenset()) -> list[Problem]:
    """`problems` without those that the rule at their place allows, and a note for each allowance that nothing needed.

    `asked` are the codes of findings that only some runs can have (such as `--live`): their allowances may stay unused.
    """
    allowing = {rule.place: rule for rule in rules if rule.allow}
    if not allowing:
        return list(problems)
    used: set[tuple[Place, str]] = set()
    kept: list[Problem] = []
    for problem in problems:
        rule = allowing.get(problem.place)
        if rule is None or problem.code not in dict(rule.allow):
            kept.append(problem)
            continue
        used.add((problem.place, problem.code))
        if problem.level is Level.ERROR:
            kept += [problem, _refused(rule, problem.code)]
    return [*kept, *_unused(allowing.values(), used, asked)]


def _refused(rule: Rule, code: str) -> Problem:
    message = f"`allow` cannot spare `{rule.source}` the error `{code}`"
    return Problem(rule.place, "cannot-allow", message, "Mend the error, and delete the entry.", Level.WARNING)


def _unused(rules: Iterable[Rule], used: set[tuple[Place, str]], asked: frozenset[str]) -> Iterator[Problem]:
    for rule in rules:
        for code, _ in rule.allow:
            if (rule.place, code) not in used and code not in asked:
                message = f"`{rule.source}` allows `{code}`, which the checks do not find here"
                yield Problem(rule.place, "unused-allow", message, "Delete the entry.", Level.NOTE)
