"""Suggestions as a spreadsheet and back: values to text, text to values. Files are opened elsewhere."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from migrator.errors import Place, Problem
from migrator.pages.cells import as_meant, unmistakable
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Answer
from migrator.urls import origin_of, split_url

COLUMNS = ("old_url", "new_url", "confidence", "rank", "evidence")
REQUIRED = ("old_url", "new_url")
VERDICT = "verdict"


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
    """The sheet of these suggestions: a row per candidate, best first, or one row without a new address where none matches.

    Addresses are paths where they lie on the base of their side. No cell can be taken for a formula.
    """
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COLUMNS)
    for suggestion in suggestions:
        writer.writerows([unmistakable(cell) for cell in cells] for cells in _lines(suggestion, legacy_base, new_base))
    return sheet.getvalue()


def read_rows(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """The rows of a sheet, and what is wrong with the others, each with its line.

    Comma, semicolon or tab; a byte order mark and a line `sep=;` are skipped; columns go by name, in any order.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    names: list[str] = []
    try:
        for line, cells in _cells(text.removeprefix("\ufeff")):
            place = Place(file, line, 1)
            if not names:
                names = [cell.strip().lower() for cell in cells]
                if unfit := _unfit_head(names, place):
                    return [], [unfit]
                continue
            if VERDICT not in names and (stray := _stray_verdict(names, cells)):
                return [], [_misnamed(stray, place)]
            row = _row(dict(zip(names, map(as_meant, cells), strict=False)), place)
            if isinstance(row, Row):
                rows.append(row)
            else:
                problems.append(row)
    except csv.Error as error:
        problems.append(Problem(Place(file), "csv", f"this is no sheet: {error}", "Save it as CSV (UTF-8)."))
    if not names and not problems:
        problems.append(_headless(Place(file), REQUIRED))
    return rows, [*problems, *_contradictions(rows)]


def _lines(suggestion: Suggestion, legacy_base: str, new_base: str) -> Iterator[tuple[str, ...]]:
    old = _short(suggestion.old_url, legacy_base)
    for rank, candidate in enumerate(suggestion.candidates, start=1):
        evidence = [*candidate.evidence, suggestion.remark] if rank == 1 and suggestion.remark else candidate.evidence
        yield old, _short(candidate.url, new_base), _rounded_down(candidate.confidence), str(rank), "; ".join(evidence)
    if not suggestion.candidates:
        yield old, "", "0", "1", suggestion.remark


def _short(url: str, base: str) -> str:
    """The path and query of `url` where it lies on the origin of `base`, else all of it."""
    if (origin := origin_of(url)) is None or origin != origin_of(base):
        return url
    _, path, query = split_url(url)
    if path.startswith("//"):  # would be read as a host
        return url
    return f"{path or '/'}?{query}" if query else path or "/"


def _rounded_down(confidence: float) -> str:
    """Four digits that never say more than the confidence: what is below 0.98 does not read 0.9800."""
    return f"{math.floor(confidence * 10_000 + 1e-6) / 10_000:.4f}"


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not blank, with its number."""
    head = text[:8192].partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    end = 0
    for cells in reader:
        start, end = end + 1, reader.line_num
        if any(cell.strip() for cell in cells) and not (start == 1 and cells[0].strip().lower() == "sep="):
            yield start, cells


def _row(cells: dict[str, str], place: Place) -> Row | Problem:
    old, new, verdict = (cells.get(name, "").strip() for name in ("old_url", "new_url", "verdict"))
    confidence, rank = _number(cells.get("confidence", "")), _number(cells.get("rank", "").strip() or "1")
    if not old:
        return Problem(place, "csv-row", "the row has no old address", "Fill in `old_url`, or delete the row.")
    if "\n" in old + new:
        said = "an address goes on over several lines: mostly a quotation mark without its other half"
        return Problem(place, "csv-row", said, "Delete the quotation mark, or the line break in the cell.")
    if confidence is None or not 0 <= confidence <= 1:
        return _unfit(place, cells["confidence"], "confidence", "a number from 0 to 1")
    if rank is None or rank < 1:
        return _unfit(place, cells["rank"], "rank", "1 for the best candidate")
    if verdict and verdict.lower() not in list(Answer):
        return _unfit(place, verdict, "verdict", f"one of {', '.join(Answer)}")
    answer = Answer(verdict.lower()) if verdict else None
    return Row(old, new, confidence, int(rank), cells.get("evidence", ""), answer, place)


def _unfit(place: Place, cell: str, kind: str, wanted: str) -> Problem:
    return Problem(place, "csv-row", f"`{cell}` is no {kind}", f"Write {wanted}, or leave the cell empty.")


def _number(cell: str) -> float | None:
    """A number with decimal point or comma; 0 where the cell is empty, None where it holds something else."""
    try:
        number = float(cell.strip().replace(",", ".") or 0)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _unfit_head(names: Sequence[str], place: Place) -> Problem | None:
    """What is wrong with the names of the columns; a verdict that nobody reads would be published as its opposite."""
    if missing := [name for name in REQUIRED if name not in names]:
        return _headless(place, missing)
    if VERDICT not in names and (alike := get_close_matches(VERDICT, names, n=1, cutoff=0.7)):
        return _misnamed(alike[0], place)
    if VERDICT not in names and "confidence" not in names:
        mend = f"Add a column `{VERDICT}`, with {', '.join(Answer)} in it, or a column `confidence`."
        return Problem(place, "csv-header", "no column tells what was decided", mend)
    return None


def _stray_verdict(names: Sequence[str], cells: Sequence[str]) -> str | None:
    """The column of another name that has nothing but a verdict in this row."""
    found = (
        name for name, cell in zip(names, cells, strict=False) if name not in COLUMNS and cell.strip().lower() in list(Answer)
    )
    return next(found, None)


def _misnamed(name: str, place: Place) -> Problem:
    said = f"the column `{name}` would not be read: what was decided stands in a column `{VERDICT}`"
    return Problem(place, "csv-header", said, f"Name it `{VERDICT}`, or delete it.")


def _contradictions(rows: Iterable[Row]) -> Iterator[Problem]:
    """Every verdict that says something else of an old address than a row above it."""
    decided: dict[str, Row] = {}
    for row in rows:
        if row.verdict is None:
            continue
        first = decided.setdefault(row.old_url, row)
        if _says(first) != _says(row):
            said = f"`{row.old_url}` is decided otherwise in line {first.place.line}"
            yield Problem(row.place, "csv-row", said, "Leave the verdict of one of the two rows empty.")


def _says(row: Row) -> str:
    return row.new_url if row.verdict in (Answer.ACCEPTED, Answer.CHANGED) else str(row.verdict)


def _headless(place: Place, missing: Iterable[str]) -> Problem:
    missing = tuple(missing)
    names = f"column{'s' if len(missing) > 1 else ''} {' and '.join(f'`{name}`' for name in missing)}"
    mend = f"It should read: {','.join(COLUMNS)}"
    return Problem(place, "csv-header", f"the first line does not name the {names}", mend)
