"""The server as a process: it stops in good order, replaces workers, and stuck clients are nobody else's trouble."""

from __future__ import annotations

import asyncio
import socket
import statistics
import time
from contextlib import ExitStack, suppress

import pytest
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect as connect_websocket
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedError

from migrator.errors import MigratorError
from migrator.serve.options import RequestLimits, ServerOptions, UpstreamOptions
from migrator.serve.proxy import Proxy
from migrator.serve.server import listen
from tests.serve.hardened import Recorder, connect, hardened, read_to_end, status_of
from tests.serve.live import eventually, talk
from tests.serve.proxied import PATIENT, unavailable
from tests.serve.relayed import upstream as websocket_upstream

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
STUCK = (
    b"",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: ",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
    b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once, or with more than a socket takes."""
    if scope["type"] != "http":
        return
    size = 30_000_000 if scope["path"] == "/large" else 10
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})
    for _ in range(0, size, 1_000_000):
        await send({"type": "http.response.body", "body": b"x" * min(size, 1_000_000), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def delays(base: str, count: int = 60) -> list[float]:
    """How long requests take on one connection, sorted; seconds."""
    found = []
    with connect(base) as connection:
        for _ in range(count):
            began = time.perf_counter()
            connection.sendall(REQUEST)
            answer = b""
            while not answer.endswith(b"x" * 10):  # head and body may come apart
                answer += connection.recv(65536)
            found.append(time.perf_counter() - began)
            assert status_of(answer) == 200
    return sorted(found)


def test_two_hundred_stuck_clients_do_not_slow_another() -> None:
    """Judged by the median, which a busy machine does not move; scripts/prove/slow-clients has the 99th percentile of 2,000."""
    with hardened(app) as base, ExitStack() as stack:
        before = statistics.median(delays(base))
        for number in range(200):
            connection = stack.enter_context(connect(base))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(STUCK[number % len(STUCK)])
        after = statistics.median(delays(base))

    assert after < max(3 * before, 0.005)


def test_an_answer_that_comes_before_the_body_is_whole_can_still_be_read() -> None:
    """A server that closes with bytes unread makes the system throw its answer away (RFC 9112 section 9.6)."""
    from migrator.serve.gate import Gate

    limits = RequestLimits(body=1000)
    with hardened(Gate(Recorder(), limits), ServerOptions(limits=limits, grace=1)) as base, connect(base) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n")
        for _ in range(20):
            connection.sendall(b"x" * 100_000)
            time.sleep(0.005)
        assert status_of(read_to_end(connection)) == 413


def test_a_body_that_is_too_large_is_refused_before_it_is_asked_for() -> None:
    from migrator.serve.gate import Gate

    with hardened(Gate(Recorder(), RequestLimits(body=1000))) as base:
        answer = talk(base, b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n")

    assert status_of(answer) == 413


def test_an_address_that_is_taken_or_no_address_is_a_clear_message() -> None:
    (taken,) = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    with taken:
        with pytest.raises(MigratorError, match=f"could not listen on 127.0.0.1:{port}: Address already in use"):
            listen("127.0.0.1", port)
        with pytest.raises(MigratorError, match=r"could not listen on 203\.0\.113\.1"):
            listen("203.0.113.1", 0)


@pytest.mark.anyio
async def test_a_client_s_message_may_be_as_large_as_the_limit_and_a_larger_one_closes_both_ends() -> None:
    """One byte more is 1009 (RFC 6455 section 7.4.1) to the client, and none of it reaches the upstream."""

    async def handler(socket: ServerConnection) -> None:
        with suppress(ConnectionClosedError):
            async for message in socket:
                heard.append(len(message))
                await socket.send("heard")
        codes.append(socket.close_code)

    heard: list[int] = []
    codes: list[int | None] = []
    options = ServerOptions(grace=1, largest_message=1000)
    with websocket_upstream(handler) as url, hardened(Proxy(url, PATIENT, unavailable), options) as base:
        async with connect_websocket(base.replace("http:", "ws:")) as client:
            await client.send(bytes(1000))
            assert await client.recv() == "heard"
            await client.send(["a" * 600, "b" * 401])
            await client.wait_closed()
        assert await asyncio.to_thread(eventually, lambda: codes)

    assert (client.close_code, heard) == (1009, [1000])
    assert codes == [1009]


def test_messages_may_be_as_large_from_a_client_as_from_an_upstream() -> None:
    assert ServerOptions().largest_message == UpstreamOptions().largest_message
