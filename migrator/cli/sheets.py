"""Sheets of suggestions as files: read with errors that fit them, and written whole, never over somebody's work."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import click

from migrator.cli.tables import plain
from migrator.errors import ConfigError, Place, Problem, RefusalError
from migrator.pages.cells import unmistakable
from migrator.pages.suggestion_csv import Row, read_rows
from migrator.store.map_files import read_text

STDOUT = Path("-")
WORKBOOK = b"PK\x03\x04"  # how an .xlsx or .ods file begins
MENDS = {
    "no-file": "Make one with `migrator match --csv FILE`.",
    "is-a-folder": "Name the sheet in it.",
    "not-utf-8": "Save the sheet as CSV (UTF-8).",
}


def read_sheet(sheet: Path) -> list[Row]:
    """The rows of a sheet. Raises ConfigError with everything that is wrong with it."""
    text, problem = read_text(sheet)
    if _begins_with(sheet, WORKBOOK):
        raise ConfigError([Problem(Place(str(sheet)), "csv", "this is a workbook, not a CSV file", "Save it as CSV (UTF-8).")])
    if problem:
        raise ConfigError([replace(problem, mend=MENDS.get(problem.code, problem.mend))])
    rows, problems = read_rows(text, str(sheet))
    if problems:
        raise ConfigError(problems)
    return rows


def _begins_with(sheet: Path, mark: bytes) -> bool:
    if not sheet.is_file():
        return False
    with sheet.open("rb") as file:
        return file.read(len(mark)) == mark


def refuse_to_overwrite(sheet: Path, expected: str) -> None:
    """Raise RefusalError where the file at `sheet` is not `expected`, which an earlier run wrote: somebody has worked on it."""
    if not sheet.is_file():
        return
    text, problem = read_text(sheet)
    if problem or text not in ("", expected):
        raise RefusalError(f"{sheet} holds work that would be lost; publish it, name another file, or say --force")


def sheet_text(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A CSV with a heading and these rows; no cell can be taken for a formula, and none breaks its line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([unmistakable(plain(cell)) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def write_report(sheet: Path, text: str, force: bool = False) -> None:
    """Put a report in place as `write_sheet` does; it may take the place of a report of its own kind, told by its first line.

    Raises RefusalError where another file is there, which may be somebody's work, unless `force` is given.
    """
    if not force:
        refuse_another_file(sheet, text.partition("\n")[0])
    write_sheet(sheet, text)


def refuse_another_file(sheet: Path, heading: str) -> None:
    """Raise RefusalError where a file is at `sheet` that does not begin with the line `heading`: somebody's work, or the map."""
    if not sheet.is_file():
        return
    with sheet.open("rb") as file:
        first = file.readline(len(heading.encode()) + 2).rstrip(b"\r\n")
    if first not in (b"", heading.encode()):
        raise another_file(sheet)


def another_file(sheet: Path) -> RefusalError:
    """What is said where a report would take the place of a file of another kind."""
    return RefusalError(f"{sheet} is another file, which would be lost; name a new one, or delete it first")


@contextmanager
def put_in_place(path: Path) -> Iterator[Path]:
    """Where to write what is to be at `path`, whole or not at all; what is no ordinary file is written to as it is.

    Raises OSError that names `path`, whatever the file was called meanwhile.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        yield path
        return
    temporary = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(place)
    except OSError as error:
        if error.filename in (str(temporary), temporary) or error.filename is None:
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_sheet(sheet: Path, text: str) -> None:
    """Put a sheet in place whole, or not at all; what is no ordinary file is written to as it is."""
    if sheet == STDOUT:
        click.echo(text, nl=False)
        return
    with put_in_place(sheet) as place:
        place.write_text(text, encoding="utf-8")
