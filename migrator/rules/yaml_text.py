"""redirects.yaml as text into a MapFile, every problem at once. Text only: who opens the file is not known here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.errors import Place, Problem
from migrator.rules.map_file import MapFile
from migrator.rules.problem_codes import CODES, nearest
from migrator.rules.rule import Example, Home, Kind, QueryMode, Rule, Site
from migrator.rules.schema import FileShape, IncludeShape, RuleShape
from migrator.rules.server_section import server_problems
from migrator.rules.sites import site_from_shape
from migrator.rules.tls_section import tls_sections
from migrator.rules.yaml_nodes import Mapping, Node, read_nodes
from migrator.rules.yaml_shape import Shaper
from migrator.urls import canonical_host, split_url

SITE_CODES = ("which-site", "unknown-site", "unknown-host")
_PATTERN = re.compile(r"\*|/:[A-Za-z_]")


def read_map(text: str, file: str) -> MapFile:
    """Read the operator's main file. Never raises; what is wrong is in `problems`."""
    root, problems = read_nodes(text, file)
    if root is None:
        if not problems:
            problems = [Problem(Place(file), "empty-file", "the file is empty", "Start from `migrator init`.")]
        return MapFile(problems=tuple(problems))
    shaper = Shaper()
    shape = shaper.shape(root, FileShape)
    problems += shaper.problems
    if shape is None:
        return MapFile(problems=tuple(problems))
    sites = [site_from_shape(name, site, problems) for name, site in shape.sites.items()]
    _check_hosts(sites, problems)
    found: list[Problem] = []
    rules = _rules(root, shape, sites, found)
    declared = root.entries["sites"][1] if isinstance(root, Mapping) else None
    if isinstance(declared, Mapping) and len(declared.entries) > len(sites):
        # A site that could not be read is reported already; its rules are not at fault for missing it.
        found = [problem for problem in found if problem.code not in SITE_CODES]
    problems += found
    if shape.server:
        problems += server_problems(shape.server)
    tls = {(name, home): section for name, site in shape.sites.items() for home, section in tls_sections(site)}
    include = tuple(shape.include or ())
    return MapFile(tuple(sites), tuple(rules), shape.banner, include, shape.server, tuple(problems), shape.transition, tls)


def read_included_map(text: str, file: str, sites: tuple[Site, ...]) -> MapFile:
    """Read an included YAML file: rules for `sites`, nothing else."""
    root, problems = read_nodes(text, file)
    if root is None:
        return MapFile(problems=tuple(problems))
    shaper = Shaper()
    shape = shaper.shape(root, IncludeShape)
    problems += shaper.problems
    rules = _rules(root, shape, list(sites), problems) if shape else []
    return MapFile(rules=tuple(rules), problems=tuple(problems))


def site_of_source(source: str, wanted: str, sites: list[Site], place: Place) -> tuple[str, Problem | None]:
    """The name of the site that a rule belongs to, by its `site`, the host in its source, or being the only one."""
    return _site_of(split_url(source)[0], source, wanted, sites, place)


def _site_of(host: str, source: str, wanted: str, sites: list[Site], place: Place) -> tuple[str, Problem | None]:
    if wanted:
        known = [site.name for site in sites]
        if wanted in known:
            return wanted, None
        return "", Problem(place, "unknown-site", f"there is no site `{wanted}`", f"Sites here: {', '.join(known)}.")
    if host:
        try:
            name = canonical_host(host)
        except ValueError:
            name = host
        for site in sites:
            if name in site.hosts:
                return site.name, None
        return "", Problem(place, "unknown-host", f"no site has the host {host}", "Add it to the hosts of a site.")
    if len(sites) == 1:
        return sites[0].name, None
    return "", Problem(
        place, "which-site", f"`{source}` could belong to any of several sites", "Write it with its host, or add `site:`."
    )


def _check_hosts(sites: list[Site], problems: list[Problem]) -> None:
    owner: dict[str, str] = {}
    for site in sites:
        for host in site.hosts:
            if owner.setdefault(host, site.name) != site.name:
                message = f"host {host} belongs to site `{owner[host]}` as well"
                problems.append(Problem(site.place, "shared-host", message, "A host has one map; delete it from one of the two."))


def _rules(root: Node, shape: Any, sites: list[Site], problems: list[Problem]) -> list[Rule]:
    rules = _short_rules(root, sites, problems) if shape.redirects else []
    for long in shape.rules or ():
        rule = _long_rule(long, sites, problems)
        if rule is not None:
            rules.append(rule)
    return rules


def _short_rules(root: Node, sites: list[Site], problems: list[Problem]) -> list[Rule]:
    """Rules of the `redirects:` mapping; each key knows its line, so the nodes are read rather than the shape."""
    redirects = root.entries["redirects"][1] if isinstance(root, Mapping) else None
    rules: list[Rule] = []
    if not isinstance(redirects, Mapping):
        return rules
    for source, (key, value) in redirects.entries.items():
        target = getattr(value, "text", "")
        if not target:
            if not getattr(value, "is_null", True):
                problems.append(Problem(key.place, "no-target", f"`{source}` leads nowhere", "Write where, or use `gone: true`."))
            continue
        site, problem = _checked_source(source, "", sites, key.place)
        if problem:
            problems.append(problem)
        else:
            rules.append(Rule(site, source, Kind.EXACT, key.place, to=target))
    return rules


def _checked_source(source: str, wanted: str, sites: list[Site], place: Place) -> tuple[str, Problem | None]:
    host, path, _ = split_url(source)
    if not host and not source.startswith("/"):
        return "", Problem(place, "bad-source", f"`{source}` is no old address", "Begin it with / or with http:// and the host.")
    if "#" in source:
        mend = "Delete it; browsers keep what follows # to themselves. A # in a file name is %23."
        return "", Problem(place, "bad-source", f"`{source}` has a fragment, which no server is ever asked for", mend)
    if not path and not host:
        return "", Problem(place, "bad-source", f"`{source}` has no path", "Write / for the home page.")
    return _site_of(host, source, wanted, sites, place)


def _long_rule(shape: RuleShape, sites: list[Site], problems: list[Problem]) -> Rule | None:
    place = shape.place
    found = list(_shape_problems(shape))
    if found:
        problems += found
        return None
    source = shape.source or shape.regex
    kind = Kind.REGEX if shape.regex else Kind.PATTERN if _PATTERN.search(split_url(source)[1]) else Kind.EXACT
    if kind is Kind.REGEX:
        site, problem = site_of_source("", shape.site, sites, place)
    else:
        site, problem = _checked_source(source, shape.site, sites, place)
    if problem:
        problems.append(problem)
        return None
    return Rule(
        site=site,
        source=source,
        kind=kind,
        place=place,
        to=shape.to,
        gone=shape.gone,
        serve=Home(shape.serve) if shape.serve else None,
        status=shape.status,
        query=QueryMode(shape.query),
        suggest=shape.suggest,
        archive=shape.archive or "",
        note=shape.note,
        added=shape.added,
        starts=shape.starts,
        ends=shape.ends,
        examples=tuple(Example(example.url, example.to, example.place) for example in shape.examples),
        allow=tuple(shape.allow.items()),
    )


def _shape_problems(shape: RuleShape) -> list[Problem]:
    place, problems = shape.place, []
    if bool(shape.source) == bool(shape.regex):
        problems.append(Problem(place, "which-source", "a rule has either `from` or `regex`", "Write one of the two."))
    answers = [bool(shape.to), shape.gone, shape.serve is not None]
    if sum(answers) != 1:
        problems.append(
            Problem(place, "which-answer", "a rule has exactly one of `to`, `gone: true` and `serve`", "Write one of the three.")
        )
    if shape.query == "exact" and shape.regex:
        problems.append(Problem(place, "query-in-pattern", "a regex cannot have `query: exact`", "Use keep or drop."))
    if shape.starts and shape.ends and shape.ends <= shape.starts:
        problems.append(
            Problem(place, "bad-dates", "the rule ends before it starts", "`ends` is the first day it no longer holds.")
        )
    for name in ("suggest", "archive"):
        if getattr(shape, name) and not shape.gone:
            problems.append(Problem(place, "needs-gone", f"`{name}` is for rules with `gone: true`", "Delete it, or say gone."))
    return [*problems, *_allowance_problems(shape)]


def _allowance_problems(shape: RuleShape) -> Iterator[Problem]:
    place = shape.places.get("allow", shape.place)
    for code, reason in shape.allow.items():
        if code not in CODES:
            near = nearest(code)
            mend = f"Did you mean `{near}`?" if near else "`migrator explain-code` lists them all."
            yield Problem(place, "unknown-code", f"no problem has the code `{code}`", mend)
        elif not reason.strip():
            yield Problem(place, "no-reason", f"`allow` gives no reason for `{code}`", "Write why it is no problem here.")
