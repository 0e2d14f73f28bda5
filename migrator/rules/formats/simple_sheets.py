"""Sheets of two to five columns that systems import: what each can say, and what it means where it says nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from migrator.rules.formats.export import Export, Outgoing
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.formats.sheet_rows import ALIASES, named, rows, sheet
from migrator.rules.rule import QueryMode
from migrator.rules.table import SiteTable


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of sheet. `order` names its columns where it has no header; "" is one that is not read."""

    file: str
    order: Sequence[str]
    head: Sequence[str]
    can: Abilities
    cells: Callable[[Outgoing, int], Sequence[object]]
    include: str
    notes: Sequence[str] = ()
    query: QueryMode = QueryMode.DROP
    delimiter: str = ","
    counts_whole_query: bool = True  # whether an old address with a query is for that query alone
    extra: dict[str, Sequence[str]] = field(default_factory=dict)

    def read(self, text: str, reading: Reading) -> None:
        """Read the rows; one with a query in its old address answers that query alone."""
        for line, row in named(rows(text, reading), self.order, {**ALIASES, **self.extra}):
            source = row.get("old", "")
            query = QueryMode.EXACT if "?" in source and self.counts_whole_query else self.query
            reading.add(line, source, row.get("new", ""), status_of(row.get("status", "")), query=query, note=row.get("note", ""))

    def write(self, table: SiteTable, today: dt.date) -> Export:
        """One sheet with a row for each rule that it can say."""
        export = Export()
        lines = [tuple(self.cells(rule, status)) for rule, status in sayable(table, today, export, self.can)]
        export.files[self.file] = sheet([self.head, *lines] if self.head else lines, self.delimiter)
        export.include, export.notes = self.include, list(self.notes)
        return export


def status_of(cell: str) -> str | None:
    """A status as sheets write it: a code, a word, or yes and no for permanent."""
    word = cell.strip().lower()
    return {"true": "301", "yes": "301", "false": "302", "no": "302", "permanent": "301", "temporary": "302"}.get(
        word, word
    ) or None


def source_of(rule: Outgoing) -> str:
    """Path and query of the old address as written."""
    return rule.path + (f"?{rule.query}" if rule.query else "")
