"""Routes of Azure Static Web Apps: 302 where no status is said, the first that matches answers, 20 KB for the whole file."""

from __future__ import annotations

import datetime as dt
import json

from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.rule import Kind, QueryMode
from migrator.rules.table import SiteTable

STATUS, LARGEST = 302, 20_000
CAN = Abilities((301, 302, 303, 307, 308), kinds=(Kind.EXACT, Kind.PATTERN))


def read(text: str, reading: Reading) -> None:
    """Read the routes that redirect; a final `*` takes what is below, which Azure does not carry on."""
    for line, item in items(text, reading, "routes"):
        if not item.get("redirect"):
            reading.skip(line, f"the route `{word(item.get('route'))[:100]}` redirects nowhere")
        elif item.get("methods") or item.get("allowedRoles"):
            reading.skip(line, "it holds for some requests only (methods, allowedRoles)")
        else:
            reading.add_wild(
                line, word(item.get("route")), word(item.get("redirect")), word(item.get("statusCode")), query=QueryMode.DROP
            )


def write(table: SiteTable, today: dt.date) -> Export:
    """One staticwebapp.config.json; what no longer fits into 20 KB is left out by name."""
    export = Export()
    lines: list[str] = []
    size = 40
    for rule, status in sayable(table, today, export, CAN):
        is_wild = rule.rule.kind is Kind.PATTERN
        if is_wild and (not rule.literal or not rule.path.endswith("/*") or "/:" in rule.path):
            why = "of patterns, only a subtree that leads to one address can be said"
        else:
            one = {"route": rule.path, "redirect": rule.literal, "statusCode": status}
            line = json.dumps(one, ensure_ascii=False)
            why = "" if size + len(line.encode()) + 6 <= LARGEST else f"the file may have {LARGEST:,} bytes"
        if why:
            export.leave_out(rule.rule, why)
            export.said -= 1
            continue
        size += len(line.encode()) + 6
        lines.append(f"    {line}")
    export.files["staticwebapp.config.json"] = '{\n  "routes": [\n' + ",\n".join(lines) + "\n  ]\n}\n"
    export.include = "Put the routes into the staticwebapp.config.json of the app."
    export.notes = ["Azure compares case; index files count."]
    return export
