"""Kills a crawl of a live site at random moments, starts it again each time, and compares what it kept with an undisturbed run.

`scripts/prove/crawl-kills` runs it at length. A helper process without threads forks each crawl: kills cost milliseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select

from migrator.cli.main import main as migrator
from migrator.store.tables import METADATA, linked
from tests.crawl.live_site import LiveSite, Reply, live_site, page
from tests.postgres import programs, server

PAGES = 300
LONGEST = 0.3  # seconds from a start to its kill
_NUMBERS_AND_TIMES = {
    "id",
    "entry_id",
    "crawl_id",
    "based_on",
    "started",
    "finished",
    "fetched",
    "unchanged_since",
    "next_allowed",
}


def a_site(pages: int) -> dict[str, Reply]:
    """Pages that know whether they have changed and link to several others, redirects, missing pages, files, traps, a sitemap."""
    replies = {f"/{number}": _page(number, pages) for number in range(pages)}
    listed = "".join(f"<url><loc>/{number}</loc></url>" for number in range(0, pages, 50))
    return {
        **replies,
        "/": page("/0", "/7", "/missing", "/private/a"),
        "/robots.txt": Reply("User-agent: *\nDisallow: /private/\n", kind="text/plain"),
        "/sitemap.xml": Reply(f"<urlset>{listed}</urlset>", kind="application/xml"),
        **{f"/moved{number}": Reply("", 301, headers={"Location": f"/{number}"}) for number in range(0, pages, 10)},
        **{f"/{number}.pdf": Reply(b"%PDF", kind="application/pdf") for number in range(0, pages, 10)},
    }


def _page(number: int, pages: int) -> Reply:
    steps = [f"/{(number + step) % pages}" for step in (1, 7, 17, 60)]
    ten = number // 10 * 10
    whole = page(*steps, f"/moved{ten}", f"/{ten}.pdf", "/missing", f"/x/x/x?{number % 7}", title=f"Page {number}")
    return Reply(whole.body, headers={"ETag": f'"{number}"'} if number % 2 else {})


def answer(site: LiveSite, replies: dict[str, Reply]) -> None:
    """Serve the replies, and 304 to whom asks for a page that it has."""

    def reply(target: str, headers: Any) -> Reply:
        found = replies.get(target, Reply("<h1>Not found</h1>", 404))
        known = headers.get("if-none-match")
        return Reply("", 304, headers=found.headers) if known and known == found.headers.get("ETag") else found

    site.replies, site.answer = {}, reply


def dump(store: str, but: frozenset[str] = frozenset()) -> dict[str, list[Any]]:
    """Every row of a store in order, but for the numbers and times that no two runs share, and the columns `but`."""
    url = store.replace("postgresql://", "postgresql+psycopg://") if "://" in store else f"sqlite:///{store}"
    engine = create_engine(url)
    rows: dict[str, list[Any]] = {}
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            chosen = select(*(column for column in table.columns if column.name not in _NUMBERS_AND_TIMES | but))
            if table is linked:  # the lanes are the workers'
                chosen = select(linked.c.key, func.sum(linked.c.number)).group_by(linked.c.crawl_id, linked.c.key)
            rows[table.name] = sorted(map(repr, connection.execute(chosen).all()))
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    engine.dispose()
    return rows


class Runner:
    """The helper: runs `migrator` with these words in a process of its own, and kills it after so many seconds."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.cli.crawl_kills", "--runner"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, words: Sequence[str], wait: float | None = None) -> int:
        """The exit status, or -9 where it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([words, wait]), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def end(self) -> None:
        """Let the helper go."""
        self._process.communicate()


def serve_runs() -> None:
    """Be the helper. What a crawl imports is there before it is forked, or most would be killed while they import it."""
    importlib.import_module("migrator.cli.crawl")
    with contextlib.suppress(ImportError):
        importlib.import_module("psycopg")
    for line in sys.stdin:
        words, wait = json.loads(line)
        child = os.fork()
        if not child:
            _become(words)
        if wait is not None:
            time.sleep(wait)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(words: list[str]) -> None:
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    status: Any = 70
    try:
        migrator(words)
    except SystemExit as end:
        status = end.code or 0
    finally:
        os._exit(status if isinstance(status, int) else 1)


@contextmanager
def prepared(folder: Path, pages: int) -> Iterator[tuple[LiveSite, Path, Runner]]:
    """A live site, the config of its crawl, and the helper."""
    with live_site() as site:
        answer(site, a_site(pages))
        config = folder / "redirects.yaml"
        config.write_text(
            f"version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: {site.url}\n    new: https://new.example\n"
        )
        runner = Runner()
        try:
            yield site, config, runner
        finally:
            runner.end()


def words(config: Path, store: str, *more: str) -> list[str]:
    """The command that crawls without a pause."""
    return ["crawl", "legacy", "--config", str(config), "--store", store, "--delay", "0", *more]


def undisturbed(runner: Runner, config: Path, store: str, crawls: int) -> dict[str, list[Any]]:
    """What so many crawls keep, one after the other."""
    for number in range(crawls):
        assert runner.run(words(config, store, *(["--fresh"] if number else []))) == 0
    return dump(store)


def disturbed(runner: Runner, config: Path, store: str, crawls: int, dice: random.Random, longest: float) -> int:
    """Do the same, each crawl killed and started again until it ends by itself. How often it was killed."""
    kills = 0
    for number in range(crawls):
        if number:
            assert runner.run(words(config, store, "--fresh", "--limit", "1")) == 0
        while (status := runner.run(words(config, store), dice.uniform(0, longest))) != 0:
            assert status == -signal.SIGKILL, f"it ended with {status}"
            kills += 1
    return kills


def prove(kills: int, pages: int, longest: float, fresh_store: Iterator[str], folder: Path, seed: int) -> int:
    """Kill until it was done so many times; how many times more than once a page was asked for. Raises where a store differs."""
    dice = random.Random(seed)
    with prepared(folder, pages) as (site, config, runner):
        wanted = undisturbed(runner, config, next(fresh_store), 2)
        must = len(site.targets)
        done = rounds = 0
        while done < kills:
            site.asked.clear()
            store = next(fresh_store)
            here = disturbed(runner, config, store, 2, dice, longest)
            done, rounds = done + here, rounds + 1
            kept = dump(store)
            for table, rows in wanted.items():
                assert kept[table] == rows, f"round {rounds}: {table} differs"
            again = len(site.targets) - must
            assert again <= here, f"{again} pages were asked for again after {here} kills"
            print(f"round {rounds}: {done} kills, the store equals the undisturbed one, {again} requests twice", file=sys.stderr)
    return done


def files(folder: Path) -> Iterator[str]:
    """Paths for new stores."""
    number = 0
    while True:
        number += 1
        yield str(folder / f"store{number}.db")


def main() -> None:
    """Read the command line and prove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--longest", type=float, default=LONGEST, help="seconds from a start to its kill")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--postgres", action="store_true", help="keep the store in a PostgreSQL of the script's own")
    parser.add_argument("--runner", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.runner:
        serve_runs()
        return
    print(f"seed {told.seed}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        if told.postgres:
            folder = programs()
            if folder is None:
                parser.error("PostgreSQL's server is not installed (Debian: postgresql)")
            with server(folder) as running:
                done = prove(told.kills, told.pages, told.longest, iter(running.fresh, ""), Path(name), told.seed)
        else:
            done = prove(told.kills, told.pages, told.longest, files(Path(name)), Path(name), told.seed)
    print(f"{done} kills: nothing lost, nothing twice, every store equal to an undisturbed one")


if __name__ == "__main__":
    main()
