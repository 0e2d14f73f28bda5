"""Crawls whose workers are many or are killed keep what one undisturbed worker keeps."""

from __future__ import annotations

import itertools
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.crawl_kills import Runner, dump, files, prepared, prove, words
from tests.postgres import Server

KILLS = 10
PAGES = 60
# Of several pages that link to an address, the one that is read first says how far it is from the start.
BY_ORDER = frozenset(("depth", "source"))


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The addresses of as many new stores as are wanted."""
    if request.param == "sqlite":
        return files(tmp_path)
    running: Server = request.getfixturevalue("postgres")
    return iter(running.fresh, "")


def together(runners: list[Runner], command: list[str], waits: list[float | None]) -> list[int]:
    """The statuses of as many crawls as there are runners, begun at once."""
    statuses: list[int] = [1] * len(runners)

    def run(number: int) -> None:
        statuses[number] = runners[number].run(command, waits[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(runners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_a_crawl_that_is_killed_again_and_again_leaves_the_same_store(stores: Iterator[str], tmp_path: Path) -> None:
    assert prove(KILLS, 10, 0.5, stores, tmp_path, random.SystemRandom().randrange(10**6)) >= KILLS


@pytest.mark.parametrize("more", [[], ["--own-site"]], ids=["polite", "own"])
def test_four_workers_keep_what_one_does_also_where_one_of_them_is_killed(
    stores: Iterator[str], tmp_path: Path, more: list[str]
) -> None:
    with prepared(tmp_path, PAGES) as (site, config, runner):
        runners = [runner, *(Runner() for _ in range(3))]
        alone, shared = next(stores), next(stores)
        assert runner.run(words(config, alone, *more)) == 0
        site.asked.clear()

        statuses = together(runners, words(config, shared, *more), [None, None, None, 0.4])
        for other in runners[1:]:
            other.end()

        assert statuses[:3] == [0, 0, 0]
        assert statuses[3] in (0, -signal.SIGKILL)
        assert dump(shared, BY_ORDER) == dump(alone, BY_ORDER)
        if not more:  # one request at a time, whoever asks
            asked = sorted(site.asked, key=lambda one: one.came)
            assert all(before.left <= after.came for before, after in itertools.pairwise(asked))
