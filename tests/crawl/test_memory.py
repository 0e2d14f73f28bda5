"""The short form of scripts/prove/crawl-memory."""

from __future__ import annotations

from pathlib import Path

from tests.crawl.memory import MOST, grown


def test_a_crawl_of_four_times_the_pages_takes_no_more_memory(tmp_path: Path) -> None:
    times, _ = grown(150, 600, tmp_path)

    assert times <= MOST
