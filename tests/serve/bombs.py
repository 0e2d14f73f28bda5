"""Bodies that are small on the wire and a gigabyte when decoded, as pages of an old site, and how much memory the door needs.

Runs by itself as `python -m tests.serve.bombs GIGABYTES`; the door is `migrator serve`, a process of its own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from migrator.serve.codings import decodable, encoder
from tests.cli.test_serve import Serving, serving
from tests.serve.hardened import connect
from tests.serve.raw_upstream import Asked, raw_upstream

BLOCK = 1 << 20
MOST_GROWTH = 50_000  # KB
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
OPENINGS = {
    "as it begins": b"",
    "in the head": b"<!doctype html><title>x</title><!--",
    "in the body": b"<!doctype html><body><h1>",
}


def bomb(coding: str, opening: bytes, gigabytes: float) -> bytes:
    """`opening` and so many gigabytes of zeros in a coding."""
    doing, zeros = encoder(coding), bytes(BLOCK)
    parts = [doing.encode(opening), *(doing.encode(zeros) for _ in range(int(gigabytes * 1024))), doing.finish()]
    return b"".join(parts)


def memory(process: int, which: str) -> int:
    """The resident memory of a process in KB: `VmRSS` is what it has now, `VmHWM` the most that it ever had."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:"))


def fetch(run: Serving, target: str, coding: str) -> int:
    """Ask the door for a page and read all that comes; how many bytes that is."""
    fields = f"Host: old.example\r\nAccept-Encoding: {coding}\r\nAccept: text/html\r\nConnection: close"
    came = 0
    with connect(run.base, seconds=120) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\n{fields}\r\n\r\n".encode())
        while part := connection.recv(BLOCK):
            came += len(part)
    return came


def prove(gigabytes: float, folder: Path) -> bool:
    """Every coding with every opening, one after another; prints what each takes."""
    names, held = list(OPENINGS), dict[str, bytes]()
    bodies = {f"/{coding}/{number}": (coding, OPENINGS[name]) for coding in decodable() for number, name in enumerate(names)}

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        target = asked.target.decode()
        if target in held:
            writer.write(HEAD % (bodies[target][0].encode(), len(held[target])) + held[target])
            await writer.drain()
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    is_flat = True
    with raw_upstream(answer) as upstream, serving(folder, upstream.url, server="banner: {site_name: Example}\n") as run:
        fetch(run, "/warm", "gzip")
        before = memory(run.process.pid, "VmRSS")
        for target, (coding, opening) in bodies.items():
            held[target] = bomb(coding, opening, gigabytes)
            began = time.monotonic()
            came = fetch(run, target, coding)
            growth = memory(run.process.pid, "VmHWM") - before
            place, size = names[int(target[-1])], len(held.pop(target))
            print(f"{coding:8} {place:12} {size:>10,} bytes from the old site, {came:>10,} to the visitor;", end=" ")
            print(f"at most {growth:>6,} KB more memory so far; {time.monotonic() - began:.1f} s", flush=True)
            is_flat = is_flat and growth < MOST_GROWTH and came > 0
    return is_flat


def main(gigabytes: str) -> int:
    """Prove it."""
    with tempfile.TemporaryDirectory() as folder:
        return 0 if prove(float(gigabytes), Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
