"""An old site whose answers end at any byte, or are no HTTP: the visitor sees the break, and the connection is not used again."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.serve.live import talk
from tests.serve.proxied import HASTY, HELLO, get, proxied
from tests.serve.raw_upstream import Asked

BODY = bytes(range(97, 107)) * 1000
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
    b"%x\r\n%b\r\n" % (500, BODY[first : first + 500]) for first in range(0, len(BODY), 500)
)
HEADS = {"a length": LENGTH.index(b"\r\n\r\n") + 4, "chunks": CHUNKED.index(b"\r\n\r\n") + 4}
ANSWERS = {"a length": LENGTH, "chunks": CHUNKED + b"0\r\n\r\n"}


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("share", [0, 0.0001, 0.5, 0.99, 0.9999])
@pytest.mark.parametrize("framing", ANSWERS)
def test_a_body_that_ends_too_soon_is_seen_to(framing: str, share: float, reset: bool) -> None:
    answer, head = ANSWERS[framing], HEADS[framing]
    cut = head + int((len(answer) - head) * share)

    async def breaking_off(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer[:cut])
        await writer.drain()
        await asyncio.sleep(0.03)
        writer.transport.abort() if reset else writer.close()

    with proxied(breaking_off) as (base, _):
        came = b""
        with contextlib.suppress(ConnectionError):
            came = talk(base, get("/"))

    top, _, body = came.partition(b"\r\n\r\n")
    if top[9:10] == b"5":
        assert share <= 0.0001  # nothing of it was sent on
        return
    assert top.startswith(b"HTTP/1.1 200 ") or not came
    assert not body.endswith(b"0\r\n\r\n")
    assert len(body) < len(BODY) or b"transfer-encoding: chunked" in top.lower()


@pytest.mark.parametrize("cut", [1, 9, 12, 17, 40, len(LENGTH) - len(BODY) - 1])
def test_a_head_that_ends_too_soon_is_a_502(cut: int) -> None:
    async def breaking_off(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(LENGTH[:cut])
        await writer.drain()
        writer.close()

    with proxied(breaking_off, HASTY) as (base, _):
        assert talk(base, get("/")).startswith(b"HTTP/1.1 502 ")


KEPT = {
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "a switch nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    "a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n",
    "a bare carriage return": b"HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b\r\nContent-Length: 5\r\n\r\nhello",
    "a second answer": HELLO + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nEVIL!",
}


@pytest.mark.parametrize("kind", KEPT)
def test_a_connection_with_a_wrong_answer_is_not_used_again(kind: str) -> None:
    """The old site keeps it open, as one would that lies in wait for the next visitor's request."""

    async def answering(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(KEPT[kind] if asked.target == b"/first" else HELLO)
        await writer.drain()

    with proxied(answering, HASTY) as (base, upstream):
        with contextlib.suppress(ConnectionError):
            first = talk(base, get("/first"))
            assert b"EVIL!" not in first
            assert b"set-cookie" not in first.lower()
        assert talk(base, get("/next")).endswith(b"hello")

    connections = {asked.target: asked.connection for asked in upstream.asked}
    assert connections[b"/next"] > connections[b"/first"]
