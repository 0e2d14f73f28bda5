"""What changed between two crawls of a site, page by page, and the same as a sheet. Who has the pages is not said here."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from migrator.pages.cells import unmistakable
from migrator.pages.page import Page

COLUMNS = ("change", "url", "before", "after")


class Kind(StrEnum):
    """What is otherwise than it was, gravest first."""

    REMOVED = "removed"
    STATUS = "status"
    TARGET = "redirect target"
    CANONICAL = "canonical"
    TITLE = "title"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about one address. Of one that was added or removed, `after` or `before` is its status; the other is ""."""

    kind: Kind
    url: str
    before: str = ""
    after: str = ""


_Facts = tuple[str, str, str, str, str]  # url, then STATUS to TITLE


def changes(before: Iterable[Page], after: Iterable[Page], key: Callable[[str], str]) -> Iterator[Change]:
    """Every change, in the order of `after`, and last what was removed, in the order of `before`.

    Two addresses with the same `key` are one, however they are spelled. What another status or redirect target brings with it,
    such as another title, is not told.
    """
    known: dict[str, _Facts] = {key(page.url): _facts(page) for page in before}
    for page in after:
        url, *now = _facts(page)
        former = known.pop(key(page.url), None)
        if former is None:
            yield Change(Kind.ADDED, url, after=now[0])
            continue
        compared = zip((Kind.STATUS, Kind.TARGET, Kind.CANONICAL, Kind.TITLE), former[1:], now, strict=True)
        differing = [Change(kind, url, was, is_now) for kind, was, is_now in compared if was != is_now]
        is_another = any(change.kind in (Kind.STATUS, Kind.TARGET) for change in differing)
        yield from (change for change in differing if not is_another or change.kind in (Kind.STATUS, Kind.TARGET))
    for url, status, *_ in known.values():
        yield Change(Kind.REMOVED, url, before=status)


def as_sheet(found: Iterable[Change]) -> Iterator[str]:
    """The lines of a CSV file, heading first. No cell can be taken for a formula."""
    yield _line(COLUMNS)
    for change in found:
        yield _line((change.kind, change.url, change.before, change.after))


def _facts(page: Page) -> _Facts:
    status = str(page.status) if page.status else "no answer"
    return page.url, status, page.final_url if page.hops else "", page.content.canonical, page.content.title


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(map(unmistakable, cells))
    return line.getvalue()
