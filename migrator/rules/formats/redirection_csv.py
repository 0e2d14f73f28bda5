"""The WordPress plug-in Redirection as CSV: source, target, regex, code; 301 where no code is said. Conditions are not in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from migrator.rules.formats.export import Export
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.redirection import CAN, take_regex, target_of
from migrator.rules.formats.saying import sayable
from migrator.rules.formats.sheet_rows import named, rows, sheet
from migrator.rules.rule import Kind, QueryMode
from migrator.rules.table import SiteTable

HEAD = ("source", "target", "regex", "code", "type", "hits", "title", "status")
_ALIASES = {
    "old": ("source",),
    "new": ("target",),
    "regex": ("regex",),
    "status": ("code",),
    "title": ("title",),
    "state": ("status",),
}


def read(text: str, reading: Reading) -> None:
    """Read the rows; the plug-in leaves out those that lead to themselves, and so does this."""
    for line, row in named(rows(text, reading), ("old", "new", "regex", "status"), _ALIASES):
        source, to, code = row.get("old", ""), row.get("new", ""), row.get("status", "") or None
        if row.get("state", "").lower() == "disabled":
            reading.skip(line, "it is disabled")
        elif source == to:
            reading.skip(line, "it leads to itself")
        elif row.get("regex", "").lower() in ("1", "true", "yes"):
            take_regex(reading, line, source, to, code, row.get("title", ""))
        else:
            query = QueryMode.EXACT if "?" in source else QueryMode.DROP
            reading.add(line, source, to, code, query=query, note=row.get("title", ""))


def write(table: SiteTable, today: dt.date) -> Export:
    """One sheet with all eight columns of the plug-in's own."""
    export = Export()
    lines: list[tuple[object, ...]] = [HEAD]
    for rule, status in sayable(table, today, export, replace(CAN, query="drops")):
        is_regex = rule.rule.kind is Kind.REGEX
        source = rule.rule.source if is_regex else rule.path + (f"?{rule.query}" if rule.query else "")
        kind = "error" if status == 410 else "url"
        lines.append((source, target_of(rule), int(is_regex), status, kind, 0, rule.rule.note, "active"))
    export.files["redirection.csv"] = sheet(lines)
    export.include = "In WordPress: Tools, Redirection, Import/Export, redirection.csv. The JSON export says more."
    export.notes = ["What becomes of the query, case and slash is the plug-in's setting; CSV cannot say it."]
    return export
