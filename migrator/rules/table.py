"""The redirect map, ready to answer: one request in, one decision out. Compiled once; a request changes nothing here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from migrator.errors import Problem
from migrator.rules.archive import archived_copy
from migrator.rules.compiled import CompiledRule, compile_rule
from migrator.rules.decision import Decision, Gone, NotFound, Redirect, Serve, Step
from migrator.rules.rule import METHOD_KEEPING, PERMANENT_TO_TEMPORARY, Home, Kind, QueryMode, Rule, Site
from migrator.rules.stored import StoredRules
from migrator.rules.target import Target, checked_location
from migrator.rules.tier import Asked, Tier, collision
from migrator.urls import (
    Folding,
    Key,
    canonical_host,
    encoded_path,
    look_up_key,
    merge_query,
    origin_of,
    split_url,
    whole_query,
)

_READING = frozenset(("GET", "HEAD"))


class Request(NamedTuple):
    """What a decision is made on: bytes as they came, host as the visitor's client named it, `today` in UTC."""

    path: bytes
    query: bytes = b""
    host: str = ""
    method: str = "GET"
    today: dt.date | None = None


class SiteTable:
    """All rules of one site; iterating gives those that are in memory."""

    def __init__(self, site: Site, rules: Iterable[CompiledRule], stored: StoredRules | None = None) -> None:
        self.site = site
        self.exceptions, self.main, self.regexes = Tier("an exception (serve:), "), Tier(""), Tier("")
        self.unmapped = _unmapped(site)
        self.new_origin = origin_of(site.new)
        self.problems: list[Problem] = []
        self._expressions: dict[str, CompiledRule] = {}
        for rule in rules:
            self._add(rule)
        self.stored = self.main.stored = stored
        self._tiers = [tier for tier in (self.exceptions, self.main, self.regexes) if tier]
        for tier in self._tiers:
            tier.seal(site.folding)
        self._asked = [(tier, tier.asked) for tier in self._tiers]
        comes_first = not self.exceptions and not self.main.whole
        self.first: Asked = self.main.asked if comes_first else {}  # what the first question for a key without query is put to

    def __iter__(self) -> Iterator[CompiledRule]:
        for tier in self._tiers:
            yield from tier.whole.values()
            yield from tier.exact.values()
            yield from tier.ordered

    def _add(self, rule: CompiledRule) -> None:
        tier = self.exceptions if rule.rule.serve else self.regexes if rule.rule.kind is Kind.REGEX else self.main
        if rule.pattern is not None:
            first = self._expressions.setdefault(rule.pattern.expression, rule)
            if first is rule:
                tier.ordered.append(rule)
        elif rule.key is not None and rule.rule.query is QueryMode.EXACT:
            whole = (rule.key.path, rule.whole_query)
            first = self.exceptions.whole.get(whole) or self.main.whole.get(whole) or tier.whole.setdefault(whole, rule)
        else:
            key = str(rule.key)
            first = self.exceptions.exact.get(key) or self.main.exact.get(key) or tier.exact.setdefault(key, rule)
        if first is not rule:
            self.problems.append(collision(first, rule))

    def collisions(self) -> Iterator[Problem]:
        """Rules in memory and in the file that are for one address."""
        for tier in self._tiers if self.stored else ():
            for key, rule in tier.exact.items():
                other = self.stored.get(key) if self.stored else None
                if other is not None:
                    yield collision(rule, other)

    def find(self, key: Key, request: Request, steps: list[Step] | None = None) -> CompiledRule | None:
        """The rule for that key by the order of decision: exceptions, exact with query, exact, patterns, regexes."""
        for question, rule in self._questions(key, request):
            if steps is not None:
                steps.append(Step(question, _described(rule, request.today)))
            if rule is not None and rule.rule.is_active(request.today):
                return rule
        return None

    def _questions(self, key: Key, request: Request) -> Iterator[tuple[str, CompiledRule | None]]:
        for tier, asked in self._asked:
            if tier.whole:
                yield tier.name + "exact, whole query", tier.whole.get((key.path, whole_query(request.query, self.site.folding)))
            if tier.exact or tier.stored:
                if key.query:
                    yield tier.name + "exact with query", asked.get(str(key))
                yield tier.name + "exact", asked.get(key.path)
            if tier.ordered:
                found = tier.patterns.matches(key)
                for index in found:
                    yield tier.name + tier.ordered[index].rule.kind, tier.ordered[index]
                if not found:
                    yield tier.name + "patterns", None


class RuleTable:
    """The maps of all sites. `stored` are exact rules that lie in a file, by site; whoever made that has checked them, but
    for what check_map asks of both. `problems` holds what was wrong with rules that therefore are not in it."""

    def __init__(self, sites: Iterable[Site], rules: Iterable[Rule], stored: Mapping[str, StoredRules] | None = None) -> None:
        self.sites = {site.name: site for site in sites}
        self.own_hosts = tuple(host for site in self.sites.values() for host in site.hosts)
        self.problems: list[Problem] = []
        compiled: dict[str, list[CompiledRule]] = {name: [] for name in self.sites}
        for rule in rules:
            ready, problems = compile_rule(rule, self.sites[rule.site], self.own_hosts)
            self.problems += problems
            if ready is not None:
                compiled[rule.site].append(ready)
        self.tables = {name: SiteTable(self.sites[name], rules, (stored or {}).get(name)) for name, rules in compiled.items()}
        self.problems += [problem for table in self.tables.values() for problem in table.problems]
        self._hosts = {host: self.tables[site.name] for site in self.sites.values() for host in site.hosts}

    def __len__(self) -> int:
        return sum(sum(1 for _ in table) + len(table.stored or ()) for table in self.tables.values())

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

    def settled(self, path: bytes, host: str) -> Redirect | None:
        """What every GET and HEAD of that path without a query gets, where it can be told without a key; None says nothing.

        Keys are canonical, and a canonical path is its own key; so is, but for case, one that differs from it in case alone.
        """
        table = self._hosts.get(host)
        if table is None:
            return None
        rule = table.first.get((path.lower() if table.site.folding.case else path).decode("latin-1"))
        return None if rule is None else rule.settled

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
        if steps is None and not request.query and not key.query and request.method in _READING:
            first = table.first.get(key.path)
            if first is not None and first.settled is not None:
                return first.settled
        rule = table.find(key, request, steps)
        if rule is None:
            return table.unmapped or _led_to_new(site, request)
        if rule.settled is not None and not request.query and request.method in _READING:
            return rule.settled
        return self._act(rule, site, key, request)

    def _act(self, found: CompiledRule, site: Site, key: Key, request: Request) -> Decision:
        rule = found.rule
        if rule.serve is not None:
            return Serve(rule.serve, f"{rule.place} says serve: {rule.serve}", rule, site)
        if rule.gone:
            return Gone(f"{rule.place} says gone", rule, site, found.suggest, _archive(rule, site, request))
        location = _location(found, site.folding, key, request)
        if found.target is None or location is None:
            return NotFound(f"{rule.place}: the target would have left its host or folder", rule, site, is_refusal=True)
        if self._is_same_address(found.target, location, key, site):
            return Serve(Home.LEGACY, f"{rule.place} leads to the same address", rule, site)
        return Redirect(location, _status(rule, site, request), site.cache, rule, site)

    def _is_same_address(self, target: Target, location: str, key: Key, site: Site) -> bool:
        table = self.table_at(target.origin.netloc)
        if table is None or table.site is not site:
            return False
        _, path, query = split_url(location)
        return look_up_key(path, query, site.folding)[:2] == key[:2]


def _location(found: CompiledRule, folding: Folding, key: Key, request: Request) -> str | None:
    target = found.target
    if target is None:
        return None
    captures = found.pattern.captures(key) if found.pattern and not target.is_literal else None
    query = request.query if request.query and found.rule.query is QueryMode.KEEP else b""
    return target.location(captures or {}, query, found.consumed, folding.case)


def _status(rule: Rule, site: Site, request: Request) -> int:
    status = rule.status
    if site.soak and rule.added and request.today and request.today < rule.added + site.soak:
        status = PERMANENT_TO_TEMPORARY.get(status, status)
    return status if request.method in _READING else METHOD_KEEPING.get(status, status)


def _unmapped(site: Site) -> Serve | NotFound | None:
    """The one answer to all that no rule answers; None where each request is led to the new site."""
    reason = f"no rule; unmapped: {site.unmapped}"
    if site.unmapped is Home.NOT_FOUND:
        return NotFound(reason, None, site)
    if site.unmapped is Home.LEGACY or site.new_upstream:
        return Serve(site.unmapped, reason, None, site)
    return None


def _led_to_new(site: Site, request: Request) -> Decision:
    origin = origin_of(site.new)
    location = f"{origin}{encoded_path(request.path)}"
    checked = checked_location(merge_query(location, request.query), origin) if origin else None
    if checked is None:
        return NotFound("the new address would have left its host", None, site, is_refusal=True)
    status = 302 if request.method in _READING else 307
    return Redirect(checked, status, site.cache, None, site)


def _archive(rule: Rule, site: Site, request: Request) -> str:
    return rule.archive or archived_copy(site, request.path, request.query, rule.added or request.today)


def _described(rule: CompiledRule | None, today: dt.date | None) -> str:
    if rule is None:
        return "no"
    active = "" if rule.rule.is_active(today) else ", but not on this day"
    return f"yes: {rule.rule.source} at {rule.rule.place}{active}"
