"""What comes off the wire: trailers stay trailers, bad framing gets one refusal, and nobody waits for a client that stalls."""

from __future__ import annotations

import time
from collections.abc import Callable

import anyio
import pytest
from starlette.types import Receive, Scope, Send

from migrator.serve.options import RequestLimits, ServerOptions
from tests.serve.hardened import HASTY, Recorder, connect, hardened, read_to_end, status_of
from tests.serve.live import serve, talk

HOST = b"Host: www.old.example\r\n"
TRAILER = (
    b"POST /x HTTP/1.1\r\n" + HOST + b"Connection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Auth\r\n\r\n"
    b"5\r\nhello\r\n0\r\nX-Auth: admin\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
)
MARKER = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
SMALL = RequestLimits(target=100, field=100, fields=300, field_count=6, body=1000)
HASTY_SERVER = ServerOptions(grace=2, connection=HASTY)


def head(line: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join([line, HOST.strip(), *fields, b"", b""])


def test_no_trailer_becomes_a_field() -> None:
    app = Recorder()
    with hardened(app) as base:
        answer = talk(base, TRAILER)

    assert (status_of(answer), b"5\r\nhello" in answer) == (200, True)
    assert b"x-auth" not in app.fields()
    assert b"x-forwarded-for" not in app.fields()


def test_stock_uvicorn_still_has_the_fault_that_this_protocol_mends() -> None:
    """When this fails, uvicorn has mended it, and docs/serve.md may say so."""
    app = Recorder()
    with serve(app, server="uvicorn") as base:
        talk(base, TRAILER)

    assert b"x-auth" in app.fields()


REFUSED = {
    "fragment": (400, head(b"GET /a#b HTTP/1.1")),
    "no slash": (400, head(b"GET a HTTP/1.1")),
    "other authority": (400, head(b"GET http://evil.example/ HTTP/1.1")),
    "user in authority": (400, head(b"GET http://www.old.example@evil.example/ HTTP/1.1")),
    "another scheme": (400, head(b"GET ftp://www.old.example/ HTTP/1.1")),
    "asterisk": (400, head(b"GET * HTTP/1.1")),
    "CONNECT": (405, head(b"CONNECT www.old.example:443 HTTP/1.1")),
    "TRACE": (405, head(b"TRACE / HTTP/1.1")),
    "HTTP/2 in an old dress": (505, head(b"GET / HTTP/2.0")),
    "no HTTP": (400, b"hello\r\n\r\n"),
    "TLS": (400, bytes.fromhex("16030100f5010000f10303") + b"\0" * 40),
    "folded field": (400, head(b"GET / HTTP/1.1", b"X-A: a\r\n b")),
    "bare LF": (400, b"GET / HTTP/1.1\nHost: www.old.example\n\n"),
    "bare CR": (400, head(b"GET / HTTP/1.1", b"X-A: a\rb")),
    "NUL": (400, head(b"GET / HTTP/1.1", b"X-A: a\0b")),
    "space before colon": (400, head(b"GET / HTTP/1.1", b"X-A : a")),
    "no colon": (400, head(b"GET / HTTP/1.1", b"X-A")),
    "two lengths": (400, head(b"POST / HTTP/1.1", b"Content-Length: 5", b"Content-Length: 6") + b"hello!"),
    "signed length": (400, head(b"POST / HTTP/1.1", b"Content-Length: +5") + b"hello"),
    "list of lengths": (400, head(b"POST / HTTP/1.1", b"Content-Length: 5, 5") + b"hello"),
    "length and chunks": (400, head(b"POST / HTTP/1.1", b"Content-Length: 4", b"Transfer-Encoding: chunked") + b"0\r\n\r\n"),
    "chunked twice": (400, head(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked") + b"0\r\n\r\n"),
    "bad chunk size": (400, head(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked") + b"5_0\r\nhello\r\n0\r\n\r\n"),
    "chunk too short": (400, head(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked") + b"3\r\nhello\r\n0\r\n\r\n"),
    "huge chunk size": (400, head(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked") + b"f" * 17 + b"\r\nhello"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_malformed_gets_one_refusal_and_the_connection_ends(name: str) -> None:
    status, request = REFUSED[name]
    app = Recorder()
    with hardened(app) as base:
        answer = talk(base, request + MARKER)

    assert status_of(answer) == status
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nconnection: close\r\n" in answer
    assert app.scopes == [] or name.endswith(("chunk size", "too short"))
    assert all(scope["path"] != "/smuggled" for scope in app.scopes)


SIZES: dict[str, tuple[int, Callable[[int], bytes], int]] = {
    "target": (414, lambda size: head(b"GET /" + b"a" * (size - 1) + b" HTTP/1.1"), 100),
    "field": (431, lambda size: head(b"GET / HTTP/1.1", b"X-A: " + b"a" * (size - 3)), 100),
    "fields": (431, lambda size: head(b"GET / HTTP/1.1", *[b"X-A: " + b"a" * 90] * 2, b"X-B: " + b"b" * (size - 208)), 300),
    "count": (431, lambda size: head(b"GET / HTTP/1.1", *[b"A: b"] * (size - 1)), 6),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_head_may_be_as_large_as_the_limit_and_no_larger(name: str) -> None:
    status, make, limit = SIZES[name]
    found = []
    with hardened(Recorder(), ServerOptions(grace=2, limits=SMALL)) as base:
        for size in (limit - 1, limit, limit + 1):
            with connect(base) as connection:
                connection.sendall(make(size))
                found.append(status_of(connection.recv(65536)))

    assert found == [200, 200, status]


def test_a_head_without_end_is_refused_before_it_fills_memory() -> None:
    with hardened(Recorder(), ServerOptions(grace=2, limits=SMALL)) as base, connect(base) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        for _ in range(10):
            connection.sendall(b"a" * 100)
            time.sleep(0.005)
        assert status_of(connection.recv(65536)) == 431


def test_a_trailer_without_end_is_refused_before_it_fills_memory() -> None:
    with hardened(Recorder(), ServerOptions(grace=2, limits=SMALL)) as base, connect(base) as connection:
        connection.sendall(head(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\nX-A: ")
        for _ in range(10):
            connection.sendall(b"a" * 100)
            time.sleep(0.005)
        assert status_of(connection.recv(65536)) == 431


def test_a_request_that_is_refused_waits_for_the_answers_before_it() -> None:
    with hardened(Recorder()) as base:
        answer = talk(base, head(b"GET /first HTTP/1.1") + head(b"GET /bad#x HTTP/1.1") + MARKER)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert status_of(answer) == 200
    assert answer.endswith(b"0\r\n\r\n")


def test_an_absolute_target_that_says_what_host_says_is_taken_for_its_path() -> None:
    app = Recorder()
    with hardened(app) as base:
        talk(base, head(b"GET http://WWW.old.example:80/a%2Fb?x HTTP/1.1", b"Connection: close"))

    assert (app.scopes[0]["raw_path"], app.scopes[0]["query_string"]) == (b"/a%2Fb", b"x")


def test_an_offer_of_h2c_is_not_taken_up_and_the_next_request_is_not_lost() -> None:
    app = Recorder()
    with hardened(app) as base:
        upgrade = head(b"GET /a HTTP/1.1", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk")
        answer = talk(base, upgrade + head(b"GET /b HTTP/1.1", b"Connection: close"))

    assert answer.count(b"HTTP/1.1 200") == 2
    assert b" 101 " not in answer


def test_an_http_1_0_client_gets_no_chunks() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"transfer-encoding", b"chunked")]})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    with hardened(app) as base:
        answer = talk(base, b"GET / HTTP/1.0\r\n\r\n")

    assert answer.endswith(b"\r\n\r\none two")
    assert b"chunked" not in answer


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ",
        head(b"POST / HTTP/1.1", b"Content-Length: 10") + b"half",
        head(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked") + b"5\r\nhel",
    ],
    ids=["line", "head", "body", "chunk"],
)
def test_a_request_that_stops_half_way_is_timed_out(sent: bytes) -> None:
    began = time.monotonic()
    with hardened(Recorder(), HASTY_SERVER) as base:
        answer = talk(base, sent)

    assert status_of(answer) == 408
    assert time.monotonic() - began < 3


def test_a_head_that_drips_has_no_more_time_than_one_that_stops() -> None:
    began = time.monotonic()
    with hardened(Recorder(), HASTY_SERVER) as base, connect(base) as connection:
        connection.settimeout(0.05)
        connection.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        answer = b""
        while not answer and time.monotonic() - began < 3:
            connection.sendall(b"a")
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue

    assert status_of(answer) == 408


@pytest.mark.parametrize(("size", "status"), [(5, 408), (100, 200)], ids=["too slow", "fast enough"])
def test_a_body_that_drips_must_come_at_its_rate_on_the_whole(size: int, status: int) -> None:
    """100 bytes a second or 2,000, of which 500 are asked for; neither is ever silent for as long as a body may be."""
    length = 16 * size
    with hardened(Recorder(), HASTY_SERVER) as base, connect(base) as connection:
        connection.sendall(head(b"POST / HTTP/1.1", b"Content-Length: %d" % length))
        connection.settimeout(0.05)
        answer, sent, began = b"", 0, time.monotonic()
        while not answer and time.monotonic() - began < 3:
            connection.sendall(b"x" * min(size, length - sent))
            sent = min(length, sent + size)
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue

    assert status_of(answer) == status
    assert (sent < length) == (status == 408)
    assert time.monotonic() - began > 0.4


@pytest.mark.parametrize("first", [b"", head(b"GET / HTTP/1.1")], ids=["never spoke", "fell silent"])
def test_an_idle_connection_is_closed_without_a_word(first: bytes) -> None:
    with hardened(Recorder(), HASTY_SERVER) as base:
        answer = talk(base, first)

    assert answer.count(b"HTTP/1.1 ") == (1 if first else 0)
    assert b"408" not in answer


def test_a_client_that_takes_nothing_of_its_answer_is_let_go() -> None:
    ended: list[float] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1000):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        await receive()
        ended.append(time.monotonic())

    with hardened(app, HASTY_SERVER) as base, connect(base) as connection:
        connection.sendall(head(b"GET / HTTP/1.1"))
        time.sleep(2)
        assert len(ended) == 1
        assert len(read_to_end(connection)) < 1000 * 65536


def test_a_client_that_reads_slowly_but_reads_is_not_let_go() -> None:
    size = 12_000_000

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})
        await send({"type": "http.response.body", "body": b"x" * size})

    with hardened(app, HASTY_SERVER) as base, connect(base) as connection:
        connection.sendall(head(b"GET / HTTP/1.1", b"Connection: close"))
        got, ends = 0, time.monotonic() + 1.5
        while time.monotonic() < ends:
            got += len(connection.recv(20_000))
            time.sleep(0.05)
        got += len(read_to_end(connection))

    assert got > size


def test_requests_that_wait_for_their_turn_are_not_read_ahead_without_end() -> None:
    """uvicorn alone reads some sixty of these for each that it answers, and keeps them all."""
    answered = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal answered
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        answered += 1
        await anyio.sleep(0.001)

    asked = head(b"POST /" + b"x" * 4000 + b" HTTP/1.1", b"Content-Length: 0") * 100
    sent = 0
    with hardened(app) as base, connect(base) as connection:
        while answered < 300:
            sent += connection.send(asked[sent % len(asked) :])

        assert sent < 300 * 4100 + 12_000_000, "more than the system's buffers hold, beside what was answered"
