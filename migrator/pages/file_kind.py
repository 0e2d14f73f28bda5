"""What a file of addresses is, told from its beginning: a list, a sheet, an access log, a web archive or a sitemap."""

from __future__ import annotations

import re
from enum import StrEnum

from migrator.pages.access_log import MALFORMED, AccessLog
from migrator.pages.address_sheet import ADDRESSES
from migrator.pages.file_lines import as_utf8, byte_lines, decoded
from migrator.pages.harvest import Harvest, Located

_LINES = 20  # that are looked at
_SAMPLE = 65_536  # bytes
_OTHER_CELL = re.compile(r"[\d.,%\s-]*$|https?://|/|\"|.* ", re.IGNORECASE)
_ADDRESS = ("http://", "https://", "/")
_WORKBOOK = b"PK\x03\x04"


class Kind(StrEnum):
    """What a file of addresses is."""

    LIST = "list"
    CSV = "csv"
    LOG = "log"
    WARC = "warc"
    SITEMAP = "sitemap"


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head` (uncompressed); None where it is a workbook or an archive of files."""
    head = head[:_SAMPLE]
    if head.startswith(_WORKBOOK):
        return None
    if head.startswith((b"WARC/", b"filedesc:")):
        return Kind.WARC
    lines = [line for line in byte_lines(as_utf8([head])) if line and not line.isspace()]
    if not lines:
        return Kind.LIST
    if lines[0].lstrip().startswith(b"<"):
        return Kind.SITEMAP
    if any(line.startswith(b"#Fields:") for line in lines[:_LINES]) or _are_of_log(lines[:_LINES]):
        return Kind.LOG
    text = [decoded(line) for line in lines if not line.startswith(b"#")]
    return Kind.CSV if text and (_is_sheet(text[0]) or _has_heading(text[:2])) else Kind.LIST


def _are_of_log(lines: list[bytes]) -> bool:
    """Whether most of these are lines of an access log."""
    log, harvest = AccessLog(lambda agent: False, lambda path: False), Harvest(lambda address: Located(key=address))
    log.read(lines)
    log.pour(harvest)
    return harvest.left_out[MALFORMED] * 2 < harvest.rows


def _is_sheet(line: str) -> bool:
    """Whether the first line names a column of addresses, or is an address beside cells such as a count or a title."""
    if line.lower().startswith("sep="):
        return True
    for delimiter in ",;\t|":
        cells = [cell.strip().strip('"').lower() for cell in line.split(delimiter)]
        if any(cell in ADDRESSES for cell in cells):
            return True
        if len(cells) > 1 and cells[0].startswith(_ADDRESS) and all(map(_OTHER_CELL.match, cells[1:])):
            return True
    return False


def _has_heading(lines: list[str]) -> bool:
    """Whether the first line names columns in whatever words: it has as many cells as the next, which has an address in one."""
    if len(lines) < 2 or lines[0].startswith("["):  # a table in JSON is a list
        return False
    for delimiter in ",;\t|":
        names, cells = ([cell.strip().strip('"').lower() for cell in line.split(delimiter)] for line in lines)
        if 1 < len(names) == len(cells) and not any(name.startswith(_ADDRESS) for name in names):
            others = [cell for cell in cells if not cell.startswith(_ADDRESS)]
            if len(others) < len(cells) and all(map(_OTHER_CELL.match, others)):
                return True
    return False
