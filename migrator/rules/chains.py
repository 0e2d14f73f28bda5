"""Redirects that lead to redirects: every rule is followed as a browser would, within the hosts of this file."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.decision import Decision, Redirect, Serve
from migrator.rules.samples import sample_request
from migrator.rules.table import Request, RuleTable, SiteTable
from migrator.urls import Key, look_up_key, split_url

MOST_HOPS = 10  # what browsers and search engines follow, roughly


def chain_problems(site_table: SiteTable, table: RuleTable) -> Iterator[Problem]:
    """Loops (errors) and chains (warnings) that begin at a rule of this site."""
    for found in site_table:
        if found.target is None or table.table_at(found.target.origin.netloc) is None:
            continue
        request = sample_request(found, site_table.site)
        problem = _followed(found, request, table) if request else None
        if problem is not None:
            yield problem


def _followed(found: CompiledRule, request: Request, table: RuleTable) -> Problem | None:
    rule = found.rule
    decision: Decision = table.decide(request)
    if isinstance(decision, Serve) and decision.rule is rule:
        return _loop(found, [request.path.decode()])
    path_taken = [request.path.decode()]
    seen: set[tuple[str, Key]] = {_identity(request, table)}
    while isinstance(decision, Redirect):
        path_taken.append(decision.location)
        host, path, query = split_url(decision.location)
        request = Request((path or "/").encode(), query.encode(), host)
        if table.table_at(host) is None:
            break
        identity = _identity(request, table)
        if identity in seen or len(path_taken) > MOST_HOPS:
            return _loop(found, path_taken)
        seen.add(identity)
        decision = table.decide(request)
        if isinstance(decision, Serve) and decision.rule is not None and decision.rule.to:
            return _loop(found, path_taken)
    return _chain(found, path_taken) if len(path_taken) > 2 else None


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
