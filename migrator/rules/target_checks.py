"""What is doubtful about where one rule leads, beyond what makes it unusable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import Site
from migrator.rules.source_checks import has_host_in_path, host_problem
from migrator.rules.target import is_downgrade
from migrator.urls import split_url

_SUSPICIOUS = re.compile(r"[$\\|*]|/:|/https?:|/www\.", re.IGNORECASE)
_STRAY = re.compile(r"\$(?=[\d{]|$)|[\\|*]|/:[A-Za-z_]\w*")


def is_plain_target(to: str) -> bool:
    """Whether nothing in a target of a rule without captures can be doubtful, but for its scheme."""
    return _SUSPICIOUS.search(to) is None


def target_problems(found: CompiledRule, site: Site, own_hosts: tuple[str, ...]) -> Iterator[Problem]:
    """Every doubt about the target of a rule that has one."""
    rule, target = found.rule, found.target
    if target is None:
        return
    if is_downgrade(target.origin, site):
        netloc = target.origin.netloc
        yield Problem(
            rule.place,
            "insecure-target",
            f"`{rule.to}` leads to plain http while the new site has https",
            f"Write https://, or list http://{netloc} in allowed_targets of site `{site.name}` if that host has no https.",
            Level.WARNING if netloc in own_hosts else Level.ERROR,
        )
    stray = _STRAY.search(_without_captures(rule.to, found))
    if stray:
        message = f"`{stray[0]}` in the target `{rule.to}` is sent as it stands"
        mend = r"Captures are written :name and :splat for a pattern, \1 for a regex, and only in `rules:`."
        yield Problem(rule.place, "stray-character", message, mend, Level.WARNING)
    path = rule.to if rule.to.startswith("/") else split_url(rule.to)[1]
    if has_host_in_path(path):
        yield host_problem(rule, rule.to)


def _without_captures(to: str, found: CompiledRule) -> str:
    if found.pattern is None:
        return to
    for name in found.pattern.names:
        to = to.replace(f"\\{name}" if name.isdigit() else f":{name}", "")
    return to
