"""A big download through the proxy into a reader that takes its time, and how much memory the proxy needed for it.

Runs by itself as `python -m tests.serve.slow_reader GIGABYTES`; the upstream and the proxy are processes of their own.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from migrator.serve.options import UpstreamOptions
from migrator.serve.proxy import Proxy
from tests.ports import free_port
from tests.serve.live import eventually
from tests.serve.proxied import unavailable
from tests.shared import ROOT

BLOCK = 1 << 20
SLOW_START = 32  # blocks that are taken in small sips, with pauses


async def pour(size: int, port: int) -> None:
    """Be an upstream whose every page is `size` bytes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # who only looks whether anybody listens
            await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(0 if reader.at_eof() else size // BLOCK):
            writer.write(bytes(BLOCK))
            await writer.drain()

    async with await asyncio.start_server(answer, "127.0.0.1", port) as server:
        await server.serve_forever()


def pass_on(upstream_port: int, port: int) -> None:
    """Be a proxy to that upstream."""
    import uvicorn

    uvicorn.run(Proxy(f"http://127.0.0.1:{upstream_port}", UpstreamOptions(), unavailable), port=port, log_level="warning")


def measure(blocks: int) -> tuple[int, int, int]:
    """Download that many MiB; how many bytes came, and the proxy's resident memory, in KiB, early and at its highest after."""
    upstream_port, port = free_port(), free_port()
    with _child("pour", blocks * BLOCK, upstream_port), _child("proxy", upstream_port, port) as proxy:
        assert eventually(lambda: _listens(upstream_port) and _listens(port), seconds=20)
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
            head = client.recv(BLOCK)
            got = len(head.partition(b"\r\n\r\n")[2])
            early = highest = 0
            while got < blocks * BLOCK and (part := client.recv(BLOCK)):
                got += len(part)
                if got < SLOW_START * BLOCK:
                    time.sleep(0.005)
                elif not early:
                    early = _resident(proxy.pid)
                elif got % BLOCK < len(part):
                    highest = max(highest, _resident(proxy.pid))
        return got, early, highest


@contextmanager
def _child(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.serve.slow_reader", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT) as child:
        try:
            yield child
        finally:
            child.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _resident(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def main(role: str, *numbers: str) -> int:
    """Take a part of the proof, or all of it."""
    if role == "pour":
        asyncio.run(pour(int(numbers[0]), int(numbers[1])))
    elif role == "proxy":
        pass_on(int(numbers[0]), int(numbers[1]))
    else:
        started = time.monotonic()
        got, early, highest = measure(int(role) * 1024)
        took = time.monotonic() - started
        print(f"{got:,} bytes in {took:.0f} s; resident {early:,} KiB early, {highest:,} KiB at its highest after")
        return 0 if got == int(role) << 30 and highest < early + 20 * 1024 else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
