"""Makes maps for the tests of this room, from the text that an operator would write."""

from __future__ import annotations

from dataclasses import replace

from migrator.errors import Problem
from migrator.rules.checks import check_map
from migrator.rules.decision import Decision
from migrator.rules.table import Request, RuleTable
from migrator.rules.target import Target
from migrator.rules.yaml_text import read_map
from migrator.urls import split_url

SITE = """\
version: 1
sites:
  main:
    hosts: [www.old.example, old.example]
    legacy: http://10.0.0.5:8080
    new: https://www.new.example
    allowed_targets: ["*.partner.example"]
    significant_params: [id]
"""


def table(rules: str, site: str = SITE) -> RuleTable:
    """The compiled map of that text, which must have no problem of form nor in a single rule."""
    found = read_map(site + rules, "redirects.yaml")
    assert not found.problems, found.problems
    made = RuleTable(found.sites, found.rules)
    assert not made.problems, made.problems
    return made


def leaving_table() -> RuleTable:
    """A map with a target that no file can say, since it would be refused: what /go/* captures ends the host's name."""
    made = table('rules: [{from: /go/*, to: "/:splat"}]')
    rules = made.tables["main"].main.ordered
    target = rules[0].target
    assert target is not None
    rules[0] = replace(rules[0], target=Target((str(target.origin), "splat", ""), target.origin))
    return made


def problems(rules: str, site: str = SITE) -> list[Problem]:
    """What the form and the checks find wrong with that text."""
    found = read_map(site + rules, "redirects.yaml")
    return [*found.problems, *check_map(RuleTable(found.sites, found.rules))]


def codes(rules: str, site: str = SITE) -> list[str]:
    """The codes of those problems."""
    return [problem.code for problem in problems(rules, site)]


def decide(made: RuleTable, url: str, method: str = "GET") -> Decision:
    """The decision for an old address or path."""
    host, path, query = split_url(url)
    return made.decide(Request((path or "/").encode(), query.encode(), host or "www.old.example", method))
