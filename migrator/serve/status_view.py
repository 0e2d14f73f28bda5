"""What the status page's template is given: texts, numbers and lengths of bars, worked out. No HTML but that of the updates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrator.pages.markdown import markdown_html
from migrator.pages.progress import OTHERS, Counts, Group, Move, Point, Progress, Standing
from migrator.pages.updates import Kind, Update
from migrator.serve.language import direction_of
from migrator.serve.language_names import language_name
from migrator.serve.status_board import Board
from migrator.urls import origin_of

MOST_GROUPS = 10  # sections, and languages, on the page
MOST_MOVES = 12
MOVES_BUDGET = 3_000  # bytes
MOST_ROWS = 8  # of history in its table
MOST_POINTS = 60  # of the line
BUDGET = 6_500  # bytes for the texts of updates; what comes later is in the feeds
LONGEST_UPDATE = 3_000
_AROUND = 320  # bytes of markup around an update or a move, about
CHART = (600, 150)  # width and height in the chart's own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table. `start` and `length` are of its bar, in percent of the whole, from the left."""

    name: str
    pages: str
    share: str
    visits: str
    start: str
    length: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One update as it is shown: `html` "" where it is too long; `language` and `direction` where they are not the page's."""

    update: Update
    html: str
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The course of the move: `line` and `area` are points of SVG; `rows` the same for reading."""

    line: str
    area: str
    first: Point
    last: Point
    rows: Sequence[tuple[Point, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page's parts in their order; those without anything to say are empty or None."""

    board: Board
    standings: Sequence[Row]
    sections: Sequence[Row]
    languages: Sequence[Row]
    chart: Chart | None
    moves: Sequence[Move]
    problems: Sequence[Entry]
    next: Sequence[Entry]
    updates: Sequence[Entry]
    left_out: bool


def view_of(board: Board) -> View:
    """Everything that the template needs, of bounded size whatever the board holds."""
    progress = board.progress
    texts = _Texts(board)
    problems = texts.entries(one for one in board.updates if one.is_open_problem)
    coming = texts.entries(one for one in board.updates if one.kind is Kind.NEXT)
    others = [one for one in board.updates if not one.is_open_problem and one.kind is not Kind.NEXT]
    updates = texts.entries(sorted(others, key=lambda one: not one.is_pinned))
    return View(
        board=board,
        standings=_standings(board, progress) if progress else (),
        sections=_groups(board, progress.sections) if progress else (),
        languages=_languages(board, progress) if progress else (),
        chart=_chart(board, progress.history) if progress else None,
        moves=_short_moves(progress.week.moves) if progress else (),
        problems=problems,
        next=coming,
        updates=updates,
        left_out=texts.left_out,
    )


class _Texts:
    """Renders updates until their budget is spent: each whole or, by its title alone, as one to read in the feed."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._left = BUDGET
        self.left_out = False

    def entries(self, updates: Iterable[Update]) -> list[Entry]:
        shown = []
        for update in updates:
            html = markdown_html(update.text)
            size = len(html.encode()) + len(update.title.encode()) + _AROUND
            if size > min(LONGEST_UPDATE, self._left):
                html, size, self.left_out = "", len(update.title.encode()) + _AROUND, True
            if size > self._left:
                break
            self._left -= size
            language = update.language or self._board.default
            is_foreign = language.partition("-")[0] != self._board.words.tag.partition("-")[0]
            tag = language if is_foreign else ""
            shown.append(Entry(update=update, html=html, language=tag, direction=direction_of(language) if tag else ""))
        return shown


def _standings(board: Board, progress: Progress) -> list[Row]:
    """Moved, gone, kept and not yet, each with its piece of the one bar; kept only where there is any."""
    rows, before = [], 0.0
    for standing in Standing:
        pages, visits = progress.pages.of(standing), progress.visits.of(standing)
        if standing is Standing.KEPT and not (pages or visits):
            continue
        length = 100 * pages / progress.pages.total if progress.pages.total else 0.0
        start = 100 - before - length if board.words.direction == "rtl" else before
        before += length
        rows.append(
            Row(
                name=board.words.text(f"status_{standing}"),
                pages=board.number(pages),
                share=board.share(pages, progress.pages.total),
                visits=board.share(visits, progress.visits.total),
                start=f"{max(0.0, start):.2f}",
                length=f"{length:.2f}",
                kind=str(standing),
            )
        )
    return rows


def _groups(board: Board, groups: Sequence[Group], names: dict[str, str] | None = None) -> list[Row]:
    """The largest groups, and one line for the rest; none where there is nothing to tell apart."""
    named = [one for one in groups if one.name != OTHERS]
    if not named or len(groups) == 1:
        return []
    shown, rest = named[:MOST_GROUPS], [*named[MOST_GROUPS:], *(one for one in groups if one.name == OTHERS)]
    rows = [_group_row(board, (names or {}).get(one.name, one.name), one.pages, one.visits) for one in shown]
    if rest:
        pages, visits = _sum(one.pages for one in rest), _sum(one.visits for one in rest)
        rows.append(_group_row(board, board.words.text("status_others"), pages, visits))
    return rows


def _languages(board: Board, progress: Progress) -> list[Row]:
    return _groups(board, progress.languages, {one.name: language_name(one.name) for one in progress.languages if one.name})


def _group_row(board: Board, name: str, pages: Counts, visits: Counts) -> Row:
    length = 100 * pages.moved / pages.total if pages.total else 0.0
    return Row(
        name=name,
        pages=board.number(pages.total),
        share=board.share(pages.moved, pages.total),
        visits=board.share(visits.moved, visits.total),
        start=f"{100 - length:.1f}" if board.words.direction == "rtl" else "0",
        length=f"{length:.1f}",
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    found = list(counts)
    return Counts(**{standing.value: sum(one.of(standing) for one in found) for standing in Standing})


def _chart(board: Board, history: Sequence[Point]) -> Chart | None:
    """The share of pages that had moved, day by day; None of a single day, which is no course."""
    days = [point for point in history if point.pages.total]
    if len(days) < 2:
        return None
    width, height = CHART
    first, span = days[0].date, (days[-1].date - days[0].date).days or 1
    places = []
    for point in _spread(days, MOST_POINTS):
        across = width * (point.date - first).days / span
        across = width - across if board.words.direction == "rtl" else across
        places.append((across, height * (1 - point.pages.moved / point.pages.total)))
    line = " ".join(f"{across:.0f},{down:.1f}" for across, down in places)
    area = f"{places[0][0]:.0f},{height} {line} {places[-1][0]:.0f},{height}"
    rows = [(point, board.share(point.pages.moved, point.pages.total)) for point in _spread(days, MOST_ROWS)]
    return Chart(line=line, area=area, first=days[0], last=days[-1], rows=rows)


def _spread(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many of these at even distances, the first and the last among them."""
    last = len(points) - 1
    steps = min(most - 1, last)
    return [points[round(last * step / steps)] for step in range(steps + 1)]


def _short_moves(moves: Sequence[Move]) -> Sequence[Move]:
    """The most visited ones that lead somewhere, within the budget."""
    shown: list[Move] = []
    left = MOVES_BUDGET
    for move in moves:
        size = len(move.new) + len((move.title or move.old).encode()) + _AROUND // 4
        if origin_of(move.new) and size <= left and len(shown) < MOST_MOVES:
            shown.append(move)
            left -= size
    return shown


def moment(time: dt.datetime) -> str:
    """Hours and minutes (UTC)."""
    return f"{time.astimezone(dt.UTC):%H:%M}"
