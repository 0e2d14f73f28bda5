"""What visitors asked for, counted: hits of rules, and addresses that are missing. Values only; nobody who asked is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

Name = TypeVar("Name")

OTHERS = "(others)"  # stands for all for which there was no room


class Lack(StrEnum):
    """How an address is missing."""

    NOT_FOUND = "not_found"  # the map says so: a rule, or `unmapped: not_found`
    ABSENT = "absent"  # no rule, and the old site itself has nothing there
    GONE = "gone"  # a rule says that it is gone for good
    UNMAPPED = "unmapped"  # no rule; the old site answers as long as it is there


class RuleName(NamedTuple):
    """A rule by what it says of old addresses, which an edit elsewhere in the file does not change as it does its line."""

    site: str
    kind: str  # exact, pattern or regex
    source: str


class MissingName(NamedTuple):
    """An address that is missing: a look-up key, or OTHERS."""

    site: str
    lack: str
    key: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What was counted on one day (an ISO date, UTC) since the batch before."""

    day: str
    hits: Mapping[RuleName, int] = field(default_factory=dict)
    missing: Mapping[MissingName, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hits or self.missing)

    def with_(self, other: Batch) -> Batch:
        """Both as one. They must be of one day."""
        return Batch(self.day, _sum(self.hits, other.hits), _sum(self.missing, other.missing))


@dataclass(frozen=True, slots=True)
class Hits:
    """The visits of one rule over some days (ISO dates)."""

    name: RuleName
    count: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Missed:
    """The visits of one missing address over some days (ISO dates)."""

    name: MissingName
    count: int
    first: str
    last: str


def _sum(one: Mapping[Name, int], other: Mapping[Name, int]) -> dict[Name, int]:
    found = dict(one)
    for name, count in other.items():
        found[name] = found.get(name, 0) + count
    return found
