"""Hits and missing addresses in the store, on both engines: counts add up, whoever writes, and stay bounded."""

from __future__ import annotations

import threading

import pytest

from migrator.pages.counts import OTHERS, Batch, Hits, Lack, Missed, MissingName, RuleName
from migrator.store import hits as rows
from migrator.store.open import open_store
from migrator.store.store import Store

RULE, OTHER = RuleName("main", "exact", "/moved"), RuleName("main", "pattern", "/x/*")
LOST = MissingName("main", Lack.NOT_FOUND, "/lost")


def test_counts_add_up_by_day_and_most_come_first(store: Store) -> None:
    store.add_counts(Batch("2026-11-24", {RULE: 1, OTHER: 2}, {LOST: 5}))
    store.add_counts(Batch("2026-11-25", {RULE: 4}, {LOST: 1}))
    store.add_counts(Batch("2026-11-25", {RULE: 1}))

    assert store.hits("main") == [Hits(RULE, 6, "2026-11-24", "2026-11-25"), Hits(OTHER, 2, "2026-11-24", "2026-11-24")]
    assert store.hits("main", "2026-11-25") == [Hits(RULE, 5, "2026-11-25", "2026-11-25")]
    assert store.missing("main") == [Missed(LOST, 6, "2026-11-24", "2026-11-25")]
    assert store.hits("else") == []
    assert store.missing("else") == []


def test_old_days_are_forgotten(store: Store) -> None:
    for day in ("2025-01-01", "2026-11-24"):
        store.add_counts(Batch(day, {RULE: 1}, {LOST: 1}))
    store.forget_counts("2026-01-01")

    assert [one.first for one in store.hits("main")] == ["2026-11-24"]
    assert [one.first for one in store.missing("main")] == ["2026-11-24"]


def test_addresses_beyond_the_bound_of_a_day_are_counted_as_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_MISSING", 3)
    many = {MissingName("main", Lack.NOT_FOUND, f"/{number}"): 1 for number in range(5)}
    store.add_counts(Batch("2026-11-24", missing=many))
    store.add_counts(Batch("2026-11-24", missing=many))

    found = {one.name.key: one.count for one in store.missing("main")}
    assert sum(found.values()) == 10
    assert len(found) == 4
    assert found[OTHERS] == 4


def test_long_and_odd_addresses_are_kept_as_far_as_an_engine_can(store: Store) -> None:
    keys = ["/" + "a" * 9000, "/\0", "/\ud800", "/%ff", "/a?b=c"]
    store.add_counts(Batch("2026-11-24", missing={MissingName("main", Lack.ABSENT, key): 1 for key in keys}))

    assert sum(one.count for one in store.missing("main")) == len(keys)


def test_several_that_write_the_same_counts_at_once_lose_none(store_url: str) -> None:
    names = [RuleName("main", "exact", f"/{number}") for number in range(50)]
    faults: list[BaseException] = []

    def write(turned: bool) -> None:
        try:
            with open_store(store_url) as opened:
                for _ in range(10):
                    opened.add_counts(Batch("2026-11-24", dict.fromkeys(reversed(names) if turned else names, 1)))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    with open_store(store_url) as opened:
        assert {one.count for one in opened.hits("main")} == {40}
