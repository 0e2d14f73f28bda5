"""The redirect map, ready to answer: one request in, one decision out. Compiled once; a request changes nothing here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule, compile_rule
from migrator.rules.decision import Decision, Gone, NotFound, Redirect, Serve, Step
from migrator.rules.pattern import PatternSet
from migrator.rules.rule import METHOD_KEEPING, PERMANENT_TO_TEMPORARY, Home, Kind, QueryMode, Rule, Site
from migrator.rules.target import checked_location
from migrator.urls import Folding, Key, canonical_host, encoded_path, look_up_key, merge_query, origin_of, split_url, whole_query


@dataclass(frozen=True, slots=True)
class Request:
    """What a decision is made on: bytes as they came, host as the visitor's client named it, `today` in UTC."""

    path: bytes
    query: bytes = b""
    host: str = ""
    method: str = "GET"
    today: dt.date | None = None


@dataclass(slots=True)
class Tier:
    """Rules of one rank: exact ones by key, the others in order, asked all at once."""

    exact: dict[str, CompiledRule] = field(default_factory=dict)
    ordered: list[CompiledRule] = field(default_factory=list)
    patterns: PatternSet = field(default_factory=lambda: PatternSet([]))

    def seal(self) -> None:
        """Build the pattern set from the ordered rules; call once, when all are in."""
        self.patterns = PatternSet([rule.pattern for rule in self.ordered if rule.pattern])


class SiteTable:
    """All rules of one site."""

    def __init__(self, site: Site, rules: Iterable[CompiledRule]) -> None:
        self.site = site
        self.whole: dict[tuple[str, str], CompiledRule] = {}  # rules with `query: exact`
        self.exceptions, self.main, self.regexes = Tier(), Tier(), Tier()
        self.problems: list[Problem] = []
        self._expressions: dict[str, CompiledRule] = {}
        for rule in rules:
            self._add(rule)
        for tier in (self.exceptions, self.main):
            tier.ordered.sort(key=lambda rule: rule.order)
        for tier in (self.exceptions, self.main, self.regexes):
            tier.seal()

    def __iter__(self) -> Iterator[CompiledRule]:
        yield from self.whole.values()
        for tier in (self.exceptions, self.main, self.regexes):
            yield from tier.exact.values()
            yield from tier.ordered

    def _add(self, rule: CompiledRule) -> None:
        tier = self.exceptions if rule.rule.serve else self.regexes if rule.rule.kind is Kind.REGEX else self.main
        if rule.pattern is not None:
            first = self._expressions.setdefault(rule.pattern.expression, rule)
            if first is rule:
                tier.ordered.append(rule)
        elif rule.key is not None and rule.rule.query is QueryMode.EXACT:
            first = self.whole.setdefault((rule.key.path, rule.whole_query), rule)
        else:
            first = tier.exact.setdefault(str(rule.key), rule)
        if first is not rule:
            self.problems.append(_collision(first, rule))

    def find(self, key: Key, request: Request, steps: list[Step] | None = None) -> CompiledRule | None:
        """The rule for that key by the order of decision: exceptions, exact with query, exact, patterns, regexes."""
        for question, rule in self._questions(key, request):
            if steps is not None:
                steps.append(Step(question, _described(rule, request.today)))
            if rule is not None and rule.rule.is_active(request.today):
                return rule
        return None

    def _questions(self, key: Key, request: Request) -> Iterator[tuple[str, CompiledRule | None]]:
        yield from self._tier("an exception (serve:)", self.exceptions, key)
        if self.whole:
            everything = whole_query(request.query, self.site.folding)
            yield f"exact, whole query ({everything or 'none'})", self.whole.get((key.path, everything))
        yield from self._tier("", self.main, key)
        yield from self._ordered("a regex", self.regexes, key)

    def _tier(self, name: str, tier: Tier, key: Key) -> Iterator[tuple[str, CompiledRule | None]]:
        if tier.exact:
            if key.query:
                yield name or f"exact with query ({key})", tier.exact.get(str(key))
            yield name or f"exact ({key.path})", tier.exact.get(key.path)
        yield from self._ordered(name or "a pattern", tier, key)

    @staticmethod
    def _ordered(name: str, tier: Tier, key: Key) -> Iterator[tuple[str, CompiledRule | None]]:
        if tier.ordered:
            found = tier.patterns.matches(key)
            for index in found:
                yield name, tier.ordered[index]
            if not found:
                yield name, None


class RuleTable:
    """The maps of all sites. `problems` holds what was wrong with rules that therefore are not in it."""

    def __init__(self, sites: Iterable[Site], rules: Iterable[Rule]) -> None:
        self.sites = {site.name: site for site in sites}
        self.own_hosts = tuple(host for site in self.sites.values() for host in site.hosts)
        self.problems: list[Problem] = []
        compiled: dict[str, list[CompiledRule]] = {name: [] for name in self.sites}
        for rule in rules:
            ready, problems = compile_rule(rule, self.sites[rule.site], self.own_hosts)
            self.problems += problems
            if ready is not None:
                compiled[rule.site].append(ready)
        self.tables = {name: SiteTable(self.sites[name], rules) for name, rules in compiled.items()}
        self.problems += [problem for table in self.tables.values() for problem in table.problems]
        self._hosts = {host: self.tables[site.name] for site in self.sites.values() for host in site.hosts}

    def __len__(self) -> int:
        return sum(1 for table in self.tables.values() for _ in table)

    def table_of(self, host: str) -> SiteTable | None:
        """The site that answers for a Host header, by host and port or by host alone; None for a stranger."""
        table = self._hosts.get(host)
        if table is None:
            try:
                name = canonical_host(host)
            except ValueError:
                return None
            table = self._hosts.get(name) or self._hosts.get(name.rpartition(":")[0])
        return table

    def table_at(self, netloc: str) -> SiteTable | None:
        """The site whose public address is exactly this: what a target is compared with, since another port is another server."""
        return self._hosts.get(netloc)

    def decide(self, request: Request, steps: list[Step] | None = None) -> Decision:
        """The answer for one request. With `steps`, every question asked on the way is appended to it."""
        table = self.table_of(request.host)
        if steps is not None:
            steps.append(Step(f"the site of host {request.host}", table.site.name if table else "none"))
        if table is None:
            return NotFound(f"no site has the host {request.host}")
        site = table.site
        key = look_up_key(request.path, request.query, site.folding)
        if steps is not None:
            steps.append(Step("the look-up key", str(key)))
        rule = table.find(key, request, steps)
        return _unmapped(site, request) if rule is None else self._act(rule, site, key, request)

    def _act(self, found: CompiledRule, site: Site, key: Key, request: Request) -> Decision:
        rule = found.rule
        if rule.serve is not None:
            return Serve(rule.serve, f"{rule.place} says serve: {rule.serve}", rule, site)
        if rule.gone:
            return Gone(f"{rule.place} says gone", rule, site, found.suggest, _archive(rule, site, request))
        location = self._location(found, site.folding, key, request)
        if location is None:
            return NotFound(f"{rule.place}: the target would have left its host", rule, site)
        if self._is_same_address(location, key, site):
            return Serve(Home.LEGACY, f"{rule.place} leads to the same address", rule, site)
        return Redirect(location, _status(rule, site, request), site.cache, f"{rule.place} ({rule.kind})", rule, site)

    @staticmethod
    def _location(found: CompiledRule, folding: Folding, key: Key, request: Request) -> str | None:
        target = found.target
        if target is None:
            return None
        captures: dict[str, str] | None = {}
        if not target.is_literal:
            captures = found.pattern.captures(key) if found.pattern else None
        location = target.expand(captures or {})
        if location is None or not request.query or found.rule.query is not QueryMode.KEEP:
            return location
        merged = merge_query(location, request.query, found.consumed, folding.case)
        return checked_location(merged, target.origin)

    def _is_same_address(self, location: str, key: Key, site: Site) -> bool:
        host, path, query = split_url(location)
        table = self.table_at(host)
        return table is not None and table.site is site and look_up_key(path, query, site.folding)[:2] == key[:2]


def _status(rule: Rule, site: Site, request: Request) -> int:
    status = rule.status
    if site.soak and rule.added and request.today and request.today < rule.added + site.soak:
        status = PERMANENT_TO_TEMPORARY.get(status, status)
    return status if request.method in ("GET", "HEAD") else METHOD_KEEPING.get(status, status)


def _unmapped(site: Site, request: Request) -> Decision:
    reason = f"no rule; unmapped: {site.unmapped}"
    if site.unmapped is Home.NOT_FOUND:
        return NotFound(reason, None, site)
    if site.unmapped is Home.LEGACY or site.new_upstream:
        return Serve(site.unmapped, reason, None, site)
    origin = origin_of(site.new)
    location = checked_location(f"{origin}{encoded_path(request.path)}", origin) if origin else None
    if location is None or origin is None:
        return NotFound(reason, None, site)
    status = 302 if request.method in ("GET", "HEAD") else 307
    return Redirect(merge_query(location, request.query), status, site.cache, reason, None, site)


def _archive(rule: Rule, site: Site, request: Request) -> str:
    if rule.archive:
        return rule.archive
    if not site.archive:
        return ""
    query = merge_query("", request.query)
    day = rule.added or request.today
    url = f"http://{site.hosts[0]}{encoded_path(request.path)}{query}"
    return site.archive.replace("{timestamp}", day.strftime("%Y%m%d") if day else "").replace("{url}", url)


def _described(rule: CompiledRule | None, today: dt.date | None) -> str:
    if rule is None:
        return "no"
    active = "" if rule.rule.is_active(today) else ", but not on this day"
    return f"yes: {rule.rule.source} at {rule.rule.place}{active}"


def _collision(first: CompiledRule, second: CompiledRule) -> Problem:
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
