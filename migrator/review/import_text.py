"""Rules as lines of redirects.yaml or of a file that it includes: the short form where it says all. Text only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from migrator.rules.pattern import LOOKS_LIKE_PATTERN
from migrator.rules.rule import Kind, QueryMode, Rule, Site
from migrator.rules.yaml_edit import Value, add_rules, set_redirects
from migrator.rules.yaml_fold import Written, plain_rules, without
from migrator.rules.yaml_nodes import Mapping as YamlMapping
from migrator.rules.yaml_nodes import read_nodes
from migrator.urls import split_url

NEW_FILE = "# Rules that `migrator import` took in. redirects.yaml names this file under include.\nversion: 1\n"


class Standing:
    """What the main file's text has, by source: entries of the short form, and other rules that say an answer alone."""

    def __init__(self, text: str, file: str) -> None:
        root, _ = read_nodes(text, file)
        section = root.entries["redirects"][1] if isinstance(root, YamlMapping) and "redirects" in root.entries else None
        self.short = set(section.entries) if isinstance(section, YamlMapping) else set()
        self.plain: dict[str, Written] = {rule.source: rule for rule in plain_rules(text, file)}

    def can_change(self, source: str) -> bool:
        """Whether a rule can be given another answer without losing a word of a person."""
        return source in self.short or source in self.plain


def is_short(rule: Rule) -> bool:
    """Whether the short form says all that a rule says."""
    says_more = rule.gone or rule.serve or rule.note or rule.added or rule.starts or rule.ends or rule.archive or rule.suggest
    return rule.kind is Kind.EXACT and rule.status == 301 and rule.query is QueryMode.KEEP and not says_more


def is_writable(rule: Rule) -> bool:
    """Whether a rule can be written at all: in the long form, what looks like a pattern is one."""
    return rule.kind is not Kind.EXACT or is_short(rule) or not LOOKS_LIKE_PATTERN.search(split_url(rule.source)[1])


def with_rules(text: str, rules: Sequence[Rule], sites: Mapping[str, Site], file: str, today: dt.date) -> str:
    """`text` with these rules at the end of its sections; entries of the short form that are there already get the new target."""
    dated = {name for name, site in sites.items() if site.soak}
    short = {_source(rule, sites): rule.to for rule in rules if is_short(rule) and rule.site not in dated}
    text = set_redirects(text, short, file)
    long = (rule for rule in rules if not is_short(rule) or rule.site in dated)
    return add_rules(text, [_long(rule, sites, today if rule.site in dated else None) for rule in long], file)


def cleared(text: str, sources: Iterable[str], standing: Standing) -> str:
    """`text` without the plain rules of these sources."""
    return without(text, [standing.plain[source] for source in sources])


def _source(rule: Rule, sites: Mapping[str, Site]) -> str:
    host = split_url(rule.source)[0]
    if len(sites) == 1 or host or rule.kind is Kind.REGEX:
        return rule.source
    return f"http://{sites[rule.site].hosts[0]}{rule.source}"


def _long(rule: Rule, sites: Mapping[str, Site], added: dt.date | None) -> dict[str, Value]:
    said: dict[str, Value] = {"regex" if rule.kind is Kind.REGEX else "from": _source(rule, sites)}
    if rule.kind is Kind.REGEX and len(sites) > 1:
        said["site"] = rule.site
    if rule.serve:
        said["serve"] = str(rule.serve)
    elif rule.gone:
        said["gone"] = True
    else:
        said["to"] = rule.to
    if rule.status != 301:
        said["status"] = rule.status
    if rule.query is not QueryMode.KEEP:
        said["query"] = str(rule.query)
    if rule.note:
        said["note"] = rule.note
    if added and rule.to:
        said["added"] = added
    return said
