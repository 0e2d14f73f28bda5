"""IIS' rewriteMap: exact keys, compared without case; the status is that of the rule that uses the map."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from xml.sax.saxutils import quoteattr

from lxml import etree

from migrator.rules.formats.export import Export
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.formats.simple_sheets import source_of
from migrator.rules.table import SiteTable

CAN = Abilities((301, 302, 303, 307), source_query=True)
_TYPES = {301: "Permanent", 302: "Found", 303: "SeeOther", 307: "Temporary"}
_CODES = {name.lower(): code for code, name in _TYPES.items()}
_LARGEST = 10_000_000  # characters; IIS itself takes web.config up to 250 KB


def read(text: str, reading: Reading) -> None:
    """Read `<add key value>` of every map; no entity and no address in the file is followed."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        reading.fail(text.count("\n", 0, text.find("<!")) + 1, "a document type may not be declared here", "Delete it.")
        return
    if len(text) > _LARGEST:
        reading.fail(0, f"the file has more than {_LARGEST:,} characters", "Split it.")
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(text.removeprefix("\ufeff").encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reading.fail(line, f"this is not XML: {error.msg}", "Export the file again.", column)
        return
    statuses = _statuses(root)
    for entry in root.iter("add"):
        above = entry.getparent()
        if above is not None and above.tag == "rewriteMap":
            status = statuses.get(above.get("name", ""))
            reading.add(entry.sourceline or 1, entry.get("key", ""), entry.get("value", ""), status)


def _statuses(root: etree._Element) -> dict[str, int]:
    """The status of the rule that asks each map."""
    found = {}
    for rule in root.iter("rule"):
        code = next((_CODES.get(action.get("redirectType", "").lower()) for action in rule.iter("action")), None)
        for condition in rule.iter("add"):
            name = condition.get("input", "").strip("{}").partition(":")[0]
            if code:
                found[name] = code
    return found


def write(table: SiteTable, today: dt.date) -> Export:
    """One map and one rule for each status; a map that carries queries is apart from one that does not."""
    export = Export()
    maps: defaultdict[tuple[int, bool], list[str]] = defaultdict(list)
    for rule, status in sayable(table, today, export, CAN):
        carries = rule.carries and not rule.query
        maps[status, carries].append(f"      <add key={quoteattr(source_of(rule))} value={quoteattr(rule.literal)} />\n")
    body, rules = "", ""
    for (status, carries), lines in sorted(maps.items()):
        name = f"Migrator{status}{'' if carries else 'Drop'}"
        body += f'    <rewriteMap name="{name}">\n{"".join(lines)}    </rewriteMap>\n'
        rules += _rule(name, status, carries)
    export.files["rewritemaps.config"] = f"<rewriteMaps>\n{body}</rewriteMaps>\n"
    export.files["rules.config"] = f"<rules>\n{rules}</rules>\n"
    export.include = (
        '<rewrite>\n  <rewriteMaps configSource="rewritemaps.config" />\n  <rules configSource="rules.config" />\n</rewrite>'
    )
    export.notes = ["Case is ignored; a final slash and index files count.", "These files could not be tried on IIS itself."]
    return export


def _rule(name: str, status: int, carries: bool) -> str:
    asked = "{PATH_INFO}" if carries else "{REQUEST_URI}"
    return (
        f'  <rule name="{name}" stopProcessing="true">\n    <match url=".*" />\n'
        f'    <conditions><add input="{{{name}:{asked}}}" pattern="(.+)" /></conditions>\n'
        f'    <action type="Redirect" url="{{C:1}}" appendQueryString="{str(carries).lower()}" '
        f'redirectType="{_TYPES[status]}" />\n'
        "  </rule>\n"
    )
