"""A fixture of Django's redirects app: 301, or 410 where the new path is blank; the whole old path counts, its query too."""

from __future__ import annotations

import datetime as dt

from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import dumped_list, items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.formats.simple_sheets import source_of
from migrator.rules.rule import QueryMode
from migrator.rules.table import SiteTable

CAN = Abilities((301,), gone=True, source_query=True)
LONGEST = 200  # characters of either path


def read(text: str, reading: Reading) -> None:
    """Read the fixture's objects of the model redirects.redirect."""
    for line, item in items(text, reading):
        fields = item.get("fields")
        if item.get("model", "redirects.redirect") != "redirects.redirect" or not isinstance(fields, dict):
            reading.skip(line, f"an object of `{word(item.get('model'))}`, which is no redirect")
            continue
        source, to = word(fields.get("old_path")), word(fields.get("new_path"))
        query = QueryMode.EXACT if "?" in source else QueryMode.DROP
        reading.add(line, source, to, 301 if to else 410, query=query)


def write(table: SiteTable, today: dt.date) -> Export:
    """One fixture for the site with the number 1."""
    export = Export()
    found = []
    for number, (rule, status) in enumerate(sayable(table, today, export, CAN), 1):
        source, to = source_of(rule), rule.literal if status != 410 else ""
        if max(len(source), len(to)) > LONGEST:
            export.leave_out(rule.rule, f"Django keeps paths of at most {LONGEST} characters")
            export.said -= 1
            continue
        fields = {"site": 1, "old_path": source, "new_path": to}
        found.append({"model": "redirects.redirect", "pk": number, "fields": fields})
    export.files["redirects.json"] = dumped_list(found)
    export.include = "manage.py loaddata redirects.json"
    export.notes = [
        "The fixture is for the site with id 1.",
        "Django answers only where it has no page, compares case, and drops the query.",
    ]
    return export
