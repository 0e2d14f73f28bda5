"""netlify.toml: the tables `[[redirects]]`, with the meaning of Netlify's `_redirects`."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from typing import Any

from migrator.rules.formats import netlify
from migrator.rules.formats.export import Export
from migrator.rules.formats.reading import Reading
from migrator.rules.table import SiteTable

_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*redirects[ \t]*\]\]", re.MULTILINE)
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read(text: str, reading: Reading) -> None:
    """Read the tables; `from`, `to`, `status`, `query` and `conditions` of each, by their older names too."""
    try:
        whole = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _AT.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (1, 1)
        reading.fail(line, f"this is not TOML: {_AT.sub('', str(error))}", "Mend it, or export it again.", column)
        return
    tables = whole.get("redirects", [])
    if not isinstance(tables, list):
        reading.fail(1, "`redirects` is no list of tables", "Write each rule below a line [[redirects]].")
        return
    places = [text.count("\n", 0, match.start()) + 1 for match in _HEAD.finditer(text)]
    for number, table in enumerate(tables):
        line = places[number] if len(places) == len(tables) else 1
        if isinstance(table, dict):
            _table(table, line, reading)
        else:
            reading.skip(line, "a rule that is no table")


def _table(table: dict[str, Any], line: int, reading: Reading) -> None:
    source, to = (_text(table, *names) for names in (("from", "origin"), ("to", "destination")))
    status = table.get("status")
    params = _pairs(table, "query", "params", "parameters")
    conditions = [f"{name}=" for name in table.get("conditions") or {}] if isinstance(table.get("conditions"), dict) else []
    conditions += [f"{name}=" for name in ("signed", "signing", "sign") if table.get(name)]
    if not source or not to:
        reading.skip(line, f"the rule has no `{'from' if not source else 'to'}`")
    elif "/.netlify/" in source:
        reading.skip(line, "addresses below /.netlify are Netlify's own")
    else:
        netlify.take(reading, line, source, to, status if isinstance(status, int | str) else None, params, conditions)


def _text(table: dict[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := table.get(name), str)), "")


def _pairs(table: dict[str, Any], *names: str) -> list[str]:
    found = next((value for name in names if isinstance(value := table.get(name), dict)), {})
    return [f"{name}={value}" for name, value in found.items()]


def write(table: SiteTable, today: dt.date) -> Export:
    """One netlify.toml with nothing but its redirects."""
    export = netlify.write(table, today)
    tables = []
    for line in filter(None, export.files.pop("_redirects").splitlines()):
        source, to, status = line.removesuffix("!").split(" ")
        tables.append(f"[[redirects]]\nfrom = {json.dumps(source)}\nto = {json.dumps(to)}\nstatus = {status}\nforce = true\n")
    export.files["netlify.toml"] = "\n".join(tables)
    export.include = "Put these tables into the netlify.toml of the site; lines of a `_redirects` file come before them."
    return export
