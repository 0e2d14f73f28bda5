"""Redirects that lead to redirects: every rule is followed as a browser would, within the hosts of this file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.decision import Decision, Redirect, Serve
from migrator.rules.rule import Rule
from migrator.rules.samples import sample_request
from migrator.rules.table import Request, RuleTable, SiteTable
from migrator.urls import Key, look_up_key, split_url

MOST_HOPS = 10  # what browsers and search engines follow, roughly


class Walk(NamedTuple):
    """Where a rule leads in the end: the addresses on the way, the rule's own path first, and the rules that led on."""

    taken: list[str]
    rules: list[Rule]
    is_loop: bool = False

    @property
    def is_chain(self) -> bool:
        """Whether a visitor is led on more than once."""
        return not self.is_loop and len(self.taken) > 2


def chain_problems(site_table: SiteTable, table: RuleTable) -> Iterator[Problem]:
    """Loops (errors) and chains (warnings) that begin at a rule of this site."""
    for found in chain(site_table, site_table.stored.leading_back() if site_table.stored else ()):
        walk = walked(found, site_table, table)
        if walk is not None and walk.is_loop:
            yield _loop(found, walk.taken)
        elif walk is not None and walk.is_chain:
            yield _chain(found, walk.taken)


def walked(found: CompiledRule, site_table: SiteTable, table: RuleTable) -> Walk | None:
    """The way of a visitor from an address of this rule; None where it leads off the hosts of this file at once, or nowhere."""
    if found.target is None or table.table_at(found.target.origin.netloc) is None:
        return None
    request = sample_request(found, site_table.site)
    return _walked(found, request, table) if request else None


def _walked(found: CompiledRule, request: Request, table: RuleTable) -> Walk:
    decision: Decision = table.decide(request)
    walk = Walk([request.path.decode()], [])
    if isinstance(decision, Serve) and decision.rule == found.rule:
        return walk._replace(is_loop=True)
    seen: set[tuple[str, Key]] = {_identity(request, table)}
    while isinstance(decision, Redirect):
        walk.taken.append(decision.location)
        walk.rules.extend([decision.rule] if decision.rule else [])
        host, path, query = split_url(decision.location)
        request = Request((path or "/").encode(), query.encode(), host)
        if table.table_at(host) is None:
            break
        identity = _identity(request, table)
        if identity in seen or len(walk.taken) > MOST_HOPS:
            return walk._replace(is_loop=True)
        seen.add(identity)
        decision = table.decide(request)
        if isinstance(decision, Serve) and decision.rule is not None and decision.rule.to:
            return walk._replace(is_loop=True)
    return walk


def _identity(request: Request, table: RuleTable) -> tuple[str, Key]:
    site_table = table.table_of(request.host)
    name = site_table.site.name if site_table else request.host
    key = look_up_key(request.path, request.query, site_table.site.folding) if site_table else Key("", "", "")
    return name, key._replace(shown="")


def _loop(found: CompiledRule, taken: list[str]) -> Problem:
    return Problem(
        found.rule.place,
        "loop",
        f"`{found.rule.source}` leads back to itself: {' → '.join(taken)}",
        "Delete one rule of the circle, or lead it to a page that is not an old address.",
    )


def _chain(found: CompiledRule, taken: list[str]) -> Problem:
    return Problem(
        found.rule.place,
        "chain",
        f"`{found.rule.source}` needs {len(taken) - 1} hops: {' → '.join(taken)}",
        f"Lead it straight to {taken[-1]}.",
        Level.WARNING,
    )
