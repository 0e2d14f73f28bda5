"""Of all that was said of a page, the last word counts."""

from __future__ import annotations

import datetime as dt

from migrator.pages.verdict import Answer, Verdict
from migrator.store.store import Store

NOON = dt.datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=dt.UTC)


def said(old_url: str, answer: Answer, new_url: str = "", when: dt.datetime = NOON) -> Verdict:
    return Verdict(old_url, answer, new_url, "Ada", when, "it is the same page")


def test_a_verdict_comes_back_as_it_was_said(store: Store) -> None:
    berlin = dt.timezone(dt.timedelta(hours=1))
    verdict = said("http://old/a", Answer.ACCEPTED, "http://new/a", NOON.astimezone(berlin))
    store.save_verdicts("main", [verdict])

    (kept,) = store.verdicts("main").values()

    assert kept == verdict
    assert kept.when.tzinfo is not None
    assert store.verdicts("other") == {}


def test_the_last_word_counts_whatever_the_clock_says(store: Store) -> None:
    store.save_verdicts("main", [said("a", Answer.ACCEPTED, "b"), said("c", Answer.KEPT)])
    store.save_verdicts("main", [said("a", Answer.GONE, when=NOON - dt.timedelta(days=1))])
    store.save_verdicts("main", [])

    assert {url: verdict.verdict for url, verdict in store.verdicts("main").items()} == {"a": Answer.GONE, "c": Answer.KEPT}
