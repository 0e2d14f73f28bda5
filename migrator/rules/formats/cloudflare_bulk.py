"""Cloudflare's Bulk Redirects as CSV: no header, 301 where no status is said, and each row says what becomes of the query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from migrator.rules.formats.export import Export, Outgoing
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.formats.sheet_rows import rows, sheet
from migrator.rules.rule import Kind, QueryMode
from migrator.rules.table import SiteTable

CAN = Abilities((301, 302, 307, 308), kinds=(Kind.EXACT, Kind.PATTERN), query="says")
LONGEST = 32_000  # characters of an address


def read(text: str, reading: Reading) -> None:
    """Read source, target, status, and the four flags: preserve query, subdomains, subpaths, preserve the path's suffix."""
    for line, cells in rows(text, reading, ","):
        source, target, status, *flags = (*cells, "", "", "", "", "", "", "")[:7]
        if source.lower() in ("source", "source_url"):
            continue
        keeps, subdomains, subpaths, suffix = (flag.lower() == "true" for flag in flags)
        take(reading, line, source, target, status, keeps=keeps, subdomains=subdomains, subpaths=subpaths, suffix=suffix)


def take(
    reading: Reading, line: int, source: str, to: str, status: str, *, keeps: bool, subdomains: bool, subpaths: bool, suffix: bool
) -> None:
    """Take one redirect of a list with its flags; one with subpaths becomes an exact rule and a subtree."""
    query = QueryMode.KEEP if keeps else QueryMode.DROP
    if "*" in source or "?" in source:
        reading.skip(line, f"`{source[:200]}` has a wildcard or a query, which a bulk redirect cannot have")
        return
    note = "its subdomains too" if subdomains else ""
    reading.add(line, source, to, status, query=query, note=note)
    if subpaths and reading.rules and reading.rules[-1].place.line == line:
        below = f"{to.rstrip('/')}/:splat" if suffix and "?" not in to else to
        reading.rows -= 1
        reading.add(line, f"{source.rstrip('/')}/*", below, status, kind=Kind.PATTERN, query=query)


def said(table: SiteTable, today: dt.date, export: Export) -> Iterator[tuple[Outgoing, str, str, int, bool]]:
    """Source with its host, target, status, and whether subpaths are meant, of each rule and each host of the site."""
    for rule, status in sayable(table, today, export, CAN):
        to, path = rule.literal, rule.path
        is_below = rule.rule.kind is Kind.PATTERN
        parts = rule.parts
        if is_below:
            if (
                not path.endswith("/*")
                or "/:" in path
                or (len(parts) > 1 and not (parts[0].endswith("/") and parts[2:] == ("",)))
            ):
                export.leave_out(rule.rule, "of patterns, only a subtree that keeps what is below can be said")
                export.said -= 1
                continue
            path, to = path.removesuffix("/*"), parts[0]
        if len(to) > LONGEST:
            export.leave_out(rule.rule, f"an address of more than {LONGEST:,} characters")
            export.said -= 1
            continue
        for host in table.site.hosts:
            yield rule, f"{host}{path}", to, status, is_below


def write(table: SiteTable, today: dt.date) -> Export:
    """One CSV for the dashboard: exact addresses first, then subtrees."""
    export = Export()
    lines = []
    for rule, source, to, status, is_below in said(table, today, export):
        has_suffix = is_below and not rule.literal
        lines.append((source, to, status, *map(_flag, (rule.carries, False, is_below, has_suffix))))
    export.files["bulk-redirects.csv"] = sheet(lines)
    export.include = "Import bulk-redirects.csv into a list of bulk redirects, and enable a rule that uses the list."
    export.notes = [
        "Each host of the site has rows of its own.",
        "Cloudflare compares case, final slashes and index files here.",
        QUOTA,
    ]
    return export


QUOTA = "How many redirects an account may have depends on its plan; compare before you import."


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"
