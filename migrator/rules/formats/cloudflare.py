"""Cloudflare's `_redirects` (Pages, Workers): 302 by default, literal addresses, static lines before dynamic ones."""

from __future__ import annotations

import datetime as dt

from migrator.rules.formats.export import Export
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.redirects_lines import is_target, lines, written
from migrator.rules.formats.saying import Abilities
from migrator.rules.rule import Kind
from migrator.rules.table import SiteTable

STATUS = 302
STATIC, DYNAMIC, LINE = 2000, 100, 1000  # lines, lines, characters
CAN = Abilities(kinds=(Kind.EXACT, Kind.PATTERN), query="keeps")


def read(text: str, reading: Reading) -> None:
    """Read the lines: from, to and status."""
    for line, words in lines(text, reading):
        if len(words) > 3:
            reading.skip(
                line, f"a line of {len(words)} words", "Cloudflare knows from, to and status; for more, try the dialect netlify."
            )
        elif len(words) < 2 or not is_target(words[1]):
            reading.skip(line, f"`{words[0][:200]}` leads nowhere", "A target begins with / or with https://.")
        else:
            reading.add_wild(line, words[0], words[1], words[2] if len(words) == 3 else None)


def write(table: SiteTable, today: dt.date) -> Export:
    """One `_redirects` file, its static lines first; what is over Cloudflare's limits is left out by name rather than cut off."""
    export = Export()
    kept: dict[bool, list[str]] = {True: [], False: []}
    for rule, line in written(table, today, export, CAN):
        is_static = rule.rule.kind is Kind.EXACT
        most = STATIC if is_static else DYNAMIC
        if len(line) > LINE:
            export.leave_out(rule.rule, f"Cloudflare takes lines of at most {LINE} characters")
        elif len(kept[is_static]) >= most:
            export.leave_out(rule.rule, f"Cloudflare takes at most {most:,} {'static' if is_static else 'dynamic'} lines")
        else:
            kept[is_static].append(line)
            continue
        export.said -= 1
    export.files["_redirects"] = "\n".join([*kept[True], *kept[False]]) + "\n"
    export.include = "Put _redirects into the folder of static assets. For more rules than it takes, use cloudflare-bulk."
    export.notes = [
        "Cloudflare compares case, final slashes and index files; it carries the query only where the target has none."
    ]
    return export
