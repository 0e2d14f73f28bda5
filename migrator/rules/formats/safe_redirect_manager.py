"""The WordPress plug-in Safe Redirect Manager as CSV: 302 where no code is said; case and final slash never count."""

from __future__ import annotations

from migrator.rules.formats.reading import Reading
from migrator.rules.formats.redirection import take_regex, target_of
from migrator.rules.formats.saying import Abilities
from migrator.rules.formats.sheet_rows import named, rows
from migrator.rules.formats.simple_sheets import Sheet, source_of
from migrator.rules.rule import Kind, QueryMode

STATUS, MOST = 302, 1000
_ALIASES = {
    "old": ("source", "from", "redirect from"),
    "new": ("target", "to", "redirect to"),
    "regex": ("regex", "enable regex"),
    "status": ("code", "status code"),
    "note": ("notes", "note"),
}
SHEET = Sheet(
    file="safe-redirect-manager.csv",
    order=("old", "new", "regex", "status"),
    head=("source", "target", "regex", "code", "order"),
    can=Abilities((301, 302, 303, 307, 308), gone=True, kinds=(Kind.EXACT, Kind.REGEX), source_query=True, query="keeps"),
    cells=lambda rule, status: (
        rule.rule.source if rule.rule.kind is Kind.REGEX else source_of(rule),
        target_of(rule),
        int(rule.rule.kind is Kind.REGEX),
        status,
        0,
    ),
    include="wp safe-redirect-manager import safe-redirect-manager.csv",
    notes=(f"The plug-in uses {MOST:,} rules at most, until a filter raises that.",),
)


def read(text: str, reading: Reading) -> None:
    """Read the rows; a final `*` of a source and of its target is a subtree."""
    for line, row in named(rows(text, reading), SHEET.order, _ALIASES):
        source, to, code = row.get("old", ""), row.get("new", ""), row.get("status", "") or None
        if row.get("regex", "").lower() in ("1", "true", "yes"):
            take_regex(reading, line, source, to, code, row.get("note", ""))
        elif source.endswith("*"):
            reading.add(line, source, to.removesuffix("*") + (":splat" if to.endswith("*") else ""), code, kind=Kind.PATTERN)
        else:
            query = QueryMode.EXACT if "?" in source else QueryMode.KEEP
            reading.add(line, source, to, code, query=query, note=row.get("note", ""))


write = SHEET.write
