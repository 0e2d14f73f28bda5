"""The proxy over time: streams, slow and leaving clients, connections used again."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from migrator.serve.options import UpstreamOptions
from tests.cli.test_serve import serving
from tests.serve import slow_reader
from tests.serve.bombs import memory
from tests.serve.hardened import connect, read_to_end, status_of
from tests.serve.live import eventually, talk
from tests.serve.proxied import HASTY, HELLO, get, proxied
from tests.serve.raw_upstream import Asked, raw_upstream


def test_an_upload_streams() -> None:
    """The upstream has the first part before the client has sent the last, in chunks where no length was told."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        assert await asked.reader.readline() == b"5\r\n"
        assert await asked.reader.readline() == b"first\r\n"
        halfway.append(True)
        assert await asked.reader.readuntil(b"0\r\n\r\n") == b"4\r\nlast\r\n0\r\n\r\n"
        writer.write(HELLO)

    def parts() -> Iterator[bytes]:
        yield b"first"
        assert eventually(lambda: halfway)
        yield b"last"

    halfway: list[bool] = []
    with proxied(answer, read_body=False) as (base, _):
        assert httpx.post(base, content=parts()).text == "hello"


def test_a_download_streams() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst")
        await asyncio.to_thread(has_first.wait, 5)
        writer.write(b"last")

    seen: list[bytes] = []
    has_first = threading.Event()
    with proxied(answer) as (base, _), httpx.stream("GET", base) as response:
        for part in response.iter_raw():
            seen.append(part)
            has_first.set()

    assert seen == [b"first", b"last"]


@pytest.mark.parametrize("closes", [False, True])
def test_a_slow_reader_slows_the_upstream_down(closes: bool) -> None:
    """No more than the buffers on the way, some megabytes of them the kernel's, is ever taken in advance."""
    size = 64 << 20

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size >> 16):
            writer.write(bytes(1 << 16))
            written[0] += 1 << 16
            await writer.drain()
        if closes:
            writer.close()

    written = [0]
    with proxied(answer, HASTY) as (base, _), httpx.stream("GET", base) as response:
        parts = response.iter_raw()
        got = len(next(parts))
        time.sleep(0.5)  # longer than the gap timeout: our own pause is not the upstream's
        assert written[0] < 16 << 20
        got += sum(len(part) for part in parts)

    assert got == size


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_big_download_takes_no_more_memory_than_a_small_one() -> None:
    """The short form of scripts/prove/ten-gigabytes."""
    got, early, highest = slow_reader.measure(300)

    assert got == 300 << 20
    assert highest < early + 20 * 1024


def test_a_client_that_leaves_ends_the_upstream_request_before_and_within_the_answer() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.target == b"/body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nfirst")
        await asked.reader.read()
        writer.close()

    with proxied(answer) as (base, upstream):
        for target in ("/head", "/body"):
            host, _, port = base.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port))) as client:
                client.sendall(get(target))
                assert eventually(lambda: len(upstream.asked) == upstream.ended + 1)
                assert target == "/head" or client.recv(9000)
            assert eventually(lambda: len(upstream.asked) == upstream.ended), target


def test_a_client_that_leaves_within_its_upload_ends_the_upstream_request() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        got.append(await asked.reader.read())
        writer.close()

    got: list[bytes] = []
    with proxied(answer, read_body=False) as (base, upstream):
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(get("/", method="POST", extra="Content-Length: 900\r\n") + b"part")
            assert eventually(lambda: upstream.asked)
        assert eventually(lambda: got)

    assert got == [b"part"]


def test_an_event_stream_may_be_silent() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\nfirst")
        await asyncio.sleep(0.8)
        writer.write(b"last")

    with proxied(answer, HASTY) as (base, _):
        assert talk(base, get("/")).endswith(b"firstlast")


def test_connections_to_the_upstream_are_used_again() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO)

    with proxied(answer) as (base, upstream):
        for _ in range(5):
            talk(base, get("/"))

    assert upstream.opened == 1


def test_only_a_bodiless_idempotent_request_is_asked_again_when_the_connection_has_ended() -> None:
    """Each connection answers once and dies of the second request."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        served = sum(1 for other in upstream.asked if other.connection == asked.connection)
        if served > 1:
            writer.close()
        else:
            writer.write(HELLO.removesuffix(b"hello") if asked.method == "HEAD" else HELLO)

    with proxied(answer) as (base, upstream):
        for method, body, expected, times in [
            ("GET", "", b"200", 2),
            ("HEAD", "", b"200", 2),
            ("POST", "", b"502", 1),
            ("PUT", "body", b"502", 1),
        ]:
            talk(base, get("/"))  # leaves a connection in the pool
            asked = len(upstream.asked)
            length = f"Content-Length: {len(body)}\r\n"
            came = talk(base, get("/x", method=method, extra=f"{length}Connection: close\r\n") + body.encode())
            assert came[9:12] == expected, method
            assert len(upstream.asked) - asked == times, method


def test_an_upstream_that_hangs_holds_so_many_requests_and_the_next_ones_are_answered_soon() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.target == b"/hangs":
            await asked.reader.read()
        writer.write(HELLO)

    options = UpstreamOptions(connections=2, turn_timeout=0.2)
    with proxied(answer, options) as (base, upstream):
        host, _, port = base.removeprefix("http://").partition(":")
        held = [socket.create_connection((host, int(port))) for _ in range(2)]
        for client in held:
            client.sendall(get("/hangs"))
        assert eventually(lambda: len(upstream.asked) == 2)
        started = time.monotonic()
        came = talk(base, get("/"))
        assert came.startswith(b"HTTP/1.1 503 ")
        assert 0.2 <= time.monotonic() - started < 2
        for client in held:
            client.close()
        assert eventually(lambda: talk(base, get("/")).endswith(b"hello"))


def test_a_large_upload_that_is_taken_slowly_fills_no_memory_of_the_door(tmp_path: Path) -> None:
    """The client waits instead: what the door holds is a small part of what it passes on."""
    size, piece, taken = 64 << 20, bytes(1 << 20), [0]

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while asked.method == "POST" and taken[0] < size and (part := await asked.reader.read(1 << 20)):
            taken[0] += len(part)
            await asyncio.sleep(0.0005)
        writer.write(HELLO)

    head = b"POST /page HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with raw_upstream(answer, read_body=False) as upstream, serving(tmp_path, upstream.url) as run:
        talk(run.base, b"GET /page HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n")
        before = memory(run.process.pid, "VmRSS")
        with connect(run.base, seconds=20) as connection:
            connection.sendall(head % size)
            for _ in range(size // len(piece)):
                connection.sendall(piece)
            assert status_of(read_to_end(connection)) == 200
        growth = memory(run.process.pid, "VmHWM") - before

    assert taken == [size]
    assert growth < 12_000
