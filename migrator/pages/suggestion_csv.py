"""Suggestions as a spreadsheet and back: text to values, values to text. Files are opened elsewhere."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from migrator.errors import Place, Problem
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Answer
from migrator.urls import origin_of, split_url

COLUMNS = ("old_url", "new_url", "confidence", "rank", "evidence")
REQUIRED = ("old_url", "new_url")
VERDICT = "verdict"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet. An empty `new_url` says that no page matches; `verdict` is None where nobody decided."""

    old_url: str
    new_url: str
    confidence: float
    rank: int
    evidence: str
    verdict: Answer | None
    place: Place


def write_rows(suggestions: Iterable[Suggestion], legacy_base: str, new_base: str) -> str:
    """The sheet of these suggestions, a row per candidate, best first; a lone row without a new address says that none matches.

    Addresses are paths where they lie on the base of their side. No cell can be taken for a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for suggestion in suggestions:
        old = _short(suggestion.old_url, legacy_base)
        for rank, candidate in enumerate(suggestion.candidates, 1):
            evidence = "; ".join(candidate.evidence)
            _write(writer, old, _short(candidate.url, new_base), _rounded_down(candidate.confidence), str(rank), evidence)
        if not suggestion.candidates:
            _write(writer, old, "", "", "1", suggestion.remark)
    return text.getvalue()


def read_rows(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """The rows of a sheet, and what is wrong with the others, each with its line.

    Comma, semicolon or tab; a byte order mark and `sep=;` are skipped; columns go by name, in any order.
    """
    text = text.removeprefix("\ufeff")
    lines = _lines(text, _delimiter(text))
    rows: list[Row] = []
    problems: list[Problem] = []
    names: dict[str, int] = {}
    try:
        for line, cells in lines:
            place = Place(file, line, 1)
            if not names:
                names = {cell.strip().lower(): column for column, cell in enumerate(cells)}
                if missing := [name for name in REQUIRED if name not in names]:
                    return [], [_no_header(place, missing)]
            else:
                found = _row({name: cells[column] if column < len(cells) else "" for name, column in names.items()}, place)
                (rows if isinstance(found, Row) else problems).append(found)  # type: ignore[arg-type]
    except csv.Error as error:
        problems.append(Problem(Place(file), "csv", f"this is no sheet: {error}", "Save it as CSV (UTF-8)."))
    return rows, problems


def _write(writer: object, *cells: str) -> None: ...
