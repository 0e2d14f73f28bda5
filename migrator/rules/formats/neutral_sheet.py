"""The plain sheet of any tool: an old and a new address in columns known by their names, perhaps a status and a note."""

from __future__ import annotations

from dataclasses import replace

from migrator.rules.formats.saying import Abilities
from migrator.rules.formats.simple_sheets import Sheet, source_of
from migrator.rules.rule import QueryMode

CSV = Sheet(
    file="redirects.csv",
    order=("old", "new", "status", "note"),
    head=("old", "new", "status", "note"),
    can=Abilities(gone=True, source_query=True, query="keeps"),
    cells=lambda rule, status: (source_of(rule), rule.literal, status, rule.rule.note),
    include="Any spreadsheet opens redirects.csv; `migrator import csv` and `include:` read it back.",
    query=QueryMode.KEEP,
    counts_whole_query=False,
)
TSV = replace(CSV, file="redirects.tsv", delimiter="\t", include="Any spreadsheet opens redirects.tsv.")
