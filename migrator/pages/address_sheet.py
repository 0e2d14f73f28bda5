"""Sheets of addresses (CSV, TSV) as many tools export them; a column is known by its name or its look. Text to a harvest."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from migrator.errors import SourceError
from migrator.pages.address_list import TOO_LONG
from migrator.pages.cells import as_meant
from migrator.pages.harvest import Harvest

# In the order in which they are looked for: a sheet of backlinks has a `Source URL` too, a crawl's a `Redirect URL`.
ADDRESSES = (
    *("address", "target url", "url to", "original url", "requested_url", "old_url", "top pages", "landing page", "page path"),
    *("page path and screen class", "page path and query string", "full page url", "page location", "page url", "url", "urls"),
    *(
        "permalink",
        "page",
        "pages",
        "path",
        "uri",
        "link",
        "loc",
        "pages les plus populaires",
        "häufigste seiten",
        "páginas principales",
    ),
)
COUNTS = (
    *("clicks", "views", "page views", "pageviews", "screen page views", "unique pageviews", "sessions", "visits", "hits"),
    *("entrances", "visitors", "users", "count", "clics", "klicks", "aufrufe", "vues", "vistas"),
)
DAYS = ("date", "day")
_DELIMITERS = ",;\t|"
_LOOKED_AT = 50  # rows that show which column holds addresses, where none is named like one
_ADDRESS = re.compile(r"https?://\S+$|/(?!/)\S*$", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3}){1,4}$", re.ASCII)
_NUMBER = re.compile(r"(\d{1,15})(?:[.,]\d*)?$", re.ASCII)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?$", re.ASCII)
_Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns to read, by name or number from 1; "" for the one that is guessed. `visits` may be "none"."""

    address: str = ""
    visits: str = ""
    day: str = ""


def read_sheet(lines: Iterable[str | None], harvest: Harvest, columns: Columns = Columns()) -> list[str]:
    """Name the address of every row, with its visits; the names of the columns that were read.

    Raises SourceError where no column holds addresses, or a column that was asked for is not there.
    """
    rows = _rows(lines, harvest)
    first = list(islice(rows, _LOOKED_AT))
    if not first:
        return []
    names, body = _head(first)
    places = _places(names, body, columns)
    for line, cells in chain(body, rows):
        _take(line, cells, places, harvest)
    return [names[place] if place < len(names) else str(place + 1) for place in places if place is not None]


def _rows(lines: Iterable[str | None], harvest: Harvest) -> Iterator[_Row]:
    """Every row that is not blank, with its line; comments before the first are skipped, as some exports begin with them."""
    numbered = enumerate(lines, start=1)
    start = next(((number, line) for number, line in numbered if _is_first(line)), None)
    if start is None:
        return
    delimiter = _delimiter(start[1] or "")
    last = start[0] - 1

    def text() -> Iterator[str]:
        nonlocal last
        for last, line in chain([start], numbered):
            if line is None:
                harvest.refuse("", last, TOO_LONG)
            elif last != start[0] or not line.lower().startswith("sep="):
                yield f"{line}\n"

    reader = csv.reader(text(), delimiter=delimiter)
    while True:
        begun = last + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # a quotation mark without its other half, mostly; the reader goes on behind it
            harvest.refuse("", begun, f"no row of a sheet ({error})")
            continue
        if any(cell.strip() for cell in cells):
            yield (begun if begun <= last else last), cells


def _is_first(line: str | None) -> bool:
    return line is None or bool(line.strip() and not line.startswith("#"))


def _delimiter(line: str) -> str:
    if line.lower().startswith("sep=") and len(line) == 5:
        return line[4]
    return max(_DELIMITERS, key=line.count)


def _head(rows: Sequence[_Row]) -> tuple[list[str], Sequence[_Row]]:
    """The names of the columns, and the rows below; the first row is one of them unless an address stands in it."""
    names = [_name(cell) for cell in rows[0][1]]
    if any(map(_ADDRESS.match, names)):
        return [], rows
    return names, rows[1:]


def _name(cell: str) -> str:
    return " ".join(as_meant(cell).split()).lower()


def _places(names: Sequence[str], rows: Sequence[_Row], columns: Columns) -> tuple[int, int | None, int | None]:
    width = max(len(names), max((len(cells) for _, cells in rows), default=0))
    address = _asked_for(columns.address, names, width)
    if address is None:
        address = _named(ADDRESSES, names)
    if address is None:
        address = _seen(rows, width)
    if address is None:
        raise SourceError(f"no column holds addresses\n    name it with --column{_choice(names)}")
    visits = None if columns.visits == "none" else _asked_for(columns.visits, names, width)
    if visits is None and not columns.visits:
        visits = _named(COUNTS, names)
    day = _asked_for(columns.day, names, width)
    return address, visits, _named(DAYS, names) if day is None else day


def _asked_for(column: str, names: Sequence[str], width: int) -> int | None:
    if not column:
        return None
    if _name(column) in names:
        return names.index(_name(column))
    if column.isascii() and column.isdigit() and 0 < int(column[:9]) <= width:
        return int(column) - 1
    raise SourceError(f"there is no column `{column}`\n    name another, or give its number{_choice(names)}")


def _choice(names: Sequence[str]) -> str:
    return f"; there are: {', '.join(filter(None, names[:30]))}" if any(names) else ""


def _named(wanted: Iterable[str], names: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _seen(rows: Sequence[_Row], width: int) -> int | None:
    """The column with the most addresses, if most of its cells are some."""
    counts = [
        sum(len(cells) > place and bool(_ADDRESS.match(cells[place].strip())) for _, cells in rows) for place in range(width)
    ]
    best = max(counts, default=0)
    return counts.index(best) if best * 2 > len(rows) else None


def _take(line: int, cells: Sequence[str], places: tuple[int, int | None, int | None], harvest: Harvest) -> None:
    def cell(place: int | None) -> str:
        return "" if place is None or place >= len(cells) else as_meant(cells[place]).strip()

    address, visits, day = map(cell, places)
    harvest.name(address, line, day_of(day), count_of(visits))


def count_of(cell: str) -> int:
    """A count as people and tools write it, thousands grouped or not; 0 where it is none."""
    if _GROUPED.match(cell):
        return int("".join(filter(str.isdecimal, cell)))
    number = _NUMBER.match(cell)
    return int(number[1]) if number else 0


def day_of(cell: str) -> dt.date | None:
    """The day of 2026-11-24, 20261124 and 2026-11-24 10:00; None where it is none of these."""
    match = _DAY.match(cell)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
