"""An index brought up to date is the one that a whole build makes, and nothing in between is ever seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import SearchIndexError
from migrator.pages.search_entry import Entry
from migrator.pages.search_result import Found, Query
from migrator.store.search_build import Built, build_index
from migrator.store.search_file import remade
from migrator.store.search_index import SearchIndex
from tests.store.searching import asked, entry, index

TEXT = st.lists(st.sampled_from(["wells", "water", "kinder", "hilfe", "kinderhilfe", "the", "pump"]), max_size=6).map(" ".join)
ENTRIES = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(TEXT, TEXT, st.sampled_from(["en", "de"]), st.sampled_from(["new", "old"])),
    max_size=8,
).map(lambda pages: [_entry(name, *said) for name, said in pages.items()])
QUERIES = ("wells", "water pump", "kinder", "hilfe", "the wells", "kinderhilfe the pump", "welsl", "pumq")


def _entry(name: str, title: str, text: str, language: str, origin: str) -> Entry:
    return entry(f"/{name}/x", title, text, language=language, origin=origin)


def answers(made: SearchIndex) -> list[Found]:
    return [made.search(Query(text)) for text in QUERIES]


@given(states=st.lists(ENTRIES, min_size=2, max_size=4))
@settings(max_examples=25, deadline=None)
def test_an_index_brought_up_to_date_answers_as_one_made_anew(
    tmp_path_factory: pytest.TempPathFactory, states: list[list[Entry]]
) -> None:
    step, whole = tmp_path_factory.mktemp("step"), tmp_path_factory.mktemp("whole")
    for state in states:
        kept = index(step, state, whole=False)
    assert answers(kept) == answers(index(whole, states[-1]))


def test_only_what_changed_is_done_anew(tmp_path: Path) -> None:
    pages = [entry(f"/{number}", f"Page {number}") for number in range(4)]
    path = tmp_path / "search.db"

    assert build_index(path, pages) == Built(pages=4, added=4)
    before = path.stat()
    changed = [pages[0], replace(pages[1], text="other"), pages[2], entry("/9")]
    assert build_index(path, changed) == Built(pages=4, added=1, changed=1, removed=1)
    assert path.stat().st_ino != before.st_ino
    assert build_index(path, changed) == Built(pages=4)


def test_an_interrupted_build_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    made = index(tmp_path, [entry("/a", "Pump")])

    def interrupted() -> Iterator[Entry]:
        yield entry("/b", "Well")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(tmp_path / "search.db", interrupted())
    assert asked(made, "pump") == ["/a"]
    assert sorted(one.name for one in tmp_path.iterdir()) == [".search.db.lock", "search.db"]


def test_two_builds_at_a_time_are_refused(tmp_path: Path) -> None:
    with remade(tmp_path / "search.db", whole=True), pytest.raises(SearchIndexError, match="right now"):
        build_index(tmp_path / "search.db", [])


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "search.db").write_bytes(b"damaged" * 1000)
    assert build_index(tmp_path / "search.db", [entry("/a", "Pump")]) == Built(pages=1, added=1)


def test_of_two_entries_with_one_address_the_first_counts(tmp_path: Path) -> None:
    made = index(tmp_path, [entry("/a", "Pump"), entry("/a", "Well")])
    assert (asked(made, "pump"), asked(made, "well")) == (["/a"], [])
