"""Tables for people: on a terminal as wide as it is, elsewhere lines with tabs. What stands in them is said elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Literal

import click

NARROWEST = 24  # characters of the column that is never cut
READABLE = 16  # characters of another column, if there is room
GAP = 2


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]], widest: str) -> None:
    """Write rows to stdout. On a terminal, cells that do not fit are cut, but for the column `widest`, which goes over lines.

    Where not even that fits, the last columns are left out.
    """
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(map(plain, row)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    headings = [heading for place, heading in enumerate(headings) if _fit(headings[: place + 1], widest, console.width)]
    values = [row[: len(headings)] for row in rows]
    cells = [[Text(plain(cell)) for cell in row] for row in values]  # as text: a title may look like markup
    natural = [max([len(headings[place]), *(row[place].cell_len for row in cells)]) for place in range(len(headings))]
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    for heading, width in zip(headings, _widths(headings, natural, widest, console.width), strict=True):
        is_widest, place = heading == widest, len(table.columns)
        of_numbers = bool(values) and all(row[place] is None or isinstance(row[place], int) for row in values)
        side: Literal["left", "right"] = "right" if of_numbers else "left"
        overflow: Literal["fold", "ellipsis"] = "fold" if is_widest else "ellipsis"
        table.add_column(heading, width=width, no_wrap=not is_widest, overflow=overflow, justify=side)
    for row in cells:
        table.add_row(*row)
    console.print(table)


def plain(cell: object) -> str:
    """A cell as one line of visible characters."""
    text = "" if cell is None else str(cell)
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)


def _fit(headings: Sequence[str], widest: str, room: int) -> bool:
    """Whether columns can be as wide as what stands above them."""
    needed = sum(NARROWEST if heading == widest else len(heading) for heading in headings) + GAP * (len(headings) - 1)
    return len(headings) == 1 or needed <= room


def _widths(headings: Sequence[str], natural: Sequence[int], widest: str, room: int) -> list[int]:
    """How wide each column may be: long ones are cut first, then that which can go over lines, and then all as far as need be."""
    widths = list(natural)
    others = sorted((place for place, heading in enumerate(headings) if heading != widest), key=lambda place: -widths[place])
    folded = [place for place, heading in enumerate(headings) if heading == widest]
    for places, least in ((others, READABLE), (folded, NARROWEST), (others, 0)):
        for place in places:
            over = sum(widths) + GAP * (len(widths) - 1) - room
            widths[place] -= max(0, min(over, widths[place] - max(least, len(headings[place]))))
    return widths
