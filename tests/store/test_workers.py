"""Any number of workers share a crawl: each address is one's, and nobody's death loses or repeats anything."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys

import pytest

from migrator.errors import StoreError
from migrator.pages.page import Page, Side
from migrator.pages.visit import Entry, Found, Source, Visit
from migrator.store import workers
from migrator.store.frontier import StoredFrontier
from migrator.store.store import Store
from migrator.store.workers import Worker, is_alive, this_process

GONE = "1.0"  # process 1 was not started at tick 0 of a machine on which this test runs
ELSEWHERE = Worker(machine="another")


def begun(store: Store, worker: Worker | None = None) -> StoredFrontier:
    frontier = store.frontier("main", Side.LEGACY, worker)
    frontier.begin()
    return frontier


def seeded(frontier: StoredFrontier, *paths: str) -> None:
    frontier.add([Found(f"http://h{path}", path, 0, Source.START) for path in paths])
    frontier.mark_seeded()


def visit(entry: Entry, status: int = 200) -> Visit:
    return Visit(entry, Page(entry.url, entry.url, status))


def keys(entries: list[Entry]) -> list[str]:
    return [entry.key for entry in entries]


def test_a_second_worker_leaves_the_first_ones_claims_alone(store: Store) -> None:
    first = begun(store)
    seeded(first, "/a", "/b")
    (claimed,) = first.claim(1)

    second = begun(store)

    assert keys(second.claim(5)) == ["/b"]
    assert second.is_open()
    first.finish(visit(claimed))
    assert store.page_count("main", Side.LEGACY) == 1


def test_what_a_worker_that_died_on_this_machine_had_claimed_is_due_at_once(store: Store) -> None:
    first = begun(store, Worker(process=GONE))
    seeded(first, "/a", "/b")
    claimed = first.claim(1)

    second = begun(store)

    assert keys(second.claim(5)) == ["/a", "/b"]
    second.finish(visit(claimed[0]))
    first.finish(visit(claimed[0], 404))
    assert [page.status for page in store.pages("main", Side.LEGACY)] == [200]


def test_what_a_worker_that_died_meanwhile_had_claimed_is_due_when_nothing_else_is(store: Store) -> None:
    begun(store)
    second = begun(store)
    first = begun(store, Worker(process=GONE))
    seeded(first, "/a")
    first.claim(1)

    assert keys(second.claim(5)) == ["/a"]


def test_what_a_worker_on_another_machine_claimed_is_due_when_its_lease_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begun(store, ELSEWHERE)
    seeded(first, "/a")
    (claimed,) = first.claim(1)
    second = begun(store)
    assert second.claim(5) == []

    monkeypatch.setattr(workers, "LEASE", dt.timedelta(seconds=-1))
    first.renew()
    monkeypatch.undo()

    assert keys(second.claim(5)) == ["/a"]
    first.finish(visit(claimed, 404))
    assert store.page_count("main", Side.LEGACY) == 0


def test_a_lease_that_is_renewed_in_time_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LEASE", dt.timedelta(seconds=-1))
    first = begun(store, ELSEWHERE)
    seeded(first, "/a")
    (claimed,) = first.claim(1)
    monkeypatch.undo()
    first.renew()

    assert begun(store).claim(5) == []
    first.finish(visit(claimed))
    assert store.page_count("main", Side.LEGACY) == 1


def test_what_a_worker_that_leaves_has_not_finished_is_due(store: Store) -> None:
    first, second = begun(store), begun(store)
    seeded(first, "/a", "/b")
    (claimed, _) = first.claim(2)
    first.finish(visit(claimed))
    first.leave()

    assert keys(second.claim(5)) == ["/b"]


def test_it_ends_when_nobody_has_anything_left(store: Store) -> None:
    first, second = begun(store), begun(store)
    seeded(first, "/a", "/b")
    (one,) = first.claim(1)
    (other,) = second.claim(1)

    first.finish(visit(one))
    assert not first.mark_finished()
    assert first.is_open()
    second.finish(visit(other))
    assert second.mark_finished()
    assert not first.is_open()
    assert first.mark_finished()
    assert len(store.crawls("main", Side.LEGACY)) == 1


def test_a_finished_crawl_takes_no_more_seeds(store: Store) -> None:
    first, second = begun(store), begun(store)
    seeded(first, "/a")
    for entry in first.claim(5):
        first.finish(visit(entry))
    first.mark_finished()

    seeded(second, "/late")

    assert second.claim(5) == []
    assert second.counts().due == 0


def test_a_crawl_that_others_are_at_work_on_is_not_dropped(store: Store) -> None:
    first = begun(store)
    seeded(first, "/a")

    with pytest.raises(StoreError, match=r"1 other command is at work on this crawl .*\n.*leave --fresh out"):
        store.frontier("main", Side.LEGACY).begin(fresh=True)
    with pytest.raises(StoreError, match="forget it when it has ended"):
        store.forget_crawl("main", Side.LEGACY, 1)

    first.leave()
    store.frontier("main", Side.LEGACY).begin(fresh=True)
    assert [crawl.number for crawl in store.crawls("main", Side.LEGACY)] == [2]


def test_a_process_is_there_until_it_ends_and_its_number_is_not_enough() -> None:
    assert is_alive(this_process())
    assert not is_alive(f"{os.getpid()}.1")
    assert not is_alive("4194305.1")  # more than Linux gives out
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        name = f"{other.pid}.{workers._started(other.pid)}"
        assert is_alive(name)
        other.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(name)  # although nobody has asked for its end yet
