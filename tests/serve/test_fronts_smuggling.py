"""Faulty requests through nginx, HAProxy and Caddy: what the front takes for one request is one to the old site, or none."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.serve import http2_frames
from tests.serve.fronted import HOST, Behind, behind, exchange
from tests.serve.fronts import FRONTS
from tests.serve.malformed import numbered_cases
from tests.serve.test_smuggling import AMBIGUOUS, MARKER

AT_A_TIME = 24
SAME_HOST = re.compile(rb"www\.old\.example\.?(?::80)?", re.IGNORECASE)
CHUNKS = b"0\r\n\r\n" + MARKER
Fields = list[tuple[bytes, bytes]]


def http2(*fields: tuple[bytes, bytes], body: bytes = b"", **first: bytes) -> bytes:
    """A POST in HTTP/2 with those fields; `first` changes those that begin with a colon."""
    known = {"method": b"POST", "scheme": b"http", "path": b"/page", "authority": HOST.encode()} | first
    return http2_frames.request([(b":" + name.encode(), value) for name, value in known.items()] + list(fields), body)


# What an HTTP/2 request can hold and HTTP/1.1 reads otherwise (RFC 9113 section 10.3), as known from James Kettle, "HTTP/2: The
# Sequel is Always Worse".
IN_HTTP2 = {
    "sound": http2((b"content-length", b"5"), body=b"hello"),
    "chunks": http2((b"transfer-encoding", b"chunked"), body=CHUNKS),
    "chunks and a length": http2((b"transfer-encoding", b"chunked"), (b"content-length", b"%d" % len(CHUNKS)), body=CHUNKS),
    "no length": http2(body=MARKER),
    "length of nothing": http2((b"content-length", b"0"), body=MARKER),
    "length too short": http2((b"content-length", b"1"), body=b"x" + MARKER),
    "two lengths": http2((b"content-length", b"0"), (b"content-length", b"%d" % len(MARKER)), body=MARKER),
    "field in a value": http2((b"x", b"y\r\ntransfer-encoding: chunked"), body=CHUNKS),
    "request in a value": http2((b"x", b"y\r\n\r\n" + MARKER)),
    "line feed in a value": http2((b"x", b"y\ntransfer-encoding: chunked"), body=CHUNKS),
    "NUL in a value": http2((b"x", b"y\0z")),
    "field in a name": http2((b"x: y\r\ntransfer-encoding", b"chunked"), body=CHUNKS),
    "colon in a name": http2((b"transfer-encoding: chunked, x", b"y"), body=CHUNKS),
    "blank in a name": http2((b"transfer-encoding ", b"chunked"), body=CHUNKS),
    "capitals in a name": http2((b"Transfer-Encoding", b"chunked"), body=CHUNKS),
    "request in the path": http2(path=b"/page HTTP/1.1\r\nHost: www.old.example\r\n\r\n" + MARKER),
    "blank in the path": http2(path=b"/page HTTP/1.1"),
    "no slash in the path": http2(path=b"page"),
    "another host in the path": http2(path=b"http://evil.example/page"),
    "request in the method": http2(method=b"GET /smuggled HTTP/1.1\r\nHost: www.old.example\r\n\r\nGET"),
    "blank in the method": http2(method=b"GET /smuggled"),
    "field in the scheme": http2(scheme=b"http\r\nx: y"),
    "field in the authority": http2(authority=b"www.old.example\r\ntransfer-encoding: chunked", body=CHUNKS),
    "another Host": http2((b"host", b"evil.example")),
    "two Hosts": http2((b"host", b"www.old.example"), (b"host", b"evil.example")),
    "connection": http2((b"connection", b"x-front, content-length"), body=b"hello"),
    "upgrade": http2((b"connection", b"upgrade"), (b"upgrade", b"websocket")),
    "CONNECT": http2(method=b"CONNECT"),
    "mark of the front's own": http2((b"x-front", b"forged")),
}


async def send_each(port: int, streams: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Each on a connection of its own, and after it a sound request on another; what those asked for and what came."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def send(place: int, stream: bytes) -> tuple[bytes, bytes]:
        target = b"/sound/%d" % place
        async with turn:
            await exchange(port, stream, 0.25)
            came = await exchange(port, b"GET %b HTTP/1.1\r\nHost: www.old.example\r\nConnection: close\r\n\r\n" % target, 5)
            return target, came

    return await asyncio.gather(*(send(place, stream) for place, stream in enumerate(streams)))


@pytest.mark.parametrize("name", FRONTS)
def test_no_request_that_the_front_did_not_make_reaches_the_upstream(name: str, tmp_path: Path) -> None:
    """Each request of a front's own bears its mark: one that came out of another's body would bear none, or the client's."""
    cases = [request for place, (_, request) in enumerate(numbered_cases()) if place % 11 == 0]
    streams = [request + MARKER for request in (*AMBIGUOUS.values(), *cases)]
    with behind(name, tmp_path) as way:
        answers = asyncio.run(send_each(way.port, streams))

        assert all(came.endswith(b"\r\n\r\n" + target) for target, came in answers)
        assert len(way.marks()) > len(streams)
        assert_every_request_is_the_front_s(way)


def assert_every_request_is_the_front_s(way: Behind) -> None:
    marks = way.marks()
    assert all(len(mark) == 1 for mark in marks)
    assert len({mark[0] for mark in marks}) == len(marks)
    hosts = [asked.field("host") for asked in way.upstream.asked]
    assert all(len(host) == 1 and SAME_HOST.fullmatch(host[0]) for host in hosts)


@pytest.mark.parametrize("name", FRONTS)
def test_nothing_comes_out_of_the_fields_and_bodies_of_http2(name: str, tmp_path: Path) -> None:
    async def send_each(port: int) -> None:
        await asyncio.gather(*(exchange(port, stream, 0.3) for stream in IN_HTTP2.values()))

    with behind(name, tmp_path, http2=True) as way:
        asyncio.run(exchange(way.port, IN_HTTP2["sound"], 0.3))
        assert [asked.body for asked in way.upstream.asked] == [b"hello"]
        asyncio.run(send_each(way.port))

        assert_every_request_is_the_front_s(way)
        assert b"/smuggled" not in [asked.target for asked in way.upstream.asked]
