"""What a site and a rule are, as values: what redirects.yaml says, with its places. No look-up and no text format here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from migrator.errors import Place
from migrator.urls import Folding

PERMANENT_TO_TEMPORARY = {301: 302, 308: 307}
METHOD_KEEPING = {301: 308, 302: 307, 303: 307}
STATUSES = (301, 302, 303, 307, 308)


class Kind(StrEnum):
    """How a rule's source is read."""

    EXACT = "exact"
    PATTERN = "pattern"  # a subtree (/press/*), placeholders (/:year/:slug), or both
    REGEX = "regex"


class QueryMode(StrEnum):
    """What becomes of the request's query: carried to the target, dropped, or part of what must match to the letter."""

    KEEP = "keep"
    DROP = "drop"
    EXACT = "exact"


class Home(StrEnum):
    """Where an address that no redirect answers is served from."""

    LEGACY = "legacy"
    NEW = "new"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Site:
    """One site that moves. `hosts` are canonical; `legacy`, `new` and `new_upstream` are absolute http(s) URLs."""

    name: str
    hosts: tuple[str, ...]
    legacy: str
    new: str
    new_upstream: str = ""
    allowed_targets: tuple[str, ...] = ()
    folding: Folding = field(default_factory=Folding)
    unmapped: Home = Home.LEGACY
    archive: str = ""
    cache: int = 3600  # seconds of max-age on redirects
    soak: dt.timedelta = dt.timedelta(0)
    place: Place = field(default_factory=lambda: Place("redirects.yaml"))

    def upstream(self, home: Home) -> str:
        """The URL that pages of that home come from, or "" where there is none."""
        return {Home.LEGACY: self.legacy, Home.NEW: self.new_upstream}.get(home, "")


@dataclass(frozen=True, slots=True)
class Example:
    """A request and the answer its author expects: `to` is a target, or "gone", "legacy", "new" or "not_found"."""

    url: str
    to: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Exactly one of `to`, `gone` and `serve` is set; `source` is as written in the file."""

    site: str
    source: str
    kind: Kind
    place: Place
    to: str = ""
    gone: bool = False
    serve: Home | None = None
    status: int = 301
    query: QueryMode = QueryMode.KEEP
    suggest: str = ""
    archive: str = ""
    note: str = ""
    added: dt.date | None = None
    starts: dt.date | None = None
    ends: dt.date | None = None
    examples: tuple[Example, ...] = ()
    allow: tuple[tuple[str, str], ...] = ()  # codes of findings that are none here, each with the reason

    def is_active(self, today: dt.date | None) -> bool:
        """Whether the rule holds on that day (UTC); `ends` is the first day on which it no longer does."""
        if today is None:
            return True
        return (self.starts is None or self.starts <= today) and (self.ends is None or today < self.ends)
