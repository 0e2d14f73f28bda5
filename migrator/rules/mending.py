"""What of a map can be mended without asking: chains led straight to their end, exact duplicates taken out. Text in, text out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.errors import Place
from migrator.rules.chains import Walk, walked
from migrator.rules.rule import Kind, QueryMode, Rule
from migrator.rules.table import RuleTable
from migrator.rules.yaml_edit import scalar
from migrator.rules.yaml_fold import plain_rules
from migrator.rules.yaml_nodes import Mapping, Scalar, Sequence, read_nodes
from migrator.urls import origin_of


@dataclass(slots=True)
class Mending:
    """What is to be changed in the files of a map: new targets and rules to be deleted, both by the place of the rule."""

    targets: dict[Place, str] = field(default_factory=dict)
    duplicates: set[Place] = field(default_factory=set)

    def files(self) -> list[str]:
        """The files that it touches."""
        return sorted({place.file for place in (*self.targets, *self.duplicates)})


def find_mending(table: RuleTable) -> Mending:
    """Chains of plain exact rules and exact duplicates of a map. Raises nothing; what is not plain is left as it is."""
    mending = Mending()
    for site_table in table.tables.values():
        for found in site_table:
            walk = walked(found, site_table, table) if found.rule.kind is Kind.EXACT else None
            if walk is not None and walk.is_chain and _can_be_flattened(walk):
                mending.targets[found.rule.place] = _as_written(walk.taken[-1], found.rule, table)
    mending.duplicates = {problem.place for problem in table.problems if problem.code == "duplicate-rule"}
    return mending


def mended(text: str, file: str, mending: Mending) -> tuple[str, list[Place]]:
    """The text of one file with its part of `mending` done, and the places of those that must be mended by hand.

    Comments and order are kept: a duplicate with a comment of its own, or on a line with others, is left. Raises ConfigError
    where the text is no YAML.
    """
    duplicates = {place.line: place for place in mending.duplicates if place.file == file}
    edits: list[tuple[int, int, str]] = []
    breaks = [found.start() for found in re.finditer("\n", text)]
    for written in plain_rules(text, file) if duplicates else ():
        if duplicates.pop(bisect_left(breaks, written.start) + 1, None):
            edits.append((written.start, written.end, ""))
    targets = {place: to for place, to in mending.targets.items() if place.file == file and place not in mending.duplicates}
    for place, node in _target_nodes(text, file):
        if place in targets:
            edits.append((node.start, node.end, scalar(targets.pop(place))))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text, sorted([*duplicates.values(), *targets])


def _can_be_flattened(walk: Walk) -> bool:
    """Whether every rule on the way is lasting and carries the query on, so that nothing is lost by leaving it out."""
    return all(_is_plain(rule) for rule in walk.rules[1:]) and walk.rules[0].query is not QueryMode.EXACT


def _is_plain(rule: Rule) -> bool:
    return rule.query is QueryMode.KEEP and rule.starts is None and rule.ends is None and rule.status in (301, 308)


def _as_written(location: str, rule: Rule, table: RuleTable) -> str:
    """A location as its rule writes addresses: as a path where that means the new site."""
    new = origin_of(table.sites[rule.site].new)
    root = str(new)
    return location[len(root) :] if rule.to.startswith("/") and location.startswith(f"{root}/") else location


def _target_nodes(text: str, file: str) -> Iterator[tuple[Place, Scalar]]:
    """The target of every rule, by the place of the rule."""
    root, _ = read_nodes(text, file)
    entries = root.entries if isinstance(root, Mapping) else {}
    short = entries["redirects"][1] if "redirects" in entries else None
    long = entries["rules"][1] if "rules" in entries else None
    if isinstance(short, Mapping):
        for key, value in short.entries.values():
            if isinstance(value, Scalar):
                yield key.place, value
    for item in long.items if isinstance(long, Sequence) else ():
        target = item.entries["to"][1] if isinstance(item, Mapping) and "to" in item.entries else None
        if isinstance(target, Scalar):
            yield item.place, target
