"""vercel.json and what Next.js' redirects() gives: 308 where `permanent` is true, 307 where it is not, the query goes on."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.redirects_lines import template
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.rule import Kind
from migrator.rules.table import SiteTable

ROUTES = 1000  # of Next.js; Vercel takes 2,048 routes
CAN = Abilities(kinds=(Kind.EXACT, Kind.PATTERN), query="keeps")
_ESCAPED = 0xE000  # private characters stand for signs that were escaped


def read(text: str, reading: Reading) -> None:
    """Read the list `redirects`, or a list that is the whole file (bulk)."""
    for line, item in items(text, reading, "redirects"):
        if item.get("has") or item.get("missing"):
            reading.skip(line, "it holds for some requests only (`has`, `missing`); a rule here holds for all")
            continue
        status: str | int = word(item.get("statusCode"))
        if not status:
            status = 308 if item.get("permanent") is True else 307
        _take(reading, line, word(item.get("source")), word(item.get("destination")), status)


def _take(reading: Reading, line: int, source: str, to: str, status: str | int) -> None:
    source = _marked(source)
    wild = re.fullmatch(r"([^:(*]*/):(\w+)\*", source)
    if wild:
        to = re.sub(rf":{wild[2]}\*?", ":splat", to)
        reading.add(line, _restored(f"{wild[1]}*"), to, status, kind=Kind.PATTERN)
    elif "(" not in source and not re.search(r":\w+[*+?]|\{", source):
        reading.add_wild(line, _restored(source.replace("*", "%2A")), to, status)
    elif "{" in source or re.search(r":\w+(?:\([^/]*\))?[*+?]", source):
        reading.skip(line, f"`{source[:200]}` repeats or leaves out segments", "Write it as a subtree or as a regex.")
    else:
        expression, names = _expression(source)
        for number, name in enumerate(names, 1):
            to = re.sub(rf":{name}(?!\w)|\${number}(?!\d)", rf"\\{number}", to)
        reading.add(line, expression, to, status, kind=Kind.REGEX)


def _marked(source: str) -> str:
    """A source in which a private character stands for each sign that is escaped, but for those within an expression."""
    made, depth, letters = "", 0, iter(source)
    for letter in letters:
        following = next(letters, "") if letter == "\\" else ""
        depth += (letter == "(") - (letter == ")")
        made += letter + following if depth or not following else chr(_ESCAPED + ord(following) % 128)
    return made


def _restored(text: str) -> str:
    """A text with the signs that were escaped in it; `*` and a `:` that would be a wildcard here stay escaped."""
    signs = {chr(_ESCAPED + ord(sign)): sign for sign in ":*+?(){}"} | {
        chr(_ESCAPED + ord("*")): "%2A",
        chr(_ESCAPED + ord("?")): "%3F",
    }
    return "".join(signs.get(letter, letter) for letter in text).replace(
        "/:", "/%3A" if chr(_ESCAPED + ord(":")) in text else "/:"
    )


def _expression(source: str) -> tuple[str, list[str]]:
    """A source of path-to-regexp as a regular expression, and the names of its groups."""
    names: list[str] = []
    made, position = "^", 0
    for match in re.finditer(r":(\w+)(\((?:[^()]|\([^()]*\))*\))?|(\((?:[^()]|\([^()]*\))*\))", source):
        made += re.escape(_restored(source[position : match.start()]))
        names.append(match[1] or str(len(names)))
        made += match[2] or match[3] or "([^/]+)"
        position = match.end()
    return made + re.escape(_restored(source[position:])) + "$", names


def said(table: SiteTable, today: dt.date, export: Export) -> list[dict[str, Any]]:
    """The rules as objects with source, destination and statusCode."""
    found = []
    for rule, status in sayable(table, today, export, CAN):
        source, to = _literal(rule.path), template(rule)
        if rule.rule.kind is Kind.PATTERN:
            source, to = rule.path, to.replace(":splat", ":splat*")
            if source.endswith("*") and not source.endswith("/*"):
                export.leave_out(rule.rule, "a subtree that begins within a name cannot be said")
                export.said -= 1
                continue
            source = "/".join(_segment(part) for part in source.split("/"))
        found.append({"source": source, "destination": to, "statusCode": status})
    return found


def _segment(text: str) -> str:
    """A segment of a pattern: the placeholder that it begins with, and the rest as it is."""
    if text == "*":
        return ":splat*"
    name = re.match(r":[A-Za-z_]\w*", text)
    return name[0] + _literal(text[name.end() :]) if name else _literal(text)


def _literal(path: str) -> str:
    """A path in which nothing is a sign of path-to-regexp."""
    return re.sub(r"[:*+?(){}]", lambda sign: f"\\{sign[0]}", path)


def write(table: SiteTable, today: dt.date) -> Export:
    """One vercel.json with nothing but redirects."""
    export = Export()
    lines = ",\n".join("    " + json.dumps(one, ensure_ascii=False) for one in said(table, today, export))
    export.files["vercel.json"] = f'{{\n  "redirects": [\n{lines}\n  ]\n}}\n'
    export.include = "Put the list into the vercel.json of the project. Beyond 2,048 rules, import it as bulk redirects."
    export.notes = ["Sources are compared without case; a final slash counts as the project says.", _QUERY]
    if export.said > 2048:
        export.notes.append(f"These are {export.said} rules, more than the 2,048 that vercel.json takes.")
    return export


_QUERY = "The query of a request goes on to the target."


def write_next(table: SiteTable, today: dt.date) -> Export:
    """A module for next.config.js; more routes than Next.js likes are told."""
    export = Export()
    lines = ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in said(table, today, export))
    export.files["redirects.mjs"] = f"// Redirects made by `migrator export next`.\nexport default [\n{lines}\n];\n"
    export.include = "import redirects from './redirects.mjs';\nexport default { async redirects() { return redirects; } };"
    export.notes = [_QUERY]
    if export.said > ROUTES:
        export.notes.append(f"These are {export.said} rules; Next.js advises against more than {ROUTES:,}.")
    return export
