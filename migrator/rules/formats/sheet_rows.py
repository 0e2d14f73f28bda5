"""Rows of sheets as text, whatever separates their cells and lines; columns by the names people give them. And back to text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrator.rules.formats.neutral_csv import tidied
from migrator.rules.formats.reading import Reading

OLD = (
    "old",
    "old url",
    "from",
    "source",
    "source url",
    "legacy url",
    "legacy",
    "address",
    "request",
    "redirect from",
    "source_path",
    "path",
)
NEW = ("new", "new url", "to", "target", "destination", "target url", "redirect to", "redirect", "link")
STATUS = ("status", "code", "type", "status code", "statuscode", "http code", "target_statuscode", "permanent")
NOTE = ("note", "notes", "comment", "title")
ALIASES: Mapping[str, Sequence[str]] = {"old": OLD, "new": NEW, "status": STATUS, "note": NOTE}
LOOKED_AT = 6  # lines that show the separator
_SEPARATORS = "\t;,|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
Cells = list[str]


def rows(text: str, reading: Reading, delimiter: str = "") -> Iterator[tuple[int, Cells]]:
    """Line and cells of each row that is not blank; a separator that is not given is found out."""
    text = text.removeprefix("\ufeff")
    first = text[:8192].splitlines()[:LOOKED_AT]
    if first and first[0].lower().startswith("sep=") and len(first[0]) == 5:
        delimiter = first[0][4]
    counts = {one: [line.count(one) for line in first if line.strip()] or [0] for one in _SEPARATORS}
    delimiter = delimiter or max(_SEPARATORS, key=lambda one: (min(counts[one]), sum(counts[one])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reading.skip(before + 1, f"this is no row of a sheet ({error})", "Look for a quotation mark without its other half.")
            before = reader.line_num
            continue
        if any(cell.strip() for cell in cells) and not (before == 0 and cells[0].lower().startswith("sep=")):
            yield before + 1, [_as_meant(tidied(cell)) for cell in cells]
        before = reader.line_num


def named(
    found: Iterable[tuple[int, Cells]], order: Sequence[str], aliases: Mapping[str, Sequence[str]] = ALIASES
) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as cells by name: by the header where the first row is one, else in the `order` that the dialect has."""
    columns: dict[str, int] | None = None
    for line, cells in found:
        if columns is None:
            columns = _columns(cells, aliases)
            if columns is not None:
                continue
            columns = {name: place for place, name in enumerate(order) if name}
        yield line, {name: cells[place] for name, place in columns.items() if place < len(cells)}


def _columns(cells: Cells, aliases: Mapping[str, Sequence[str]]) -> dict[str, int] | None:
    names = [" ".join(cell.lower().replace("_", " ").split()) for cell in cells]
    found: dict[str, int] = {}
    for column, known in aliases.items():
        wanted = [name.replace("_", " ") for name in known]
        place = next((names.index(name) for name in wanted if name in names), None)
        if place is not None and place not in found.values():
            found[column] = place
    return found if "old" in found and ("new" in found or len(found) > 1) else None


def sheet(lines: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """Rows as the text of a sheet. A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([[_unmistakable(str(cell)) for cell in line] for line in lines])
    return out.getvalue()


def _unmistakable(cell: str) -> str:
    cell = " ".join(cell.splitlines())
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _as_meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
