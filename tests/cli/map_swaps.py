"""Swaps the map of a running `migrator serve` many times under load; every answer must be the old map's or the new one's.

`scripts/prove/swaps` runs it at length; test_map_swaps.py runs a part.
"""

from __future__ import annotations

import argparse
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from migrator.maps.compiling import compile_map, folder_beside
from tests.cli.test_serve import HELLO, Serving, serving
from tests.serve.live import eventually
from tests.serve.raw_upstream import raw_upstream

CLIENTS = 4
WARM = 3  # swaps after which memory is first measured: two maps are in it by then
REQUEST = b"GET /%s HTTP/1.1\r\nHost: old.example\r\n\r\n"


@dataclass
class Load:
    """Clients that ask without a pause, and what they were told."""

    base: str
    serial: int = 0  # of the map that was made last
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def client(self) -> None:
        """Ask for an address that every map moves elsewhere, on one connection."""
        host, _, port = self.base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), 30) as connection:
            while not self.stop.is_set():
                oldest = max(0, self.serial - 2)
                try:
                    found = self._ask(connection)
                except (OSError, ValueError) as error:
                    self.wrong.append(f"failed: {error!r}")
                    return
                self.asked += 1
                if not oldest <= found <= self.serial + 1:
                    self.wrong.append(f"map {found} answered when {self.serial} was the last")

    def _ask(self, connection: socket.socket) -> int:
        """The serial of the map that answers; two addresses of one map must agree on it, or it changed in between."""
        connection.sendall(REQUEST % b"moved")
        answer = b""
        while not answer.endswith(b"</a>.\n"):
            more = connection.recv(65536)
            if not more:
                raise ValueError("the connection was closed")
            answer += more
        head = re.match(rb"HTTP/1\.1 301 .*?\r\nlocation: https://new\.example/map-(\d+)-(\d+)\r\n", answer, re.DOTALL)
        if head is None or head[1] != head[2]:
            raise ValueError(f"no answer of a map: {answer[:200]!r}")
        return int(head[1])


@contextmanager
def loaded(load: Load) -> Iterator[None]:
    """Keep the clients asking."""
    threads = [threading.Thread(target=load.client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(40)


def map_text(serial: int, rules: int) -> str:
    """What stands for `redirects:` in the map of that number."""
    others = "".join(f"  /page-{number}: /new-{number}\n" for number in range(rules))
    return f"redirects:\n  /moved: /map-{serial}-{serial}\n{others}"


def memory(run: Serving) -> int:
    """Bytes that the workers have for themselves, in MB."""
    pids = run.children() or [run.process.pid]
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii") for pid in pids]
    return sum(int(size) for text in texts for size in re.findall(r"^Anonymous: +(\d+)", text, re.MULTILINE)) // 1024


def swapped(folder: Path, swaps: int, workers: int, rules: int) -> tuple[Load, list[int]]:
    """The load that was carried, and the memory of the workers after each swap."""
    with raw_upstream(HELLO) as upstream, serving(folder, upstream.url, "--workers", str(workers)) as run:
        config = folder / "redirects.yaml"
        head = config.read_text("utf-8").partition("redirects:")[0]
        load, sizes = Load(run.base), []
        config.write_text(head + map_text(0, rules), encoding="utf-8")
        taken(run, config, 2, workers)
        with loaded(load):
            for serial in range(1, swaps + 1):
                load.serial = serial
                config.write_text(head + map_text(serial, rules), encoding="utf-8")
                taken(run, config, serial + 2, workers)
                sizes.append(memory(run))
        return load, sizes


def taken(run: Serving, config: Path, version: int, workers: int) -> None:
    """Make the files a version, and wait until every worker has it."""
    outcome = compile_map(config, folder_beside(config))
    assert outcome.word in ("new", "same"), outcome.problems  # `same`: the keeper was faster
    words = f"map version {version} is in use"
    assert eventually(lambda: sum(words in line for line in run.lines) >= workers, seconds=60), run.lines[-5:]


def main() -> int:
    """All of it, at length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rules", type=int, default=20_000)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        load, sizes = swapped(Path(folder), options.swaps, options.workers, options.rules)
    before, after = max(sizes[:WARM]), sizes[-1]
    for line in load.wrong[:10]:
        print(line)
    print(f"{options.swaps} swaps of {options.rules:,} rules in {options.workers} workers, {time.monotonic() - began:.0f} s")
    print(f"{load.asked:,} requests, {len(load.wrong)} failed or wrong; memory {before} MB at first, {after} MB at the end")
    return int(bool(load.wrong) or not load.asked or after > before * 1.1)


if __name__ == "__main__":
    sys.exit(main())
