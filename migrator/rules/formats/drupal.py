"""Drupal's path_redirect_import: old, new, code, language; 301, and the query goes on to the target."""

from __future__ import annotations

from migrator.rules.formats.saying import Abilities
from migrator.rules.formats.simple_sheets import Sheet, source_of
from migrator.rules.rule import QueryMode

SHEET = Sheet(
    file="redirects.csv",
    order=("old", "new", "status"),
    head=("source", "redirect", "status", "language"),
    can=Abilities(source_query=True, query="keeps"),
    cells=lambda rule, status: (source_of(rule).removeprefix("/"), rule.literal, status, "und"),
    include="In Drupal: Configuration, Search and metadata, URL redirects, Import (path_redirect_import).",
    notes=("Drupal ignores case; whether a final slash counts is its setting `deslash`.",),
    query=QueryMode.KEEP,
)
read, write = SHEET.read, SHEET.write
