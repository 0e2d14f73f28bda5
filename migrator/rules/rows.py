"""Rows of a sheet into the records of stored rules, one at a time: the same judgement as compile_rule's, a third of its time.

What is plain is done here; at any doubt compile_rule decides, and finds the words for what is wrong. No file is opened here.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from migrator.errors import Level, Place, Problem
from migrator.rules.compiled import CompiledRule, compile_rule
from migrator.rules.formats.neutral_csv import Row
from migrator.rules.rule import Kind, Rule, Site
from migrator.rules.source_checks import is_beyond_doubt, source_problems
from migrator.rules.stored import packed
from migrator.rules.target import checked_location, is_allowed, is_downgrade, is_plain
from migrator.rules.target_checks import is_plain_target, target_problems
from migrator.rules.yaml_text import site_of_source
from migrator.urls import Origin, look_up_key, origin_of, query_names

_BASE = re.compile(r"https?://[^/?#\\@]+(?=/)", re.IGNORECASE)
_MORE_THAN_A_PATH = re.compile(r"[#\\]|/:")


class Record(NamedTuple):
    """One rule, ready to be kept: its site's number, its key, its record, and whether it leads to a host of the file."""

    site: int
    key: str
    value: bytes
    leads_back: bool


class RowCompiler:
    """Makes records of rows; `problems` gets what is wrong with a row, and what is doubtful."""

    def __init__(self, sites: Sequence[Site], problems: list[Problem]) -> None:
        self._sites = list(sites)
        self._numbers = {site.name: number for number, site in enumerate(sites)}
        self._own_hosts = tuple(host for site in sites for host in site.hosts)
        self._bases = {site.name: str(origin_of(site.new) or "") for site in sites}
        self._origins = {site.name: origin_of(site.new) for site in sites}
        self._problems = problems
        self._allowed = lru_cache(maxsize=4096)(self._judged)

    def record(self, row: Row, file: int) -> Record | None:
        """The record of a row of the sheet with that number, or None where it cannot be used."""
        if len(self._sites) == 1 and row.old.startswith("/"):
            name = self._sites[0].name
        else:
            name, problem = site_of_source(row.old, "", self._sites, row.place)
            if problem is not None:
                self._problems.append(problem)
                return None
        site = self._sites[self._numbers[name]]
        try:
            return self._plain(row, site, file) or self._careful(row, site, file)
        except struct.error:
            mend = "Addresses of this length are no addresses; look at the quotes of this row."
            self._problems.append(Problem(row.place, "csv-row", "the row has a text of more than 65,535 bytes", mend))
            return None

    def _plain(self, row: Row, site: Site, file: int) -> Record | None:
        """The record where all is as usual, else None."""
        path, _, query = row.old.partition("?")
        if not path.startswith("/") or _MORE_THAN_A_PATH.search(row.old) or not is_beyond_doubt(row.old, self._own_hosts):
            return None
        if query and not query_names(query, site.folding) <= site.folding.significant_params:
            return None
        key = str(look_up_key(path, query, site.folding))
        if row.gone:
            return Record(self._numbers[site.name], key, self._packed(row, file, "", site, settled=False), False)
        found = self._location(row.new, site)
        if found is None:
            return None
        location, origin = found
        back = origin.netloc in self._own_hosts
        return Record(self._numbers[site.name], key, self._packed(row, file, location, site, settled=not back), back)

    def _location(self, text: str, site: Site) -> tuple[str, Origin] | None:
        if not is_plain_target(text) or not text.isprintable():
            return None
        if text.startswith("/"):
            new = self._origins[site.name]
            if new is not None and text[1:2] != "/" and is_plain(text):
                return self._bases[site.name] + text, new
            origin, text = self._origins[site.name], self._bases[site.name] + text if text[1:2] != "/" else ""
        else:
            base = _BASE.match(text)
            origin = self._allowed(base[0], site.name) if base else None
        location = checked_location(text, origin) if origin else None
        return None if location is None or origin is None else (location, origin)

    def _judged(self, base: str, name: str) -> Origin | None:
        """The origin of a target's beginning, where nothing is to be said against it."""
        origin, site = origin_of(base), self._sites[self._numbers[name]]
        if origin is None or not is_allowed(origin, site, self._own_hosts) or is_downgrade(origin, site):
            return None
        return origin

    def _careful(self, row: Row, site: Site, file: int) -> Record | None:
        rule = rule_of(row, site.name)
        compiled, problems = compile_rule(rule, site, self._own_hosts)
        if compiled is None or compiled.key is None:
            self._problems += problems
            return None
        doubts = [*source_problems(rule, self._own_hosts), *target_problems(compiled, site, self._own_hosts)]
        self._problems += doubts
        if any(problem.level is Level.ERROR for problem in doubts):
            return None
        key, location = str(compiled.key), compiled.target.parts[0] if compiled.target else ""
        value = self._packed(row, file, location, site, settled=compiled.settled is not None)
        return Record(self._numbers[site.name], key, value, self._leads_back(compiled))

    def _leads_back(self, compiled: CompiledRule) -> bool:
        return compiled.target is not None and compiled.target.origin.netloc in self._own_hosts

    def _packed(self, row: Row, file: int, location: str, site: Site, *, settled: bool) -> bytes:
        texts = (row.old, "" if row.gone else row.new, 301 if row.gone else row.status, row.gone)
        return packed(texts, (file, row.place.line), location, self._bases[site.name], settled=settled)


def rule_of(row: Row, site: str) -> Rule:
    """The rule that a row is."""
    return Rule(site, row.old, Kind.EXACT, row.place, to=row.new, gone=row.gone, status=301 if row.gone else row.status)


def summed_up(problems: list[Problem], most: int, file: str) -> list[Problem]:
    """The first `most` problems, and one that counts the others."""
    if len(problems) <= most:
        return problems
    level = Level.ERROR if any(problem.level is Level.ERROR for problem in problems[most:]) else Level.WARNING
    message = f"and {len(problems) - most:,} more problems in the sheets"
    return [*problems[:most], Problem(Place(file), "more-problems", message, "Mend the first ones and check again.", level)]
