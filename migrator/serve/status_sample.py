"""Boards that nobody is shown: with everything and with nothing on them, to try templates and words before a visitor does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from migrator.pages.progress import Counts, Group, Move, Point, Progress, Week
from migrator.pages.updates import Kind, Update
from migrator.rules.rule import Site
from migrator.serve.language import Words
from migrator.serve.status_board import Board, Names, board_of
from migrator.serve.status_files import StatusContent

_SITE = Site("sample", ("old.example",), "http://old.example", "https://new.example")
_DAY = dt.date(2026, 11, 24)
_COUNTS = Counts(moved=1200, gone=30, kept=20, not_yet=1750)


def sample_boards(words: Words) -> Iterator[Board]:
    """A full one and an empty one."""
    for content in (StatusContent(progress={_SITE.name: _progress()}, updates=tuple(_updates())), StatusContent()):
        yield board_of(
            content,
            _SITE,
            words,
            names=Names(),
            address="https://old.example/_transition/",
            default="en",
            site_name="Sample",
            today=_DAY,
        )


def _progress() -> Progress:
    groups = [Group(name=name, pages=_COUNTS, visits=_COUNTS) for name in ("/news/", "en", "")]
    since = _DAY - dt.timedelta(days=6)
    move = Move(title="Sample", old="/sample.html", new="https://new.example/sample", date=_DAY)
    history = [Point(date=day, pages=_COUNTS, visits=_COUNTS) for day in (since - dt.timedelta(days=7), since, _DAY)]
    return Progress(
        generated=dt.datetime.combine(_DAY, dt.time(9, 30), dt.UTC),
        pages=_COUNTS,
        visits=_COUNTS,
        sections=groups,
        languages=groups,
        week=Week(since=since, until=_DAY, count=3, moves=[move]),
        history=history,
    )


def _updates() -> Iterator[Update]:
    for kind in Kind:
        yield Update(name=kind, title="Sample", date=_DAY, kind=kind, language="", text="Text", is_pinned=True)
    yield Update(name="over", title="Sample", date=_DAY, kind=Kind.PROBLEM, language="ar", text="Text", resolved=_DAY)
    yield Update(name="long", title="Sample", date=_DAY, kind=Kind.UPDATE, language="", text="Text " * 1000)
