"""When an unreachable upstream is left alone, moment by moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.serve.breaker import Breaker


def test_it_opens_at_the_fifth_failure_within_ten_seconds() -> None:
    breaker = Breaker()

    opened = [breaker.failed(second) for second in (0.0, 2.5, 5.0, 7.5, 10.0)]

    assert opened == [False, False, False, False, True]
    assert breaker.is_open


def test_failures_far_apart_do_not_open_it() -> None:
    breaker = Breaker()

    assert not any(breaker.failed(float(second)) for second in range(0, 300, 3))
    assert breaker.allows(300.0)


def test_a_success_wipes_the_failures_away() -> None:
    breaker = Breaker()
    for second in range(4):
        breaker.failed(float(second))
    breaker.succeeded()

    assert not breaker.failed(4.0)
    assert not breaker.is_open


def test_open_it_lets_one_probe_through_every_five_seconds() -> None:
    breaker = Breaker()
    for _ in range(5):
        breaker.failed(0.0)

    allowed = [tenth / 10 for tenth in range(160) if breaker.allows(tenth / 10)]

    assert allowed == [5.0, 10.0, 15.0]


def test_a_probe_that_succeeds_closes_it_and_one_that_fails_does_not() -> None:
    breaker = Breaker()
    for _ in range(5):
        breaker.failed(0.0)

    assert breaker.allows(5.0)
    assert not breaker.failed(5.1)
    assert not breaker.allows(6.0)
    assert breaker.allows(10.0)
    breaker.succeeded()
    assert breaker.allows(10.0)
    assert not breaker.is_open


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60))
def test_a_closed_breaker_always_allows_and_an_open_one_at_most_one_probe_in_five_seconds(
    story: list[tuple[float, bool]],
) -> None:
    breaker, now, last_probe = Breaker(), 0.0, float("-inf")
    for pause, reachable in story:
        now += pause
        was_open = breaker.is_open
        if not breaker.allows(now):
            assert was_open
            continue
        if was_open:
            assert now - last_probe >= 5.0
            last_probe = now
        if reachable:
            breaker.succeeded()
            last_probe = float("-inf")
            assert not breaker.is_open
        else:
            breaker.failed(now)
