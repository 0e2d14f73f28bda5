"""GOV.UK's Transition: old and new address, with words for pages that are archived or undecided. 301, the query is dropped."""

from __future__ import annotations

from urllib.parse import urlsplit

from migrator.rules.formats.reading import Reading
from migrator.rules.formats.saying import Abilities
from migrator.rules.formats.sheet_rows import named, rows
from migrator.rules.formats.simple_sheets import Sheet, source_of
from migrator.rules.rule import QueryMode

ARCHIVE = "TNA"
_HOSTS = ("webarchive.nationalarchives.gov.uk", "web.archive.org")
_ALIASES = {"old": ("old url", "old", "from"), "new": ("new url", "new", "to"), "type": ("type",)}
SHEET = Sheet(
    file="mappings.csv",
    order=("old", "new"),
    head=("Old URL", "New URL"),
    can=Abilities((301,), gone=True, source_query=True),
    cells=lambda rule, status: (source_of(rule), rule.literal if status != 410 else ARCHIVE),
    include="In Transition: the site, Add mappings, paste the rows.",
    notes=("Transition answers 301 and drops the query; keys that choose a page are a setting of the site.",),
)
SHEET_OF_CODES = Sheet(
    file="mappings.csv",
    order=("old", "new", "status"),
    head=("Old Url", "New Url", "Status"),
    can=Abilities((301,), gone=True, source_query=True),
    cells=lambda rule, status: (source_of(rule), rule.literal, status),
    include="The redirector's tools read mappings.csv as it is.",
)


def read(text: str, reading: Reading) -> None:
    """Read the rows. Of several for one address a redirect counts most, then what is archived, then what is undecided."""
    found = [(line, row) for line, row in named(rows(text, reading), SHEET.order, _ALIASES)]
    for line, row in sorted(found, key=lambda item: (_rank(item[1].get("new", "")), item[0])):
        source, new = row.get("old", ""), row.get("new", "")
        query = QueryMode.EXACT if "?" in source else QueryMode.DROP
        if not source.startswith(("/", "http")):
            reading.skip(line, f"`{source[:100]}` is no old address, and such rows are passed over")
        elif not urlsplit(source).path.strip("/") and not urlsplit(source).query:
            reading.skip(line, "the home page is a setting of the site", "Write a rule for / by hand if it shall lead elsewhere.")
        elif row.get("type", "").lower() == "unresolved" or (not new and row.get("type", "").lower() != "archive"):
            reading.skip(line, f"`{source[:200]}` is undecided; it comes from the old site")
        elif _rank(new) == 1:
            reading.add(line, source, "", 410)
        else:
            reading.add(line, source, new, 301, query=query)


def _rank(new: str) -> int:
    if new == "":
        return 2
    return 1 if new.upper() == ARCHIVE or any(f"//{host}/" in new for host in _HOSTS) else 0


write = SHEET.write
