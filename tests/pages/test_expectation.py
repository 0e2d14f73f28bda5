"""What an old address must answer, beside what it did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.expectation import ANY_PAGE, Expected, Outcome, Seen, expected_of, faults_of, outcome_of
from tests.rules.making import decide, table

OLD, NEW = "http://www.old.example/a", "https://www.new.example/b"
GOOD = Seen(301, NEW, 1, NEW, 200)
MOVED = Expected(OLD, 301, NEW)


@pytest.mark.parametrize(
    ("rules", "status", "location"),
    [
        ("redirects: {/a: /b}", 301, NEW),
        ("rules: [{from: /a, to: /b, status: 302}]", 302, NEW),
        ("rules: [{from: /a, gone: true}]", 410, ""),
        ("rules: [{from: /a, serve: legacy}]", ANY_PAGE, ""),
        ("redirects: {/other: /b}", ANY_PAGE, ""),
    ],
)
def test_what_is_expected_is_what_the_map_decides(rules: str, status: int, location: str) -> None:
    expected = expected_of(OLD, decide(table(rules), OLD))

    assert (expected.url, expected.status, expected.location) == (OLD, status, location)


def test_a_page_that_stays_may_answer_what_it_did_before() -> None:
    decision = decide(table("redirects: {/other: /b}"), OLD)

    assert faults_of(expected_of(OLD, decision, 404), Seen(404)) == []
    assert [fault.kind for fault in faults_of(expected_of(OLD, decision), Seen(404))] == ["status"]


@pytest.mark.parametrize(
    ("seen", "kinds"),
    [
        (GOOD, []),
        (GOOD._replace(status=302), ["status"]),
        (Seen(301, f"{NEW}/c"), ["target"]),
        (Seen(301, NEW.upper()), ["target"]),
        (Seen(200), ["status", "target"]),
        (GOOD._replace(hops=2), ["hops"]),
        (GOOD._replace(final_status=404), ["final-status"]),
        (GOOD._replace(canonical=NEW), []),
        (GOOD._replace(canonical=f"{NEW}/"), ["canonical"]),
        (GOOD._replace(noindex=True), ["noindex"]),
        (GOOD._replace(hops=3, final_status=500, noindex=True), ["hops", "final-status", "noindex"]),
        (GOOD._replace(final_status=0, error="no answer"), []),
    ],
)
def test_each_difference_is_a_fault_of_its_kind(seen: Seen, kinds: list[str]) -> None:
    assert [fault.kind for fault in faults_of(MOVED, seen)] == kinds


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (GOOD, Outcome.PASSED),
        (GOOD._replace(status=302), Outcome.FAILED),
        (Seen(error="no answer"), Outcome.UNCHECKED),
        (Seen(301, NEW, 1, NEW, error="no answer"), Outcome.UNCHECKED),
        (Seen(302, NEW, 1, NEW, error="no answer"), Outcome.FAILED),
    ],
)
def test_what_could_not_be_seen_is_neither_good_nor_bad_unless_something_is_wrong_already(seen: Seen, outcome: Outcome) -> None:
    assert outcome_of(MOVED, seen) is outcome


def test_a_fragment_is_part_of_the_target() -> None:
    expected = Expected(OLD, 301, f"{NEW}#top")

    assert faults_of(expected, GOOD._replace(location=f"{NEW}#top")) == []
    assert [fault.kind for fault in faults_of(expected, GOOD)] == ["target"]


@given(st.sampled_from((301, 302, 307, 308, 404, 410, 200)), st.sampled_from((301, 302, 307, 308, 404, 410, 200)))
def test_an_exact_status_is_met_by_itself_alone(expected: int, seen: int) -> None:
    assert (faults_of(Expected(OLD, expected), Seen(seen)) == []) == (expected == seen)
