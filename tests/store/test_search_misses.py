"""Words that were looked for in vain: counted, and nothing else is kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from migrator.store.search_misses import LARGEST, MOST_WORDS, Misses, read_misses

DAY = dt.date(2026, 11, 24)


def test_a_word_is_written_once_it_was_asked_for_several_times_on_one_day(tmp_path: Path) -> None:
    path = tmp_path / "misses.jsonl"
    misses = Misses(path)
    for word, times in (("wels", 2), ("jab", 3), ("pumq", 5)):
        for _ in range(times):
            misses.count([word], DAY)
    misses.flush()
    misses.flush()

    assert [tuple(miss) for miss in read_misses(path)] == [(DAY, "jab", 3), (DAY, "pumq", 5)]
    misses.count(["pumq"], DAY)
    misses.count(["wels"], DAY + dt.timedelta(1))
    misses.flush()
    assert [miss.times for miss in read_misses(path)] == [3, 6]
    assert read_misses(path, DAY + dt.timedelta(1)) == []


@pytest.mark.parametrize("word", ["4929123456781234", "joe1970", "x" * 31])
def test_what_may_be_of_a_person_is_not_counted(tmp_path: Path, word: str) -> None:
    misses = Misses(tmp_path / "misses.jsonl")
    misses.count([word] * 9, DAY)
    misses.flush()
    assert read_misses(tmp_path / "misses.jsonl") == []


def test_counts_of_several_workers_add_up_and_broken_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "misses.jsonl"
    for _ in range(2):
        misses = Misses(path, flushed_after=0.0)
        misses.count(["jab"] * 3, DAY)
    with path.open("ab") as file:
        file.write(b'["2026-11-24", "half\n{}\n\xff\n[1]\n')
    assert [tuple(miss) for miss in read_misses(path)] == [(DAY, "jab", 6)]


def test_neither_memory_nor_file_grows_without_end(tmp_path: Path) -> None:
    path = tmp_path / "misses.jsonl"
    misses = Misses(path)
    letters = "abcdefghijklmnopqrstuvwxyz"
    some = [one + two + three for one in letters for two in letters for three in letters]
    misses.count(some * 3, DAY)
    misses.flush()
    assert len(read_misses(path)) == MOST_WORDS
    path.write_bytes(b"x" * LARGEST)
    misses.count(some, DAY)
    misses.flush()
    assert path.stat().st_size == LARGEST


def test_a_folder_that_is_not_there_hinders_nobody(tmp_path: Path) -> None:
    misses = Misses(tmp_path / "none" / "misses.jsonl")
    misses.count(["jab"] * 3, DAY)
    misses.flush()
    assert read_misses(tmp_path / "none" / "misses.jsonl") == []
