"""Rules of one rank, by which they are found; and what is said where two are for one address. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.pattern_set import PatternSet
from migrator.rules.stored import StoredRules
from migrator.urls import Folding


class Asked(Protocol):
    """Whatever has the rule of an exact key."""

    def get(self, key: str, /) -> CompiledRule | None:
        """The rule, or None."""


class _Both:
    """Rules in memory before those in a file."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: dict[str, CompiledRule], second: StoredRules) -> None:
        self._first, self._second = first, second

    def get(self, key: str, /) -> CompiledRule | None:
        return self._first.get(key) or self._second.get(key)


@dataclass(slots=True)
class Tier:
    """Rules of one rank: exact ones by key, the others in order, asked all at once."""

    name: str
    whole: dict[tuple[str, str], CompiledRule] = field(default_factory=dict)  # with `query: exact`, by path and query
    exact: dict[str, CompiledRule] = field(default_factory=dict)
    stored: StoredRules | None = None  # more exact ones, in a file
    ordered: list[CompiledRule] = field(default_factory=list)
    patterns: PatternSet = field(default_factory=lambda: PatternSet([]))

    def __bool__(self) -> bool:
        return bool(self.whole or self.exact or self.stored or self.ordered)

    @property
    def asked(self) -> Asked:
        """What answers for an exact key: the rules in memory, then those in the file."""
        return self.exact if self.stored is None else _Both(self.exact, self.stored)

    def seal(self, folding: Folding) -> None:
        """Sort the ordered rules and build their set; call once, when all are in."""
        self.ordered.sort(key=lambda rule: rule.order)
        self.patterns = PatternSet([rule.pattern for rule in self.ordered if rule.pattern], case=folding.case)


def collision(first: CompiledRule, second: CompiledRule) -> Problem:
    """What is said of two rules for one address, of which the first is used."""
    if first.answer == second.answer:
        return Problem(
            second.rule.place,
            "duplicate-rule",
            f"`{second.rule.source}` says again what {first.rule.place} says of `{first.rule.source}`",
            "Delete one of the two.",
            Level.WARNING,
        )
    return Problem(
        second.rule.place,
        "conflicting-rules",
        f"`{second.rule.source}` is the same address as `{first.rule.source}` at {first.rule.place}, with another answer",
        "Keep one; look-up folds what `ignore` lists, and query keys outside significant_params.",
    )
