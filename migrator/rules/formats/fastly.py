"""Tables of VCL (Fastly) and items of its dictionaries: exact keys, no status. A table has limits that an export keeps."""

from __future__ import annotations

import datetime as dt
import json
import re

from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.rule import QueryMode
from migrator.rules.table import SiteTable

KEY, VALUE, ITEMS = 256, 8000, 1000  # bytes, bytes, items
CAN = Abilities(gone=True)
_ITEM = re.compile(r'"([^"]*)"\s*:\s*"([^"]*)"')
_TABLE = re.compile(r"\s*table\s+\w+")
_CODE = re.compile(r"^\s*(?:table|sub)\s+\w+", re.MULTILINE)
_OTHER = re.compile(r"\s*(?:table\s+\w+.*\{|\}|//.*|#.*|)\s*")
_VCL = """\
# Redirects made by `migrator export fastly`. Include this file; call migrator_recv in vcl_recv and migrator_error in vcl_error.
{tables}
sub migrator_recv {{
  declare local var.answer STRING;
  declare local var.key STRING;
  set var.key = std.tolower(req.url.path);
  set var.key = regsub(var.key, "(.)/+$", "\\1");
{lookups}
  if (var.answer) {{
    set req.http.X-Migrator = var.answer;
    error 770;
  }}
}}
sub migrator_error {{
  if (obj.status == 770) {{
    set obj.status = std.atoi(regsub(req.http.X-Migrator, " .*", ""));
    set obj.http.Location = regsub(req.http.X-Migrator, "^\\d+ ?", "");
    set obj.http.Cache-Control = "public, max-age={max_age}";
    synthetic "";
    return(deliver);
  }}
}}
"""


def read(text: str, reading: Reading) -> None:
    """Read a table's lines `"/a": "https://new/x",`, or a dictionary's items as JSON; code around tables is no row."""
    if text.lstrip().startswith(("[", "{")):
        for line, item in items(text, reading, "items", "dictionary_items"):
            take_item(reading, line, word(item.get("item_key")), word(item.get("item_value")))
        return
    within = not _CODE.search(text)
    for line, content in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if _TABLE.match(content):
            within = True
        if not within:
            continue
        if content.strip() == "}":
            within = False
        match = _ITEM.search(content)
        if match:
            take_item(reading, line, match[1], match[2])
        elif not _OTHER.fullmatch(content):
            reading.skip(line, f"`{content.strip()[:100]}` is no item of a table")


def take_item(reading: Reading, line: int, key: str, value: str) -> None:
    """Take a pair; a value may begin with its status and a blank, or be 410."""
    status, blank, target = value.partition(" ")
    if blank and status.isdigit():
        reading.add(line, key, target, status, query=QueryMode.DROP)
    elif value == "410":
        reading.add(line, key, "", 410)
    else:
        reading.add(line, key, value, query=QueryMode.DROP)


def write(table: SiteTable, today: dt.date) -> Export:
    """Tables of at most a thousand items each, and the code that asks them."""
    export = Export()
    found: dict[str, str] = {}
    for rule, status in sayable(table, today, export, CAN):
        key = rule.found.key.path if rule.found.key else rule.path
        value = f"{status} {rule.literal}".strip()
        if len(key.encode()) > KEY or len(value.encode()) > VALUE:
            export.leave_out(rule.rule, f"Fastly takes keys of {KEY} and values of {VALUE:,} bytes at most")
            export.said -= 1
        else:
            found[key.lower()] = value
    rows = list(found.items())
    tables = [rows[start : start + ITEMS] for start in range(0, len(rows), ITEMS)]
    body = "\n".join(
        f"table migrator_{number} {{\n" + "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in part) + "}"
        for number, part in enumerate(tables)
    )
    asked = "\n".join(
        f"  if (!var.answer) {{ set var.answer = table.lookup(migrator_{n}, var.key); }}" for n in range(len(tables))
    )
    export.files["migrator.vcl"] = _VCL.format(tables=body, lookups=asked, max_age=table.site.cache)
    export.include = 'include "migrator.vcl";, then `call migrator_recv;` in vcl_recv and `call migrator_error;` in vcl_error.'
    export.notes = [
        f"Fastly takes {ITEMS:,} items in a table by default; there are {len(tables)} tables.",
        "Case is folded by std.tolower, final slashes are dropped; index files count, and a query is not carried.",
        "This file could not be tried on Fastly itself; test it on a version that is not active.",
    ]
    return export
