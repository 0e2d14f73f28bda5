"""What `verify` found, in the form that was asked for: text, JSON, JUnit, annotations, and a sheet of failures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrator.cli.check import counted
from migrator.cli.reports import Case, annotation, junit
from migrator.cli.sheets import sheet_text
from migrator.errors import Level
from migrator.pages.expectation import Expected, Fault, Outcome, Seen, faults_of, outcome_of

VERSION = 1  # of the JSON
COLUMNS = ("old_url", "outcome", "expected_status", "expected_target", "status", "target", "hops", "final_url", "faults", "rule")


@dataclass(frozen=True, slots=True)
class Result:
    """One address: what was expected and what was seen."""

    expected: Expected
    seen: Seen

    @property
    def outcome(self) -> Outcome:
        """Whether it passed."""
        return outcome_of(self.expected, self.seen)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong."""
        return faults_of(self.expected, self.seen)

    @property
    def told(self) -> str:
        """What is wrong, or why it could not be told, in one line."""
        return "; ".join(fault.text for fault in self.faults) or self.seen.error


def in_form(results: Sequence[Result], form: str, whole: bool) -> str:
    """The report; with `whole`, what passed stands in the text and the JSON too."""
    if form == "junit":
        return junit("migrator verify", map(_case, results))
    shown = [one for one in results if whole or one.outcome is not Outcome.PASSED]
    if form == "json":
        counts = {str(outcome): number for outcome, number in tally(results).items()}
        data = {"version": VERSION, **counts, "results": [_as_data(one) for one in shown]}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    lines = map(_annotated if form == "github" else _line, shown)
    return "".join(f"{line}\n" for line in lines)


def failures_sheet(results: Sequence[Result]) -> str:
    """A CSV of all that did not pass; no cell is a formula."""
    return sheet_text(COLUMNS, (_cells(one) for one in results if one.outcome is not Outcome.PASSED))


def tally(results: Sequence[Result]) -> dict[Outcome, int]:
    """How many of each outcome."""
    counts = Counter(one.outcome for one in results)
    return {outcome: counts[outcome] for outcome in Outcome}


def summary(results: Sequence[Result], base: str) -> str:
    """One line that sums the run up, and which faults there are most of."""
    counts = tally(results)
    kinds = Counter(fault.kind for one in results for fault in one.faults)
    faults = f" ({', '.join(f'{kind} {number:,}' for kind, number in kinds.most_common())})" if kinds else ""
    passed, failed, unchecked = (counts[outcome] for outcome in Outcome)
    told = f"{passed:,} passed, {failed:,} failed{faults}, {unchecked:,} could not be checked"
    return f"{base}: {counted(len(results), 'address', 'addresses')}: {told}"


def _line(one: Result) -> str:
    rule = f" [{one.expected.place}]" if one.expected.place else ""
    return f"{one.outcome}: {one.expected.url}{': ' * bool(one.told)}{one.told}{rule}"


def _annotated(one: Result) -> str:
    level = {Outcome.FAILED: Level.ERROR, Outcome.UNCHECKED: Level.WARNING}.get(one.outcome, Level.NOTE)
    return annotation(level, f"{one.expected.url}: {one.told or 'as expected'}", str(one.outcome), one.expected.place)


def _case(one: Result) -> Case:
    kind = one.faults[0].kind if one.faults else ""
    failed, unchecked = one.outcome is Outcome.FAILED, one.outcome is Outcome.UNCHECKED
    return Case("verify", one.expected.url, one.told if failed else "", one.told if unchecked else "", kind=kind)


def _as_data(one: Result) -> dict[str, object]:
    expected = one.expected
    return {
        "url": expected.url,
        "outcome": one.outcome,
        "expected": {"status": expected.status or None, "location": expected.location or None},
        "seen": one.seen._asdict(),
        "faults": [fault._asdict() for fault in one.faults],
        "rule": str(expected.place) if expected.place else None,
    }


def _cells(one: Result) -> Iterator[object]:
    expected, seen = one.expected, one.seen
    yield from (expected.url, one.outcome, expected.status or "a page", expected.location)
    yield from (seen.status, seen.location, seen.hops, seen.final_url, one.told, expected.place or "")
