"""Suggestions are replaced as a whole, site by site."""

from __future__ import annotations

from migrator.pages.suggestion import Candidate, Suggestion
from migrator.store.store import Store

FIRST = [
    Suggestion("http://old/b", (Candidate("http://new/b", 0.9, ("same title", "same path")), Candidate("http://new/c", 0.25))),
    Suggestion("http://old/a", (), "no page matches"),
]


def test_they_come_back_in_the_order_they_were_saved(store: Store) -> None:
    store.save_suggestions("main", iter(FIRST))

    assert store.suggestions("main") == FIRST
    assert store.suggestions("other") == []


def test_new_ones_take_the_place_of_all_before(store: Store) -> None:
    store.save_suggestions("other", FIRST)
    store.save_suggestions("main", FIRST)
    store.save_suggestions("main", FIRST[1:])
    assert store.suggestions("main") == FIRST[1:]

    store.save_suggestions("main", [])
    assert store.suggestions("main") == []
    assert store.suggestions("other") == FIRST


def test_of_two_for_one_page_the_later_counts(store: Store) -> None:
    store.save_suggestions("main", [Suggestion("http://old/a"), Suggestion("http://old/a", remark="again")])

    assert store.suggestions("main") == [Suggestion("http://old/a", remark="again")]


def test_many_are_kept(store: Store) -> None:
    many = [Suggestion(f"http://old/{n}", tuple(Candidate(f"http://new/{m}", m / 7) for m in range(5))) for n in range(3000)]
    store.save_suggestions("main", many)

    assert store.suggestions("main") == many
