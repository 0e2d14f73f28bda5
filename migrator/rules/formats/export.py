"""What an export is: the rules of one site in the order of decision, the files made of them, and what these cannot say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import PERMANENT_TO_TEMPORARY, QueryMode, Rule, Site
from migrator.rules.table import SiteTable
from migrator.rules.target import checked_location
from migrator.urls import encoded_path, look_up_key, split_url


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a rule that the dialect says otherwise; `is_left_out` where the rule is not in the files at all."""

    rule: Rule
    text: str
    is_left_out: bool = True


@dataclass(slots=True)
class Export:
    """The files by name. `include` tells how they are used, `notes` what is true of every rule in them."""

    files: dict[str, str] = field(default_factory=dict)
    include: str = ""
    notes: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    said: int = 0
    drops: bool = False  # whether the dialect loses queries that rules carry

    def leave_out(self, rule: Rule, why: str) -> None:
        """Note that a rule is not in the files."""
        self.remarks.append(Remark(rule, why))

    def remark(self, rule: Rule, text: str) -> None:
        """Note that a rule is in the files, but does not mean quite the same there."""
        self.remarks.append(Remark(rule, text, is_left_out=False))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One rule on its way out. `status` is that of the day of the export: 410 for gone, 0 where the site itself answers."""

    found: CompiledRule
    status: int

    @property
    def rule(self) -> Rule:
        """The rule as written."""
        return self.found.rule

    @property
    def path(self) -> str:
        """Path of the source as written, percent-encoded; wildcards of a pattern stay as they are."""
        path = split_url(self.rule.source)[1] or "/"
        return encoded_path(path.encode("utf-8", "surrogatepass"))

    @property
    def query(self) -> str:
        """Query of the source as written."""
        return split_url(self.rule.source)[2]

    @property
    def literal(self) -> str:
        """The absolute target of a rule without captures; "" for any other."""
        target = self.found.target
        return target.parts[0] if target is not None and target.is_literal else ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The absolute target as a browser would write it: literal text and names of captures in turn; or nothing."""
        target = self.found.target
        if target is None or self.status in (0, 410):
            return ()
        stand_in = "zqcapture"
        while stand_in in "".join(target.parts):
            stand_in += "q"
        text = "".join(part if place % 2 == 0 else f"{stand_in}{place}z" for place, part in enumerate(target.parts))
        pieces = re.split(rf"{stand_in}\d+z", checked_location(text, target.origin) or text)
        return tuple(piece for pair in zip_longest(pieces, target.parts[1::2]) for piece in pair if piece is not None)

    @property
    def carries(self) -> bool:
        """Whether the query of the request goes on to the target."""
        return self.status not in (0, 410) and self.rule.query is QueryMode.KEEP


def outgoing(table: SiteTable, today: dt.date, export: Export) -> Iterator[Outgoing]:
    """The rules of a site that hold today, in the order of decision: of one rank, exact ones by their key.

    Notes in `export` which do not hold, and which will change by themselves.
    """
    site = table.site
    for found in _ordered(table):
        rule = found.rule
        if not rule.is_active(today):
            export.leave_out(rule, f"it holds from {rule.starts or 'always'} to {rule.ends or 'always'}, and not today")
            continue
        if rule.ends or rule.starts:
            export.remark(rule, "its dates are not in the files; export again when it ends")
        if rule.to and leads_to_itself(found, site):
            export.remark(rule, "it leads to its own address, which the old site goes on answering")
            yield Outgoing(found, 0)
        else:
            yield Outgoing(found, _status(rule, site, today, export))


def _ordered(table: SiteTable) -> Iterator[CompiledRule]:
    for tier in (table.exceptions, table.main, table.regexes):
        yield from (rule for _, rule in sorted(tier.whole.items(), key=lambda item: item[0]))
        yield from (rule for _, rule in sorted(tier.exact.items(), key=lambda item: ("?" not in item[0], item[0])))
        yield from tier.ordered


def _status(rule: Rule, site: Site, today: dt.date, export: Export) -> int:
    if rule.serve is not None:
        return 0
    if rule.gone:
        return 410
    if site.soak and rule.added and today < rule.added + site.soak and rule.status in PERMANENT_TO_TEMPORARY:
        temporary = PERMANENT_TO_TEMPORARY[rule.status]
        export.remark(rule, f"it soaks until {rule.added + site.soak}, with {temporary} for now; export again then")
        return temporary
    return rule.status


def leads_to_itself(found: CompiledRule, site: Site) -> bool:
    """Whether a rule without captures leads to the address it is about, which would never end."""
    if found.key is None or found.target is None or found.target.origin.netloc not in site.hosts:
        return False
    _, path, query = split_url(found.target.parts[0])
    return look_up_key(path, query, site.folding)[:2] == found.key[:2]
