"""The errors a user can meet, as one tree. Nothing here may import another room.

MigratorError
├── ConfigError          redirects.yaml or a setting cannot be used (exit 2); carries every problem found
├── PublishError         a map that must not be written: it would not pass its own checks, or changed meanwhile (exit 1)
├── StoreError           the store cannot be opened, read or written (exit 3)
│   ├── SearchIndexError     there is no search index, or it cannot be used
│   └── SearchTooLong        a search took longer than it may
├── CrawlError           a crawl could not start or finish (exit 3)
├── SourceError          a file of addresses cannot be read as what it is or is said to be (exit 2)
├── RefusalError         what is asked for does not fit what is there: no such crawl, or a file that holds work (exit 2)
├── MissingExtraError    a part needs an optional package that is not installed (exit 2)
└── UpstreamError        the legacy or the new site did not answer as HTTP asks
    ├── UpstreamUnreachable   no connection could be made
    └── UpstreamTimeout       connected, but no answer in time
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How grave a problem is: an error stops the map from being served; a warning is to be mended, a note to be known."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(NamedTuple):
    """A spot in a text file; line and column count from 1, and 0 means the file as a whole. A map has one for each rule."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where, and how to mend it."""

    place: Place
    code: str
    message: str
    mend: str = ""
    level: Level = Level.ERROR

    def __str__(self) -> str:
        mend = f"\n    {self.mend}" if self.mend else ""
        return f"{self.place}: {self.level}: {self.message} [{self.code}]{mend}"


class MigratorError(Exception):
    """The root of the tree; `exit_code` is what the command line ends with."""

    exit_code = 3


class ConfigError(MigratorError):
    """A file or setting that cannot be used. `problems` holds every one found, in file order."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class PublishError(MigratorError):
    """The new map was refused; the file on disk is untouched."""

    exit_code = 1

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([message, *map(str, self.problems)]))


class StoreError(MigratorError):
    """The store cannot be opened, read or written."""


class SearchIndexError(StoreError):
    """There is no search index, or it cannot be used; `migrator search build` makes one."""


class SearchTooLong(StoreError):
    """A search took longer than it may."""


class CrawlError(MigratorError):
    """A crawl could not start or finish."""


class SourceError(MigratorError):
    """A file of addresses cannot be read as what it is, or is said to be."""

    exit_code = 2


class RefusalError(MigratorError):
    """What is asked for does not fit what is there; the command itself was well formed."""

    exit_code = 2


class MissingExtraError(MigratorError):
    """An optional package is not installed; the message says how to install it."""

    exit_code = 2

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the optional part '{extra}': pip install 'migrator[{extra}]'")


class UpstreamError(MigratorError):
    """An upstream site did not answer as HTTP asks."""


class UpstreamUnreachable(UpstreamError):
    """No connection to the upstream could be made."""


class UpstreamTimeout(UpstreamError):
    """The upstream took the request and did not answer in time."""
