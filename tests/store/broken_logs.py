"""Breaks a store as a crash or a bad disk may: its log is cut or corrupted, or no more can be written; and opens what is left.

What must come of it is a whole number of the transactions that were written, the first ones, and never a mixture.
`scripts/prove/broken-logs` runs it at length.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrator.errors import StoreError
from migrator.pages.page import Content, Link, Page, Side
from migrator.pages.visit import Found, Source, Visit
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.store.workers import Worker

PAGES = 60
PLACES = 2_000
_FRAME = 24 + 4096  # bytes of the log for one page of the file (SQLite file format, 4.1)
_HEADER = 32
_GONE = "1.0"  # process 1 was not started at tick 0 of a machine on which this runs


@dataclass(frozen=True, slots=True)
class Crash:
    """A store as it lay on the disk in the middle of a crawl; nothing of the log had been carried over into the file."""

    file: Path
    log: bytes


def crawl(store: Store, pages: int) -> None:
    """Visit so many pages one after the other, each of which links to the next three."""
    frontier = store.frontier("main", Side.LEGACY, Worker(process=_GONE))
    frontier.begin()
    frontier.add([Found("http://h/0", "/0", 0, Source.START)])
    for number in range(pages):
        (entry,) = frontier.claim(1)
        keys = tuple(f"/{number + step}" for step in (1, 2, 3))
        content = Content(title=f"Page {number}", text="word " * 400, links=tuple(Link(f"http://h{key}") for key in keys))
        found = tuple(Found(f"http://h{key}", key, number + 1) for key in keys)
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200, content=content), found, linked=keys))


def crashed(folder: Path, pages: int = PAGES) -> Crash:
    """Crawl, and take a copy before the store is closed, as a crash would leave it."""
    path, copy = folder / "store.db", folder / "copy.db"
    open_store(str(path)).close()  # which carries its log over
    with open_store(str(path)) as store:
        crawl(store, pages)
        shutil.copy(path, copy)
        return Crash(copy, path.with_name("store.db-wal").read_bytes())


def cut(log: bytes, dice: random.Random) -> bytes:
    """The log without its end, as where the power went while it was written; or its end is not what was written."""
    place = dice.randrange(len(log) + 1)
    way = dice.randrange(4)
    if way == 0:
        return log[:place]
    if way == 1:  # room was made, and nothing written into it
        return log[:place] + bytes(len(log) - place)
    if way == 2:  # a sector came out wrong
        return log[:place] + dice.randbytes(min(512, len(log) - place)) + log[place + 512 :]
    frame = _HEADER + dice.randrange((len(log) - _HEADER) // _FRAME) * _FRAME  # a whole page was written late, or never
    return log[:frame] + bytes(_FRAME) + log[frame + _FRAME :]


def check(crash: Crash, log: bytes, folder: Path) -> int:
    """Open a store with that log and go on with its crawl; how many pages it had kept. Raises where it is a mixture."""
    path = folder / "store.db"
    for name in ("store.db-wal", "store.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(crash.file, path)
    path.with_name("store.db-wal").write_bytes(log)
    return check_store(path)


def check_store(path: Path) -> int:
    """Open a store and go on with its crawl; how many pages it had kept. Raises where it is a mixture."""
    with open_store(str(path)) as store:
        kept = [page.url for page in store.pages("main", Side.LEGACY)]
        assert sorted(kept) == sorted(f"http://h/{number}" for number in range(len(kept))), "pages are missing between others"
        known = {row.key: (row.state, row.links) for row in store.inventory("main", Side.LEGACY)}
        assert len(known) == len(kept) + (3 if kept else len(known) and 1), (
            "an address of a page is missing, or of one that is not there"
        )
        for number in range(len(kept)):
            assert known[f"/{number}"] == ("done", min(number, 3)), "a page's links are not all there"
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        frontier = store.frontier("main", Side.LEGACY)
        frontier.begin()
        frontier.add([Found("http://h/0", "/0", 0, Source.START)])
        (entry,) = frontier.claim(1)
        assert entry.key == f"/{len(kept)}", "what is not kept is not due again"
        frontier.finish(Visit(entry, Page(entry.url, entry.url, 200)))
        assert store.page_count("main", Side.LEGACY) == len(kept) + 1
    return len(kept)


def refused(path: Path, most: int, pages: int = PAGES) -> str:
    """Crawl where no file may be longer than `most` bytes: what the command would say, or "" where that was enough.

    A process of its own is told by the system that it may not write (EFBIG), as it would be that the disk is full or fails.
    """
    reading, writing = os.pipe()
    if not (child := os.fork()):
        said = b"something else went wrong"
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            with open_store(str(path)) as store:
                crawl(store, pages)
            said = b""
        except StoreError as error:
            said = str(error).encode()
        finally:
            os.write(writing, said)
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as file:
        return file.read()


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder, in memory where there is such a place: what the disk does is not what is proved here."""
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def prove_refusals(places: int, seed: int, pages: int = PAGES) -> set[int]:
    """Stop writing at so many lengths; which numbers of pages were left. Raises for a mixture, or where nothing was said."""
    dice = random.Random(seed)
    left = set()
    for _ in range(places):
        with scratch() as folder:
            path = folder / "store.db"
            said = refused(path, dice.randrange(100_000, 1_500_000), pages)
            assert not said or ("what was kept is safe" in said and "run the same command again" in said), said
            kept = check_store(path)
            assert kept == pages or said, "pages are missing, and nothing was said"
            left.add(kept)
    return left


def prove(places: int, seed: int, pages: int = PAGES) -> set[int]:
    """Break the log in so many places; which numbers of pages were left. Raises where one of the stores is a mixture."""
    dice = random.Random(seed)
    with scratch() as source, scratch() as target:
        crash = crashed(source, pages)
        assert check(crash, crash.log, target) == pages
        return {check(crash, cut(crash.log, dice), target) for _ in range(places)}


def main() -> None:
    """Read the command line and prove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=PLACES, help=f"where the log is broken; {PLACES} unless told")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    told = parser.parse_args()
    print(f"seed {told.seed}", file=sys.stderr)
    left = prove(told.places, told.seed)
    few = told.places // 10
    stopped = prove_refusals(few, told.seed)
    print(f"{few} crawls that could not write on: each said so, kept {min(stopped)} to {max(stopped)} pages, and went on later")
    print(f"{told.places} broken logs: every store opened with the first pages whole ({min(left)} to {max(left)} of {PAGES})")


if __name__ == "__main__":
    main()
