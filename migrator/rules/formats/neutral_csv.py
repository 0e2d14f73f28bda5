"""The plain spreadsheet: old address, new address, perhaps a status. Comma, semicolon or tab; with or without a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.errors import Place, Problem
from migrator.rules.rule import STATUSES

OLD = ("old", "old url", "old_url", "from", "source", "legacy url", "legacy_url", "address")
NEW = ("new", "new url", "new_url", "to", "target", "destination")
STATUS = ("status", "code", "type")
GONE = ("410", "gone")
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"  # without width, and left behind by what people copy from
HEAD = 8192  # characters that the delimiter is told from


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet. An empty `new` with `gone` set says 410."""

    old: str
    new: str
    status: int
    gone: bool
    place: Place


def tidied(cell: str) -> str:
    """The cell without what nobody sees at its ends."""
    return cell.strip().strip(_UNSEEN).strip()


def read_rows(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """The rows of a sheet, and what is wrong with the others, each with its line."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for row in each_row(io.StringIO(text, newline=""), delimiter_of(text[:HEAD]), file):
        if isinstance(row, Problem):
            problems.append(row)
        else:
            rows.append(row)
    return rows, problems


def delimiter_of(head: str) -> str:
    """What separates the cells of a sheet that begins with `head`."""
    return max("\t;,", key=head.partition("\n")[0].count)


def each_row(lines: Iterable[str], delimiter: str, file: str) -> Iterator[Row | Problem]:
    """The rows of a sheet one at a time, in the place of each bad one what is wrong with it. `lines` keep their ends."""
    columns = (0, 1, 2)
    for number, (line, cells) in enumerate(_lines(lines, delimiter)):
        if isinstance(cells, str):
            yield Problem(
                Place(file, line, 1), "csv-row", f"no row can be made of this: {cells}", "Look at the quotes before it."
            )
        elif number == 0 and (found := _columns(cells)):
            columns = found
        else:
            yield _row(cells, columns, Place(file, line, 1))


def _lines(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield before + 1, str(error)
            return
        if cells is None:
            return
        if any(map(str.strip, cells)):
            yield before + 1, [tidied(cell) for cell in cells]
        before = reader.line_num


def _columns(cells: list[str]) -> tuple[int, int, int] | None:
    names = [cell.lower() for cell in cells]
    old = next((n for n, name in enumerate(names) if name in OLD), None)
    new = next((n for n, name in enumerate(names) if name in NEW), None)
    if old is None or new is None:
        return None
    return old, new, next((n for n, name in enumerate(names) if name in STATUS), len(names))


def _row(cells: list[str], columns: tuple[int, int, int], place: Place) -> Row | Problem:
    old, new, status = (cells[column] if column < len(cells) else "" for column in columns)
    if not old:
        return Problem(place, "csv-row", "the row has no old address", "Fill in its first column, or delete the row.")
    if status.lower() in GONE:
        return Row(old, "", 410, True, place)
    if status and not (status.isdigit() and int(status) in STATUSES):
        wanted = ", ".join(map(str, STATUSES))
        return Problem(place, "csv-row", f"`{status}` is no status of a redirect", f"Use one of {wanted}, or 410.")
    if not new:
        return Problem(place, "csv-row", f"`{old}` leads nowhere", "Fill in the new address, or write 410 as its status.")
    return Row(old, new, int(status or 301), False, place)
