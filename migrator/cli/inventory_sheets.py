"""The inventory as a sheet (CSV) or a workbook (XLSX), written row by row. Which addresses are in it is not said here."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import Any

from migrator.cli.sheets import STDOUT, another_file, put_in_place, refuse_another_file
from migrator.cli.tables import plain
from migrator.errors import MissingExtraError
from migrator.pages.cells import unmistakable
from migrator.store.inventory import Known

# The first is the address as it was asked for; names and order are promised in docs/crawl.md.
COLUMNS: dict[str, Callable[[Known], Any]] = {
    "url": lambda known: known.url,
    "status": lambda known: known.status or None,
    "final_url": lambda known: known.final_url,
    "title": lambda known: known.title,
    "language": lambda known: known.language,
    "content_type": lambda known: known.content_type,
    "size": lambda known: known.size if known.status else None,
    "visits": lambda known: known.visits,
    "links": lambda known: known.links,
    "depth": lambda known: known.depth,
    "sources": lambda known: " ".join(known.sources),
    "state": lambda known: known.state,
    "reason": lambda known: known.reason or known.error,
    "noindex": lambda known: "yes" if known.noindex else "",
    "canonical": lambda known: known.canonical,
    "near_duplicate_of": lambda known: known.near_duplicate_of,
    "soft_404": lambda known: known.soft_404,
    "fetched": lambda known: known.fetched.astimezone(dt.UTC).isoformat(timespec="seconds") if known.fetched else "",
}
ROWS_OF_A_TABLE = 1_000_000  # a workbook's tables have 1,048,576 (ECMA-376, limits of Excel)
_WIDE = {"url": 60, "final_url": 40, "title": 40}  # characters


def write_csv(found: Iterable[Known], sheet: Path) -> None:
    """A row per address, to a file or stdout (-); no cell can be taken for a formula."""
    if sheet == STDOUT:
        csv.writer(sys.stdout, lineterminator="\n").writerows(_rows(found))
        return
    with put_in_place(sheet) as place, place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_rows(found))


def refuse_to_replace(sheet: Path | None, workbook: Path | None) -> None:
    """Raise RefusalError where another file than an inventory is there, MissingExtraError where no workbook can be made."""
    if sheet:
        refuse_another_file(sheet, ",".join(COLUMNS))
    if workbook:
        _refuse_without_workbooks()
        if workbook.is_file() and not _is_inventory(workbook):
            raise another_file(workbook)


def _refuse_without_workbooks() -> None:
    if find_spec("openpyxl") is None:
        raise MissingExtraError("writing workbooks", "xlsx")


def _is_inventory(workbook: Path) -> bool:
    """Whether an earlier run wrote the file: nothing is in it, or the first row of its first table names these columns."""
    from openpyxl import load_workbook

    if not workbook.stat().st_size:
        return True
    try:
        with workbook.open("rb") as file:
            book = load_workbook(file, read_only=True)
            first = next(book.worksheets[0].iter_rows(max_row=1, values_only=True), ())
    except Exception:  # whatever openpyxl stumbles over is no workbook of ours
        return False
    return list(first) == list(COLUMNS)


def write_workbook(found: Iterable[Known], workbook: Path) -> None:
    """The same rows as a workbook, in further tables where one has no room for all; all text is text, whatever it begins with.

    Raises MissingExtraError where openpyxl is not installed.
    """
    _refuse_without_workbooks()
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    with put_in_place(workbook) as place, place.open("wb") as file:
        try:
            _fill(book, _rows(found))
            book.save(file)
        except BaseException:
            for table in book.worksheets:
                with suppress(Exception):  # what is half written would complain when it is thrown away
                    table.close()
            raise


def _fill(book: Any, rows: Iterator[list[Any]]) -> None:
    headings = next(rows)
    first: list[Any] | None = next(rows, None)
    while first is not None or not book.worksheets:
        table = book.create_sheet(f"addresses {len(book.worksheets) + 1}")
        table.freeze_panes = "B2"
        for column, name in enumerate(COLUMNS):
            table.column_dimensions[chr(ord("A") + column)].width = _WIDE.get(name, 14)
        for row in chain([headings], [first] if first else [], islice(rows, ROWS_OF_A_TABLE - 1)):
            table.append([_cell(table, value) for value in row])
        first = next(rows, None)


def _rows(found: Iterable[Known]) -> Iterator[list[Any]]:
    yield list(COLUMNS)
    for known in found:
        cells = (column(known) for column in COLUMNS.values())
        yield [cell if isinstance(cell, int) else unmistakable(plain(cell)) for cell in cells]


def _cell(table: Any, value: int | str) -> Any:
    """A cell that is a number or a text, and never what openpyxl or a spreadsheet reads into the text."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, int):
        return value
    cell = WriteOnlyCell(table, value)
    cell.data_type = "s"
    return cell
