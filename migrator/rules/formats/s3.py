"""Amazon S3's routing rules: prefixes of keys, 301 where no status is said, at most fifty."""

from __future__ import annotations

import datetime as dt
from typing import Any

from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import dumped_list, items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.rule import Kind
from migrator.rules.table import SiteTable
from migrator.urls import origin_of

MOST = 50
CAN = Abilities(kinds=(Kind.EXACT, Kind.PATTERN))


def read(text: str, reading: Reading) -> None:
    """Read rules with `Condition` and `Redirect`."""
    for line, item in items(text, reading, "RoutingRules"):
        condition, redirect = item.get("Condition") or {}, item.get("Redirect") or {}
        if not isinstance(condition, dict) or not isinstance(redirect, dict):
            reading.skip(line, "a rule whose `Condition` or `Redirect` is no object")
        elif condition.get("HttpErrorCodeReturnedEquals"):
            reading.skip(line, "it holds for errors only; a rule here goes before what the old site answers")
        else:
            _take(reading, line, word(condition.get("KeyPrefixEquals")), redirect)


def _take(reading: Reading, line: int, prefix: str, redirect: dict[str, Any]) -> None:
    host, status = word(redirect.get("HostName")), word(redirect.get("HttpRedirectCode"))
    base = f"{word(redirect.get('Protocol')) or 'https'}://{host}" if host else ""
    if "ReplaceKeyWith" in redirect:
        to = f"{base}/{word(redirect['ReplaceKeyWith'])}"
    else:
        to = f"{base}/{word(redirect.get('ReplaceKeyPrefixWith', prefix))}:splat"
    source = f"/{prefix}*"
    if ":splat" in to and not to.removesuffix(":splat").endswith("/"):
        reading.skip(line, f"the prefix `{prefix}` ends within a name", "Write a pattern by hand, or a rule for each address.")
        return
    reading.add(line, source, to, status, kind=Kind.PATTERN)


def write(table: SiteTable, today: dt.date) -> Export:
    """The first fifty subtrees as routing rules; S3 has nothing else for many addresses."""
    export = Export()
    found: list[dict[str, Any]] = []
    for rule, status in sayable(table, today, export, CAN):
        parts = rule.parts
        origin = origin_of(parts[0]) if parts else None
        is_subtree = rule.path.endswith("/*") and "/:" not in rule.path and parts[2:] == ("",) and parts[0].endswith("/")
        if not is_subtree or origin is None or len(found) >= MOST:
            why = (
                f"S3 takes {MOST} rules at most"
                if is_subtree
                else "S3 knows prefixes only (or an address as an object's metadata)"
            )
            export.leave_out(rule.rule, why)
            export.said -= 1
            continue
        redirect = {
            "Protocol": origin.scheme,
            "HostName": origin.netloc,
            "ReplaceKeyPrefixWith": parts[0].removeprefix(f"{origin}/"),
            "HttpRedirectCode": str(status),
        }
        found.append({"Condition": {"KeyPrefixEquals": rule.path[1:-1]}, "Redirect": redirect})
    export.files["routing-rules.json"] = dumped_list(found)
    export.include = "Paste routing-rules.json into the bucket's static website hosting, under redirection rules."
    export.notes = ["S3 compares case; a prefix does not answer for the folder itself without its slash."]
    return export
