"""A host is asked by one worker at a time, whichever crawl it belongs to, and rests in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.pages.page import Side
from migrator.store import turns
from migrator.store.store import Store
from migrator.store.turns import Turns
from migrator.store.workers import Worker

HOST = "h:8080"


@pytest.fixture
def joined(store: Store) -> Callable[..., Turns]:
    """A way to get the turns of one more worker."""

    def join(side: Side = Side.LEGACY, worker: Worker | None = None) -> Turns:
        frontier = store.frontier("main", side, worker)
        frontier.begin()
        return frontier.turns(HOST)

    return join


def test_one_at_a_time_has_a_turn(joined: Callable[..., Turns]) -> None:
    first, second = joined(), joined(Side.NEW)

    assert first.take() == 0
    assert 0 < second.take() < 1
    first.end(0)
    assert second.take() == 0
    assert first.take() > 0


def test_the_pause_after_an_answer_is_everybodys(joined: Callable[..., Turns]) -> None:
    first, second = joined(), joined()
    first.take()
    first.end(100)

    assert 99 < second.take() <= 100
    assert 99 < first.take() <= 100


def test_the_longer_of_two_rests_counts(joined: Callable[..., Turns]) -> None:
    first, second = joined(), joined()
    first.take()
    first.end(0)
    first.rest(100)
    second.rest(1)

    assert 99 < second.take() <= 100


def test_the_turn_of_a_worker_that_died_is_free(joined: Callable[..., Turns]) -> None:
    second = joined()
    assert joined(worker=Worker(process="1.0")).take() == 0

    waited = [second.take() for _ in range(turns._LOOKS)]

    assert waited[0] > 0
    assert waited[-1] == 0


def test_a_turn_that_is_over_is_not_ended_by_a_worker_that_lost_it(
    joined: Callable[..., Turns], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = joined(), joined()
    monkeypatch.setattr(turns, "HELD", -1.0)
    first.take()
    monkeypatch.undo()
    assert second.take() == 0

    first.end(0)

    assert first.take() > 0
