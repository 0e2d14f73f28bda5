"""Accepted suggestions become rules in the text of redirects.yaml; each one left out is named with its reason. Opens no file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from migrator.errors import Problem
from migrator.pages.tracking import without_tracking
from migrator.pages.verdict import Answer
from migrator.rules.compiled import compile_rule
from migrator.rules.decision import Decision, Gone, Redirect
from migrator.rules.rule import Kind, Rule, Site
from migrator.rules.table import Request, RuleTable
from migrator.rules.yaml_edit import Value, add_rules, set_redirects
from migrator.urls import Key, look_up_key, normal_url, origin_of, split_url


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person or the matcher wants of one old address. URLs are absolute, or paths on the site's own bases."""

    old_url: str
    new_url: str
    confidence: float
    answer: Answer | None = None  # None: nobody looked, the confidence alone speaks


@dataclass(slots=True)
class Plan:
    """What publishing would do: the new text, the rules it adds, and why the other proposals are not among them."""

    text: str
    added: list[Proposal] = field(default_factory=list)
    left_out: dict[str, list[Proposal]] = field(default_factory=dict)

    def leave_out(self, reason: str, proposal: Proposal) -> None:
        """Note that `proposal` is not published."""
        self.left_out.setdefault(reason, []).append(proposal)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOptions:
    """How proposals are judged. `today` dates the rules of a site that has a soak time."""

    min_confidence: float = 0.98
    today: dt.date
    file: str = "redirects.yaml"


def plan_publication(text: str, proposals: Iterable[Proposal], site: Site, table: RuleTable, options: PublishOptions) -> Plan:
    """The plan for `text`, the main map file that `table` was compiled from. The surest proposal for an address wins."""
    plan = Plan(text)
    taken: dict[Key, Proposal] = {}
    for proposal in sorted(proposals, key=lambda one: (one.answer is None, -one.confidence, one.old_url)):
        rule = _rule(proposal, site, table)
        reason = _refusal(proposal, rule, site, table, options)
        _, path, query = split_url(rule.source)
        key = look_up_key(path, query, site.folding)._replace(shown="")
        if reason is None and key in taken:
            reason = "the same address as another one that is published"
        if reason is None:
            taken[key] = proposal
            plan.added.append(proposal)
        else:
            plan.leave_out(reason, proposal)
    plan.added.sort(key=lambda one: one.old_url)
    plan.text = _written(text, [_rule(proposal, site, table) for proposal in plan.added], site, options)
    return plan


def _rule(proposal: Proposal, site: Site, table: RuleTable) -> Rule:
    gone = proposal.answer is Answer.GONE
    source = _source(proposal.old_url, site, several=len(table.sites) > 1)
    target = "" if gone else _target(proposal.new_url, site)
    return Rule(site.name, source, Kind.EXACT, site.place, to=target, gone=gone)


def _source(old_url: str, site: Site, several: bool) -> str:
    _, path, query = split_url(without_tracking(old_url.partition("#")[0], site.folding))
    source = f"{path or '/'}?{query}" if query else path or "/"
    return f"http://{site.hosts[0]}{source}" if several else source


def _target(new_url: str, site: Site) -> str:
    """`new_url` as short as it can be written: a path where it lies on the new site."""
    if not new_url or new_url.startswith("/"):
        return new_url
    url = normal_url(new_url) or new_url
    base = str(origin_of(site.new))
    return url.removeprefix(base) if url.startswith(f"{base}/") else url


def _refusal(proposal: Proposal, rule: Rule, site: Site, table: RuleTable, options: PublishOptions) -> str | None:
    """Why a proposal is not published, or None."""
    if not _is_of(site, proposal.old_url):
        return f"{split_url(proposal.old_url)[0]} is no host of site `{site.name}`"
    if not rule.source.startswith("/") and not split_url(rule.source)[0]:
        return "an old address begins with /, or with http:// and a host of the site"
    if proposal.answer is Answer.KEPT:
        return _kept(_answer_now(rule, site, table))
    if not rule.to and not rule.gone:
        return f"{proposal.answer}, but without a new address" if proposal.answer else "no page matches"
    if proposal.answer is None and proposal.confidence < options.min_confidence:
        return f"below {options.min_confidence}"
    compiled, problems = compile_rule(rule, site, table.own_hosts)
    if compiled is None:
        return "; ".join(dict.fromkeys(_summed_up(problem) for problem in problems))
    return _already_answered(rule, site, table)


def _is_of(site: Site, url: str) -> bool:
    """Whether an old address lies on the site: a path, or at one of its hosts or its upstream."""
    host = split_url(url)[0]
    if not host:
        return True
    origin = origin_of(f"http://{host}/")
    upstream = origin_of(site.legacy)
    return origin is not None and (origin.netloc in site.hosts or (upstream is not None and origin.netloc == upstream.netloc))


def _summed_up(problem: Problem) -> str:
    """What is wrong, in words that are the same for every address that has it, so that they can be told in one line."""
    said = "look-up ignores its query" if problem.code == "ignored-query" else problem.message
    return f"{said}. {problem.mend}"


def _answer_now(rule: Rule, site: Site, table: RuleTable) -> Decision:
    """What a map answers at the address of the rule."""
    _, path, query = split_url(rule.source)
    return table.decide(Request(path.encode("utf-8", "surrogatepass"), query.encode("utf-8", "surrogatepass"), site.hosts[0]))


def _kept(now: Decision) -> str:
    """What becomes of an address that is to stay on the old site, whatever the map answers there now."""
    if isinstance(now, Redirect | Gone) and now.rule is not None:
        return "to be kept on the old site, but the map has a rule that takes it away; delete that one, or add `serve: legacy`"
    return "kept on the old site by decision"


def _already_answered(rule: Rule, site: Site, table: RuleTable) -> str | None:
    now, after = _answer_now(rule, site, table), _answer_now(rule, site, RuleTable(table.sites.values(), [rule]))
    if isinstance(now, Redirect) and isinstance(after, Redirect) and now.location == after.location:
        return "the map says so already"
    if isinstance(now, Gone) and isinstance(after, Gone):
        return "the map says so already"
    if now.rule is not None and (now.rule.kind is Kind.EXACT or now.rule.serve):
        return "the map already has another rule for it, which stays; change or delete that one by hand"
    if not isinstance(after, Redirect | Gone):
        return "it would lead to its own address"
    return None


def _written(text: str, rules: list[Rule], site: Site, options: PublishOptions) -> str:
    """The text with the rules in it: redirects in the short form, unless the site soaks its rules, which needs their date."""
    if site.soak:
        dated: list[dict[str, Value]] = [
            {"from": rule.source, "to": rule.to, "added": options.today} for rule in rules if rule.to
        ]
        text = add_rules(text, dated, options.file)
    else:
        text = set_redirects(text, {rule.source: rule.to for rule in rules if rule.to}, options.file)
    return add_rules(text, [{"from": rule.source, "gone": True} for rule in rules if rule.gone], options.file)
