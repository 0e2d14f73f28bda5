"""Netlify's and GitLab's `_redirects`: 301 where no status is said, final slash ignored, the query goes on to the target."""

from __future__ import annotations

import datetime as dt
import re

from migrator.rules.formats.export import Export
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.redirects_lines import is_target, lines, parameters, written
from migrator.rules.formats.saying import Abilities
from migrator.rules.rule import Kind, QueryMode
from migrator.rules.table import SiteTable

CAN = Abilities((301, 302, 303, 308), kinds=(Kind.EXACT, Kind.PATTERN), query="keeps")
MANY = 10_000  # rules, from which on Netlify advises against it
CONDITIONS = ("country", "language", "role", "cookie", "sign", "signed")
_TAILED = re.compile(r"/:\w+[^/\w]")


def read(text: str, reading: Reading) -> None:
    """Read the lines: from, parameters, to, status with an optional `!`, conditions."""
    for line, words in lines(text, reading):
        params = parameters(words[1:])
        rest = words[1 + len(params) :]
        if not rest or not is_target(rest[0]):
            reading.skip(line, f"`{words[0][:200]}` leads nowhere", "A target begins with / or with https://.")
            continue
        if words[0].lower() == "/.netlify" or "/.netlify/" in words[0].lower():
            reading.skip(line, "addresses below /.netlify are Netlify's own")
            continue
        status = rest[1].rstrip("!") if len(rest) > 1 and "=" not in rest[1] else None
        conditions = [word for word in rest[1:] if "=" in word]
        take(reading, line, words[0], rest[0], status, params, conditions)


def take(
    reading: Reading, line: int, source: str, to: str, status: str | int | None, params: list[str], conditions: list[str]
) -> None:
    """Take one rule, with the parameters (`key=value`) and the conditions that it has."""
    if not (source.startswith("/") or "://" in source):
        reading.skip(line, f"`{source[:200]}` is no old address", "Begin it with / or with https://.")
    elif conditions:
        names = ", ".join(condition.partition("=")[0] for condition in conditions)
        reading.skip(line, f"it holds for some visitors only ({names}); a rule here holds for all")
    elif any(value.startswith(":") for value in (param.partition("=")[2] for param in params)):
        reading.skip(line, f"it captures a parameter of the query ({' '.join(params)})", "Write a rule for each value.")
    elif params:
        reading.add(line, f"{source}?{'&'.join(params)}", to, status, query=QueryMode.EXACT)
    else:
        reading.add_wild(line, source, to, status)


def write(table: SiteTable, today: dt.date) -> Export:
    """One `_redirects` file."""
    export = Export()
    kept = []
    for rule, line in written(table, today, export, CAN):
        if _TAILED.search(rule.path):
            export.leave_out(rule.rule, "a placeholder with something behind it in its segment cannot be said")
            export.said -= 1
        else:
            kept.append(f"{line}!")
    export.files["_redirects"] = "\n".join(kept) + "\n"
    export.include = "Put _redirects into the folder that is published."
    export.notes = [
        "`!` lets a rule go before a file of the same address, as a rule here does.",
        "Netlify compares case; index files count.",
    ]
    if len(kept) > MANY:
        export.notes.append(
            f"These are {len(kept)} lines, and Netlify advises against more than some {MANY}; see its limits first."
        )
    return export
