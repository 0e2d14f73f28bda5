"""Judges the rules of one site by the pages of both: what leads to the wrong place, and why. Nothing is read or shown here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from migrator.pages.coverage import Address, left_out, primary
from migrator.pages.new_site import NewSite, Target
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Answer, Verdict
from migrator.rules.compiled import CompiledRule
from migrator.rules.decision import Decision, Gone, Redirect
from migrator.rules.rule import Kind, Rule
from migrator.rules.table import SiteTable
from migrator.urls import normal_url

SURE = 0.9  # confidence from which on another new page speaks against the one that a rule names
MUCH_LESS = 0.2  # the most that the rule's own page may have, as a share of the other's confidence


class Fault(StrEnum):
    """What may be wrong with a rule, gravest first."""

    DEAD = "dead target"
    NOT_FOUND = "target not crawled"
    LANGUAGE = "another language"
    BETTER = "a liker page exists"
    NOT_GONE = "gone, yet a like page exists"
    HOME = "leads to the home page"
    UNKNOWN = "nobody knows the address"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: of a `rule`, or of what it does to one old address. `visits` are those that meet it.

    `better` is a new page that would be right, with its confidence; "" and None where none is named.
    """

    fault: Fault
    rule: Rule
    old_url: str
    target: str
    reason: str
    visits: int = 0
    better: str = ""
    confidence: float | None = None


@dataclass(slots=True)
class _Use:
    """How much a rule was used: by how many known addresses, with how many visits, all of them so decided by a person?"""

    addresses: int = 0
    visits: int = 0
    undecided: int = 0


class Audit:
    """The audit of one site's rules. Ask `of_address` for every known old address first, then `of_rules`.

    `suggestions` and `verdicts` are by the key of their old address, which `key` makes of a URL.
    """

    def __init__(
        self,
        table: SiteTable,
        new: NewSite,
        suggestions: Mapping[str, Suggestion],
        verdicts: Mapping[str, Verdict],
        key: Callable[[str], str],
    ) -> None:
        self._compiled = {id(rule.rule): rule for rule in table}
        self._new = new
        self._suggestions = suggestions
        self._verdicts = verdicts
        self._key = key
        self._uses: dict[int, _Use] = {}

    def of_address(self, address: Address, decision: Decision) -> Iterator[Finding]:
        """What is wrong with the answer to one known old address."""
        rule = decision.rule
        if rule is None:
            return
        key = self._key(address.url)
        verdict = self._verdicts.get(key)
        is_decided = verdict is not None and self._says_so(verdict, decision)
        use = self._uses.setdefault(id(rule), _Use())
        use.addresses += 1
        use.visits += address.visits
        use.undecided += not is_decided
        if left_out(address):
            return
        found = self._doubts(address, self._suggestions.get(key), rule, decision)
        yield from (one for one in found if not is_decided or one.fault in (Fault.DEAD, Fault.NOT_FOUND))

    def of_rules(self, today: dt.date | None) -> Iterator[Finding]:
        """What is wrong with rules themselves: their one target, and that nobody needs them."""
        for found in self._compiled.values():
            rule, use = found.rule, self._uses.get(id(found.rule), _Use())
            if not rule.is_active(today):
                continue
            target = _only_target(found)
            if target:
                yield from self._faults_of_target(target, found.rule, rule.source, use.visits)
            if target and self._new.is_home(target) and not _is_home(rule, self._key) and (use.undecided or not use.addresses):
                yield Finding(Fault.HOME, rule, rule.source, target, _sent_home(rule, use), use.visits)
            if not use.addresses:
                yield Finding(Fault.UNKNOWN, rule, rule.source, target, "no page, link, file or visit names what it answers")

    def _doubts(self, address: Address, suggestion: Suggestion | None, rule: Rule, decision: Decision) -> Iterator[Finding]:
        best = suggestion.best if suggestion else None
        if isinstance(decision, Gone) and best and best.confidence >= SURE:
            said = f"{best.url} is like it with a confidence of {best.confidence:.2f}"
            yield Finding(Fault.NOT_GONE, rule, address.url, "", said, address.visits, best.url, best.confidence)
        if not isinstance(decision, Redirect):
            return
        location = decision.location
        if not _only_target(self._compiled[id(rule)]):
            location = self._new.without_carried_query(location)
            yield from self._faults_of_target(location, rule, address.url, address.visits)
            if self._new.is_home(location) and not self._is_old_home(address):
                yield Finding(Fault.HOME, rule, address.url, location, "it is not the old home page", address.visits)
        target = self._new.find(location)
        if target is not None:
            yield from self._otherwise(address, suggestion, rule, target)

    def _otherwise(self, address: Address, suggestion: Suggestion | None, rule: Rule, target: Target) -> Iterator[Finding]:
        spoken, there = primary(address.language), primary(target.language)
        if spoken != there and spoken and there and spoken in self._new.languages:
            said = f"the old page is in {spoken}, the new one in {there}"
            yield Finding(Fault.LANGUAGE, rule, address.url, target.url, said, address.visits)
        best = suggestion.best if suggestion else None
        if suggestion is None or best is None or best.confidence < SURE or self._new.are_one(best.url, target):
            return
        own = next((one.confidence for one in suggestion.candidates if self._new.are_one(one.url, target)), 0.0)
        if own <= MUCH_LESS * best.confidence:
            said = f"{best.url} is much more like it: a confidence of {best.confidence:.2f} against {own:.2f}"
            yield Finding(Fault.BETTER, rule, address.url, target.url, said, address.visits, best.url, best.confidence)

    def _faults_of_target(self, location: str, rule: Rule, old_url: str, visits: int) -> Iterator[Finding]:
        if not self._new.is_there(location):
            return
        target = self._new.find(location)
        if target is None:
            yield Finding(Fault.NOT_FOUND, rule, old_url, location, "the crawl of the new site did not find it", visits)
        elif target.death:
            yield Finding(Fault.DEAD, rule, old_url, location, target.death, visits)

    def _says_so(self, verdict: Verdict, decision: Decision) -> bool:
        """Whether a person, not a mere confidence, decided what the map answers."""
        if verdict.by_confidence:
            return False
        if isinstance(decision, Gone):
            return verdict.verdict is Answer.GONE
        wanted = normal_url(verdict.new_url, self._new.base) if verdict.new_url else None
        return isinstance(decision, Redirect) and wanted is not None and self._new.are_same(wanted, decision.location)

    def _is_old_home(self, address: Address) -> bool:
        return self._key(address.url) == "/"


def _only_target(found: CompiledRule) -> str:
    """Where a rule leads whatever it captures, "" where it leads to several places or to none."""
    return found.target.parts[0] if found.target and found.target.is_literal else ""


def _is_home(rule: Rule, key: Callable[[str], str]) -> bool:
    return rule.kind is Kind.EXACT and key(normal_url(rule.source, "http://h/") or "") == "/"


def _sent_home(rule: Rule, use: _Use) -> str:
    if rule.kind is Kind.EXACT:
        return "it is not the old home page"
    return f"{use.addresses} known old addresses are sent there" if use.addresses else "whatever it catches is sent there"
