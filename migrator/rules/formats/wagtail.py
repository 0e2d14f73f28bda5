"""Wagtail's redirects: two columns to import; 301, or 302 where a row is not permanent; case counts, a final slash does not."""

from __future__ import annotations

from migrator.rules.formats.saying import Abilities
from migrator.rules.formats.simple_sheets import Sheet, source_of

SHEET = Sheet(
    file="redirects.csv",
    order=("old", "new", "status"),
    head=("from", "to"),
    can=Abilities((301,), source_query=True),
    cells=lambda rule, status: (source_of(rule), rule.literal),
    include="In Wagtail: Settings, Redirects, Import; choose the columns from and to, and permanent.",
    notes=("Wagtail answers only where it has no page, compares case, and drops the query.",),
)
read, write = SHEET.read, SHEET.write
