"""The WordPress plug-in Redirection as JSON: 301 where no code is said; case, slash and query as each rule's flags say."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from migrator.rules.formats.export import Export, Outgoing
from migrator.rules.formats.json_items import dumped, items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.rule import Home, Kind, QueryMode
from migrator.rules.table import SiteTable

CAN = Abilities(gone=True, kinds=(Kind.EXACT, Kind.REGEX), source_query=True, query="says")
_GROUP = re.compile(r"\$(\d)")


def read(text: str, reading: Reading) -> None:
    """Read the list `redirects`."""
    for line, item in items(text, reading, "redirects"):
        if item.get("enabled") is False or word(item.get("status")) == "disabled":
            reading.skip(line, "it is disabled")
        elif word(item.get("match_type")) not in ("", "url"):
            reading.skip(line, f"it holds for some visitors only ({word(item['match_type'])}); a rule here holds for all")
        else:
            _take(reading, line, item)


def _take(reading: Reading, line: int, item: dict[str, Any]) -> None:
    flags = _object(_object(item.get("match_data")).get("source"))
    data = item.get("action_data")
    to = word(_object(data).get("url")) or word(data)
    kind = word(item.get("action_type")) or "url"
    source, code = word(item.get("url")), word(item.get("action_code")) or None
    note = word(item.get("title"))
    if kind == "error":
        reading.add(line, source, "", code or 404, note=note)
    elif kind in ("pass", "nothing"):
        home = Home.LEGACY if kind == "nothing" else None
        if home:
            reading.add(line, source, "", None, serve=home, note=note)
        else:
            reading.skip(line, "it passes the request on within WordPress, which is no redirect")
    elif kind != "url":
        reading.skip(line, f"it leads to what only WordPress knows ({kind})")
    elif item.get("regex") is True or flags.get("flag_regex") is True:
        take_regex(reading, line, source, to, code, note)
    else:
        carries = flags.get("flag_query") == "pass"
        query = QueryMode.EXACT if "?" in source else QueryMode.KEEP if carries else QueryMode.DROP
        reading.add(line, source, to, code, query=query, note=note)


def take_regex(reading: Reading, line: int, source: str, to: str, code: str | int | None, note: str = "") -> None:
    """Take a regular expression, which the plug-in asks of path and query."""
    if r"\?" in source:
        reading.skip(
            line, f"`{source[:200]}` asks for a query, which a regex here cannot see", "Write an exact rule for each query."
        )
    else:
        reading.add(line, source, _GROUP.sub(r"\\\1", to), code, kind=Kind.REGEX, query=QueryMode.DROP, note=note)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def write(table: SiteTable, today: dt.date) -> Export:
    """One JSON file with one group of redirects."""
    export = Export()
    found = []
    for place, (rule, status) in enumerate(sayable(table, today, export, CAN)):
        is_regex = rule.rule.kind is Kind.REGEX
        query = "exact" if rule.rule.query is QueryMode.EXACT else "pass" if rule.carries else "ignore"
        flags = {"flag_query": query, "flag_case": table.site.folding.case, "flag_trailing": table.site.folding.trailing_slash}
        found.append(
            {
                "url": rule.rule.source if is_regex else rule.path + (f"?{rule.query}" if rule.query else ""),
                "match_type": "url",
                "match_data": {"source": {**flags, "flag_regex": is_regex}},
                "action_type": "error" if status == 410 else "url",
                "action_code": status,
                "action_data": {"url": target_of(rule)} if status != 410 else "",
                "regex": is_regex,
                "group_id": 1,
                "position": place,
                "enabled": True,
                "title": rule.rule.note,
            }
        )
    groups = [{"id": 1, "name": "Migrator", "module_id": 1, "enabled": True}]
    export.files["redirection.json"] = dumped({"groups": groups, "redirects": found})
    export.include = "In WordPress: Tools, Redirection, Import/Export, redirection.json."
    export.notes = ["The plug-in asks expressions of path and query, and index files count."]
    return export


def target_of(rule: Outgoing) -> str:
    """The absolute target, with captures as $1."""
    return "".join(part if place % 2 == 0 else f"${part}" for place, part in enumerate(rule.parts))
