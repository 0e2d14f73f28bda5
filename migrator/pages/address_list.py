"""Lists of addresses, one a line, and indexes of web archives (CDX), where each line names one. Text to a harvest."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from migrator.pages.harvest import Harvest

TOO_LONG = "a line that is too long"
# An index line of a web archive: the key with its host reversed, a timestamp, the address, and more.
# https://iipc.github.io/warc-specifications/specifications/cdx-format/cdx-2015/
_CDX = re.compile(r"[^\s)]+\)\S* \d{4,17} (\S+)(?: |$)")
_CDX_HEAD = re.compile(r" ?CDX [A-Za-z](?: [A-Za-z])*$")
_JSON_ROW = re.compile(r"\[+\"")
_ORIGINAL = "original"  # what the Wayback Machine's CDX server calls the address


def read_list(lines: Iterable[str | None], harvest: Harvest) -> None:
    """Name every address of the list. Blank lines and what begins with # are no rows; None is a line that was too long."""
    column = -1
    for number, line in enumerate(lines, start=1):
        text = (line or "").strip("\ufeff\0 \t\r\v\f")
        if line is None:
            harvest.refuse("", number, TOO_LONG)
        elif _JSON_ROW.match(text):
            cells = _json_cells(text)
            if _ORIGINAL in cells:
                column = cells.index(_ORIGINAL)
            elif cells and 0 <= column < len(cells):
                harvest.name(cells[column], number)
            else:
                harvest.refuse(text, number, "a row of JSON without a column `original`")
        elif text and not text.startswith("#") and not _CDX_HEAD.match(line):
            in_index = _CDX.match(text)
            harvest.name(in_index[1] if in_index else text, number)


def _json_cells(text: str) -> list[str]:
    """One row of a JSON table of texts, as it stands on its line; [] where it is none."""
    row = text.removeprefix("[").strip() if text.startswith("[[") else text
    row = row.removesuffix("]]") + "]" if row.endswith("]]") else row.removesuffix(",")
    try:
        return msgspec.json.decode(row, type=list[str])
    except (msgspec.DecodeError, RecursionError):
        return []
