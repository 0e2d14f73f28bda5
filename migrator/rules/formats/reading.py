"""What reading a file of another dialect comes to: rules without a site yet, and every row that is none, with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from migrator.errors import Level, Place, Problem
from migrator.rules.pattern import LOOKS_LIKE_PATTERN
from migrator.rules.rule import STATUSES, Home, Kind, QueryMode, Rule
from migrator.urls import split_url

LONGEST = 8192  # characters of an address; no server takes a longer one
DEFAULT = 301
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NO_SCHEME = re.compile(r"(?:\*\.)?[\w.-]+\.[a-z]{2,}(?::\d+)?(?=/|$)", re.IGNORECASE)


@dataclass(slots=True)
class Reading:
    """Gathers what a reader finds. `status` is what a row has that says none; `rows` counts what stands in the file."""

    file: str
    status: int = DEFAULT
    rules: list[Rule] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    rows: int = 0

    def add(
        self,
        line: int,
        source: str,
        to: str,
        status: int | str | None = None,
        *,
        kind: Kind = Kind.EXACT,
        query: QueryMode = QueryMode.KEEP,
        serve: Home | None = None,
        note: str = "",
    ) -> None:
        """Take a rule, or skip it where it can be none. Status 410 is gone; a source may lack its first slash."""
        self.rows += 1
        code = self._code(status)
        if code is None:
            self.skip(line, f"`{status}` is no status of a redirect", "Known are 301, 302, 303, 307, 308 and 410.", row=False)
        elif serve is None and code != 410 and code not in STATUSES:
            self.skip(line, f"a rule with status {code} sends nobody on", "Such rules stay where they are.", row=False)
        elif why := _why_not(source, to, kind, code, serve):
            self.skip(line, why, row=False)
        else:
            gone = code == 410 and serve is None
            clean = " ".join(note.split())[:500]
            source = source if kind is Kind.REGEX else with_scheme(source)
            target = "" if gone or serve else to
            place = Place(self.file, line, 1)
            answer = 301 if gone or serve else code
            self.rules.append(Rule("", source, kind, place, target, gone, serve, answer, query, note=clean))

    def add_wild(
        self, line: int, source: str, to: str, status: int | str | None = None, *, query: QueryMode = QueryMode.KEEP
    ) -> None:
        """Take a rule of a dialect that has our own wildcards: `*` at the end, and `:name` for a segment."""
        kind = Kind.PATTERN if LOOKS_LIKE_PATTERN.search(split_url(source)[1]) else Kind.EXACT
        self.add(line, source, to, status, kind=kind, query=query)

    def skip(self, line: int, why: str, mend: str = "", *, row: bool = True) -> None:
        """Note a row that gives no rule."""
        self.rows += row
        self.skipped.append(Problem(Place(self.file, line, 1), "import-skipped", why, mend, Level.WARNING))

    def fail(self, line: int, why: str, mend: str = "", column: int = 1) -> None:
        """Note what keeps the file from being read as what it is said to be."""
        place = Place(self.file, line, column) if line else Place(self.file)
        self.skipped.append(Problem(place, "import-unreadable", why, mend))

    def _code(self, status: int | str | None) -> int | None:
        if status is None or status == "":
            return self.status
        words = {"gone": 410, "permanent": 301, "temp": 302, "temporary": 302, "seeother": 303}
        text = str(status).strip().lower()
        number = text.partition(" ")[0].removesuffix(".0")  # as spreadsheets (301.0) and people (302 Found) write it
        return words.get(text) or (int(number) if number.isdecimal() and len(number) == 3 else None)


def with_scheme(source: str) -> str:
    """A source as redirects.yaml writes it: with a scheme where it begins with a host, else with its first slash."""
    if source.startswith("/") or "://" in source[:8].lower():
        return source
    return f"http://{source}" if _NO_SCHEME.match(source) else f"/{source}"


def _why_not(source: str, to: str, kind: Kind, code: int, serve: Home | None) -> str:
    if not source:
        return "the row has no old address"
    if not to and code != 410 and serve is None:
        return f"`{source[:200]}` leads nowhere"
    if max(len(source), len(to)) > LONGEST:
        return f"an address of more than {LONGEST:,} characters"
    if _CONTROL.search(source) or _CONTROL.search(to):
        return "an address with a control character in it"
    if kind is not Kind.REGEX and "#" in source:
        return f"`{source[:200]}` has a fragment, which no server is ever asked for"
    return ""
