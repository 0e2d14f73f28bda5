"""How much memory crawls of a small and a large site take: `migrator crawl --own-site`, pages made as they are asked for.

`scripts/prove/crawl-memory` runs it at length.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

SMALL, LARGE = 3_000, 30_000
MOST = 1.2  # times
MOST_MARKING = 2.0  # KB a page
LINKS, MENU, WORDS = 40, 20, 1_500
LOOK_EVERY = 0.1  # seconds
_WORDS = ["water", "children", "school", "programme", "health", "report", "village", "season", "and", "the", "of", "to", "with"]


class Peak(NamedTuple):
    """The most memory at one time, in MB: while pages come in, of the process that crawls and of it and its readers together;

    and `marking`, of that process when all are in and it compares them, which takes a sketch of each.
    """

    main: float
    together: float
    marking: float


def markup(number: int, pages: int) -> bytes:
    """One page: a menu that all have, the next page, some others, and text of its own."""
    dice = random.Random(number)
    others = [number + 1, *(dice.randrange(pages) for _ in range(LINKS - MENU - 1))]
    links = "".join(f'<li><a href="/{to % pages}.html">Topic {to % pages}</a></li>' for to in [*range(MENU), *others])
    text = "".join(f"<p>{' '.join(dice.choices(_WORDS, k=100))}</p>" for _ in range(WORDS // 100))
    return f"<!doctype html><html lang=en><title>Page {number}</title><ul>{links}</ul><main>{text}</main></html>".encode()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pages: int) -> None:
    """Answer the requests of one connection (RFC 9112), of which none has a body."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            found = re.match(rb"GET /(?:(\d+)\.html)? ", head)
            body = markup(int(found[1] or 0), pages) if found else b""
            status = b"200 OK" if found else b"404 Not Found"
            fields = b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d" % len(body)
            writer.write(b"HTTP/1.1 %b\r\n%b\r\n\r\n%b" % (status, fields, body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


@contextmanager
def served(pages: int) -> Iterator[str]:
    """The address of a site of so many pages, served by a process of its own for as long as the block runs."""
    command = [sys.executable, "-m", "tests.crawl.memory", "--serve", str(pages)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


async def serve(pages: int) -> None:
    """Be that process: tell the port, and serve until killed."""
    server = await asyncio.start_server(lambda reader, writer: _serve(reader, writer, pages), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def crawl(pages: int, folder: Path) -> Peak:
    """Crawl a site of so many pages; raises where not every page was kept."""
    with served(pages) as address:
        config = folder / f"{pages}.yaml"
        config.write_text(f"version: 1\nsites:\n  main: {{hosts: [o.example], legacy: '{address}', new: 'https://n.example'}}\n")
        words = ["crawl", "legacy", "--own-site", "--config", str(config), "--store", str(folder / f"{pages}.db")]
        command = [sys.executable, "-m", "migrator", *words]
        log = folder / f"{pages}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
            peaks: list[Peak] = []
            watching = threading.Thread(target=_watch, args=(process, folder / f"{pages}.db", peaks))
            watching.start()
            status = process.wait()
            watching.join()
        said = log.read_text()
        assert status == 0, said
        assert f"{pages + 1} pages" in said.replace(",", ""), said
    return Peak(*map(max, zip(*peaks, strict=True)))


def _watch(process: subprocess.Popen[bytes], store: Path, peaks: list[Peak]) -> None:
    while process.poll() is None:
        main = _memory(process.pid)
        together = main + sum(map(_memory, _children(process.pid)))
        peaks.append(Peak(0, 0, main) if _all_are_in(store) else Peak(main, together, main))
        time.sleep(LOOK_EVERY)


def _all_are_in(store: Path) -> bool:
    """Whether the crawl has pages and nothing is due any more."""
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            left = connection.execute(
                "SELECT 1 FROM frontier WHERE crawl_id = 1 AND state IN ('due', 'claimed') LIMIT 1"
            ).fetchone()
            return left is None and connection.execute("SELECT 1 FROM pages LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError:  # there is no store yet
        return False


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _memory(pid: int) -> float:
    """What a process has in memory and shares with no file, in MB: a store's pages that the system keeps do not count."""
    try:
        found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        found = None
    return int(found[1]) / 1000 if found else 0.0


def grown(small: int, large: int, folder: Path) -> tuple[float, float]:
    """How many times the memory of the small crawl the large one takes, and how many KB a page marking adds; told on the way."""
    peaks = []
    for pages in (small, large):
        began = time.monotonic()
        peak = crawl(pages, folder)
        seconds = time.monotonic() - began
        rate = pages / seconds
        print(
            f"{pages:>7,} pages: main process {peak.main:.0f} MB, with its readers {peak.together:.0f} MB,"
            f" at the end {peak.marking:.0f} MB, {rate:.0f} pages/s"
        )
        peaks.append(peak)
    one, other = peaks
    times = max(other.main / one.main, other.together / one.together)
    return times, 1000 * (other.marking - max(one.marking, other.main)) / (large - small)


def main() -> int:
    """Read the command line and prove; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=SMALL, help=f"pages; {SMALL} unless told")
    parser.add_argument("--large", type=int, default=LARGE, help=f"pages; {LARGE} unless told")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        asyncio.run(serve(told.serve))
        return 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        times, marking = grown(told.small, told.large, Path(folder))
    print(
        f"{times:.2f} times the memory for {told.large / told.small:.0f} times the pages (at most {MOST} is allowed),"
        f" and {max(0.0, marking):.1f} KB a page to compare them at the end (at most {MOST_MARKING})"
    )
    return int(times > MOST or marking > MOST_MARKING)


if __name__ == "__main__":
    sys.exit(main())
