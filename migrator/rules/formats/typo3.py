"""TYPO3's redirects as JSON records or CSV: 307 where no status is said; each record says whether queries count and are kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import dumped_list, items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.redirection import target_of
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.formats.sheet_rows import rows
from migrator.rules.formats.simple_sheets import source_of
from migrator.rules.rule import Kind, QueryMode
from migrator.rules.table import SiteTable

STATUS = 307
CAN = Abilities(kinds=(Kind.EXACT, Kind.REGEX), source_query=True, query="says")
_YES = (True, 1, "1", "true", "yes")


def read(text: str, reading: Reading) -> None:
    """Read records, in JSON or in a sheet whose header names the fields."""
    if text.lstrip("\ufeff \r\n\t").startswith(("[", "{")):
        for line, item in items(text, reading, "sys_redirect", "redirects"):
            _take(reading, line, item)
        return
    head: list[str] = []
    for line, cells in rows(text, reading):
        if not head:
            head = [cell.lower() for cell in cells]
            if "source_path" not in head or "target" not in head:
                reading.fail(line, "the first row does not name source_path and target", "Export with a header.")
                return
            continue
        _take(reading, line, dict(zip(head, cells, strict=False)))


def _take(reading: Reading, line: int, record: dict[str, Any]) -> None:
    host, path, to = (word(record.get(name)) for name in ("source_host", "source_path", "target"))
    status = word(record.get("target_statuscode")) or None
    query = QueryMode.KEEP if record.get("keep_query_parameters") in _YES else QueryMode.DROP
    if record.get("disabled") in _YES or record.get("deleted") in _YES:
        reading.skip(line, "it is disabled or deleted")
    elif to.startswith("t3://"):
        reading.skip(line, f"it leads to {to[:100]}, which only TYPO3 can resolve", "Export it with the address of that page.")
    elif any(record.get(name) not in (None, "", 0, "0") for name in ("starttime", "endtime")):
        reading.skip(line, "it holds for some time only", "Write it by hand with `starts` and `ends`.")
    elif record.get("is_regexp") in _YES:
        is_framed = path[:1] in tuple("#~/@!|%") and path.rfind(path[:1]) > 0
        expression = path[1 : path.rindex(path[:1])] if is_framed else path
        reading.add(line, expression, _groups(to), status, kind=Kind.REGEX, query=query)
    else:
        respects = "?" in path and record.get("respect_query_parameters") in _YES
        source = path if respects else path.partition("?")[0]
        source = source if host in ("", "*") else f"http://{host}{source}"
        reading.add(line, source, to, status, query=QueryMode.EXACT if respects else query)


def _groups(to: str) -> str:
    for number in range(1, 10):
        to = to.replace(f"${number}", f"\\{number}")
    return to


def write(table: SiteTable, today: dt.date) -> Export:
    """One list of records for all hosts of the site."""
    export = Export()
    found = []
    for rule, status in sayable(table, today, export, CAN):
        is_regex = rule.rule.kind is Kind.REGEX
        found.append(
            {
                "source_host": "*",
                "source_path": f"#{rule.rule.source}#" if is_regex else source_of(rule),
                "is_regexp": int(is_regex),
                "respect_query_parameters": int(bool(rule.query)),
                "keep_query_parameters": int(rule.carries),
                "target": target_of(rule),
                "target_statuscode": status,
            }
        )
    export.files["sys_redirect.json"] = dumped_list(found)
    export.include = "Each object is a record of the table sys_redirect."
    export.notes = ["TYPO3 compares case; source_host is * and may be narrowed."]
    return export
