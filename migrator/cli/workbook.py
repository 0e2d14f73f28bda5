"""The first sheet of a workbook (.xlsx) as tab-separated text; bounded, since it is a compressed archive of somebody's making."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from migrator.errors import ConfigError, MissingExtraError, Place, Problem

LARGEST = 200_000_000  # bytes, unpacked
MOST_ROWS = 1_100_000  # a sheet has 1,048,576


def workbook_text(path: Path) -> str:
    """The rows of the first sheet. Raises ConfigError where it is no workbook, or too large a one."""
    try:
        import openpyxl
    except ImportError:
        raise MissingExtraError("reading .xlsx", "xlsx") from None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ConfigError([_problem(path, f"it unpacks to more than {LARGEST:,} bytes")])
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number >= MOST_ROWS:
                raise ConfigError([_problem(path, f"it has more than {MOST_ROWS:,} rows")])
            writer.writerow(["" if cell is None else " ".join(str(cell).split()) for cell in row])
        book.close()
        return out.getvalue()
    except (ConfigError, FileNotFoundError):
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, SyntaxError, EOFError, OSError) as error:
        raise ConfigError([_problem(path, f"it is no workbook that can be read ({type(error).__name__})")]) from error


def _problem(path: Path, what: str) -> Problem:
    return Problem(Place(str(path)), "import-unreadable", what, "Save it as CSV (UTF-8), and import that.")
