"""Rules that came from elsewhere into the text of the map: each is added, known, kept or skipped. Opens no file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from migrator.errors import Problem
from migrator.review.import_text import NEW_FILE, Standing, cleared, is_short, is_writable, with_rules
from migrator.rules.checks import check_map, errors_only
from migrator.rules.compiled import CompiledRule, compile_rule
from migrator.rules.formats.export import leads_to_itself
from migrator.rules.pattern_set import PatternSet
from migrator.rules.rule import Kind, QueryMode, Rule, Site
from migrator.rules.table import RuleTable
from migrator.rules.target import is_downgrade
from migrator.rules.yaml_text import site_of_source
from migrator.urls import split_url

ROUNDS = 5  # in which rules that spoil the map as a whole are taken out of it again


class Outcome(StrEnum):
    """What became of a row."""

    ADDED = "added"
    SAME = "same already"
    KEPT = "kept as it was"
    OVERWRITTEN = "overwritten"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Fate:
    """A rule of the file and what became of it; `why` says so where it did not come into the map."""

    rule: Rule
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How an import goes. `site` is for rows that name no host; `is_ordered` where the first match of the file answers."""

    site: Site | None = None
    overwrite: bool = False
    is_ordered: bool = False
    file: str = "redirects.yaml"  # the map's main file, whose text is edited
    today: dt.date


@dataclass(slots=True)
class ImportPlan:
    """What an import would do: the main file's text, that of the file for new rules where they go elsewhere, and the fates."""

    text: str
    out: str | None = None
    fates: list[Fate] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many rules had that fate."""
        return sum(fate.outcome is outcome for fate in self.fates)


@dataclass(slots=True)
class _Choice:
    """A rule that comes into the map, and the one whose place it takes."""

    new: CompiledRule
    standing: CompiledRule | None = None


def plan_import(
    text: str, out: str | None, rules: Sequence[Rule], table: RuleTable, known: Sequence[Rule], options: ImportOptions
) -> ImportPlan:
    """The plan for `text`, the main file of `table`, whose rules are `known`. New rules go into the text `out` if given."""
    plan = ImportPlan(text, out)
    fits = [one for rule in rules if (one := _fitting(rule, table, plan, options))]
    if options.is_ordered:
        fits = list(_unshadowed(fits, table, plan))
    standing = Standing(text, options.file)
    choices = _sound(list(_chosen(fits, table, standing, plan, options)), table, known, plan)
    for choice in choices:
        plan.fates.append(Fate(choice.new.rule, Outcome.OVERWRITTEN if choice.standing else Outcome.ADDED))
    plan.fates.sort(key=lambda fate: fate.rule.place)
    _write(choices, standing, table, plan, options)
    return plan


def _fitting(rule: Rule, table: RuleTable, plan: ImportPlan, options: ImportOptions) -> CompiledRule | None:
    """The rule compiled for its site, or None where it cannot be one; then its fate is sealed."""
    source = "" if rule.kind is Kind.REGEX else rule.source
    wanted = options.site.name if options.site and not split_url(source)[0] else ""
    name, problem = site_of_source(source, wanted, list(table.sites.values()), rule.place)
    problems = [problem] if problem else []
    compiled = None
    if not problems:
        site = table.sites[name]
        rule = replace(rule, site=name)
        compiled, problems = compile_rule(rule, site, table.own_hosts)
        if [one.code for one in problems] == [
            "ignored-query"
        ]:  # keys that choose no page on this site: it is for this query alone
            compiled, problems = compile_rule(replace(rule, query=QueryMode.EXACT), site, table.own_hosts)
        why = _unfit(compiled, site, table) if compiled else ""
        if compiled and not why:
            return compiled
        if why:
            plan.fates.append(Fate(rule, Outcome.SKIPPED, why))
            return None
    plan.fates.append(Fate(rule, Outcome.SKIPPED, "; ".join(map(_told, problems))))
    return None


def _unfit(found: CompiledRule, site: Site, table: RuleTable) -> str:
    if not is_writable(found.rule):
        return "an address with `*` or `/:` in it can only be written in the short form, which says 301 and no more"
    if found.target and is_downgrade(found.target.origin, site) and found.target.origin.netloc not in table.own_hosts:
        return f"it leads to plain http; list http://{found.target.origin.netloc} in allowed_targets if that host has no https"
    return "it leads to its own address" if leads_to_itself(found, site) else ""


def _told(problem: Problem) -> str:
    return f"{problem.message}. {problem.mend}" if problem.mend else problem.message


def _unshadowed(fits: list[CompiledRule], table: RuleTable, plan: ImportPlan) -> Iterator[CompiledRule]:
    """Those that the file itself would ever have come to: an exact rule behind a pattern for its address never answered there."""
    for name, site in table.sites.items():
        mine = [one for one in fits if one.rule.site == name]
        patterns = [(place, one) for place, one in enumerate(mine) if one.pattern]
        asked = PatternSet([one.pattern for _, one in patterns if one.pattern], case=site.folding.case)
        for place, one in enumerate(mine):
            found = asked.matches(one.key) if one.key and patterns and one.rule.query is not QueryMode.EXACT else []
            first = next((patterns[index][1] for index in found if patterns[index][0] < place), None)
            if first is None:
                yield one
            else:
                plan.fates.append(Fate(one.rule, Outcome.SKIPPED, f"line {first.rule.place.line} of the file answers it first"))


def _identity(one: CompiledRule) -> tuple[str, str, str]:
    if one.pattern is not None:
        return one.rule.site, "", one.pattern.expression
    whole = f"?{one.whole_query}" if one.rule.query is QueryMode.EXACT and one.key else ""
    return one.rule.site, one.key.path if whole and one.key else str(one.key), whole


def _chosen(
    fits: list[CompiledRule], table: RuleTable, standing: Standing, plan: ImportPlan, options: ImportOptions
) -> Iterator[_Choice]:
    here = {_identity(one): one for site in table.tables.values() for one in site}
    taken: dict[tuple[str, str, str], CompiledRule] = {}
    for one in fits:
        identity = _identity(one)
        first, old = taken.setdefault(identity, one), here.get(identity)
        if first is not one and first.answer == one.answer:
            plan.fates.append(Fate(one.rule, Outcome.SAME, f"line {first.rule.place.line} says it"))
        elif first is not one:
            why = f"line {first.rule.place.line} comes first, with another answer for the same address"
            plan.fates.append(Fate(one.rule, Outcome.SKIPPED, why))
        elif old is None:
            yield _Choice(one)
        elif old.answer == one.answer:
            plan.fates.append(Fate(one.rule, Outcome.SAME, f"{old.rule.place} says it"))
        elif not options.overwrite:
            plan.fates.append(Fate(one.rule, Outcome.KEPT, f"{old.rule.place} has another answer"))
        elif old.rule.place.file != options.file or not standing.can_change(old.rule.source):
            why = f"{old.rule.place} has another answer, with words of its own or in another file; change it by hand"
            plan.fates.append(Fate(one.rule, Outcome.KEPT, why))
        else:
            yield _Choice(one, old)


def _sound(choices: list[_Choice], table: RuleTable, known: Sequence[Rule], plan: ImportPlan) -> list[_Choice]:
    """Those with which the map as a whole passes its checks: no new rule may be part of a loop, or of a conflict."""
    for _ in range(ROUNDS):
        gone = {choice.standing.rule.place for choice in choices if choice.standing}
        rules = [*(rule for rule in known if rule.place not in gone), *(choice.new.rule for choice in choices)]
        found = errors_only(check_map(RuleTable(table.sites.values(), rules)))
        faults = {problem.place: problem for problem in found}
        bad = [choice for choice in choices if choice.new.rule.place in faults]
        if not bad:
            break
        for choice in bad:
            rule = choice.new.rule
            plan.fates.append(Fate(rule, Outcome.SKIPPED, _told(faults[rule.place])))
        choices = [choice for choice in choices if choice.new.rule.place not in faults]
    return choices


def _write(choices: list[_Choice], standing: Standing, table: RuleTable, plan: ImportPlan, options: ImportOptions) -> None:
    in_place, elsewhere, away = [], [], []
    for choice in choices:
        old, new = choice.standing, choice.new.rule
        soaks = table.sites[new.site].soak
        if old and old.rule.source in standing.short and is_short(new) and not soaks:
            in_place.append(replace(new, source=old.rule.source))
            continue
        if old:
            away.append(old.rule.source)
        elsewhere.append(new)
    plan.text = cleared(plan.text, away, standing)
    in_main = in_place if plan.out is not None else [*in_place, *elsewhere]
    plan.text = with_rules(plan.text, in_main, table.sites, options.file, options.today)
    if plan.out is not None and elsewhere:
        plan.out = with_rules(plan.out or NEW_FILE, elsewhere, table.sites, "the file of --out", options.today)
