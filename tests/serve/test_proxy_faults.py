"""The proxy in front of upstreams that are late, broken, lying or not there."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from migrator.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.serve.proxy import Proxy
from migrator.serve.upstream import UpstreamRequest, UpstreamResponse
from migrator.serve.upstream_exchange import MOST_INTERIM
from tests.serve.live import eventually, serve, talk
from tests.serve.proxied import HASTY, HELLO, ask_directly, get, proxied, scope_of, unavailable
from tests.serve.raw_upstream import Asked


@pytest.mark.parametrize(
    ("framing", "rest"),
    [
        (b"Content-Length: 900\r\n\r\nfirst", b""),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", b""),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", b"nonsense\r\n"),
    ],
)
def test_an_upstream_that_breaks_off_is_seen_to_break_off(framing: bytes, rest: bytes) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + framing)
        await asyncio.sleep(0.1)
        writer.write(rest)
        writer.close()

    with proxied(answer) as (base, _):
        head, _, body = talk(base, get("/")).partition(b"\r\n\r\n")

    assert b" 200 " in head
    assert b"first" in body
    assert b"0\r\n\r\n" not in body
    assert len(body) < 900


def test_an_upstream_that_goes_silent_within_a_body_is_broken_off() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nfirst")
        await asked.reader.read()

    with proxied(answer, HASTY) as (base, upstream):
        assert talk(base, get("/")).endswith(b"first")
        assert eventually(lambda: upstream.ended)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 600 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_an_answer_that_is_not_http_becomes_a_502(answer: bytes) -> None:
    with proxied(answer, HASTY) as (base, _):
        came = talk(base, get("/"))

    assert came.startswith(b"HTTP/1.1 502 ")
    assert came.endswith(b"away\n")


@pytest.mark.parametrize(
    ("method", "interim"),
    [
        ("POST", b"HTTP/1.1 100 Continue\r\n\r\n"),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
    ],
)
def test_interim_answers_are_left_out_and_a_flood_of_them_becomes_a_502(method: str, interim: bytes) -> None:
    """Not only once the patience for a first byte is over, for a flood keeps the proxy busy until then."""

    async def flood(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(interim * 20)
            await writer.drain()
            await asyncio.sleep(0)

    with proxied(interim * MOST_INTERIM + HELLO) as (base, _):
        assert talk(base, get("/", method=method)).startswith(b"HTTP/1.1 200 ")
    with proxied(interim * (MOST_INTERIM + 1) + HELLO) as (base, _):
        assert talk(base, get("/", method=method)).startswith(b"HTTP/1.1 502 ")
    with proxied(flood) as (base, upstream):
        assert talk(base, get("/", method=method), seconds=3).startswith(b"HTTP/1.1 502 ")
        assert eventually(lambda: upstream.ended)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_upstream_that_does_not_answer_in_time_becomes_a_504(method: str) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asked.reader.read()

    with proxied(answer, HASTY) as (base, upstream):
        assert talk(base, get("/", method=method)).startswith(b"HTTP/1.1 504 ")
        assert eventually(lambda: upstream.ended)


def test_an_upstream_that_does_not_take_the_upload_becomes_a_504_and_is_let_go_of() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.5)
        try:
            await asked.reader.read()
        except ConnectionError:
            reset.append(True)
            raise

    reset: list[bool] = []
    with proxied(answer, HASTY, read_body=False) as (base, _):
        assert httpx.post(base, content=bytes(32 << 20), timeout=10).status_code == 504
        assert eventually(lambda: reset)


def test_an_upstream_that_is_down_becomes_a_503_and_is_used_again_when_it_is_back() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
        with serve(Proxy(f"http://127.0.0.1:{port}", HASTY, unavailable)) as base:
            assert talk(base, get("/")).startswith(b"HTTP/1.1 503 ")
            place.listen()
            place.settimeout(5)
            client = socket.create_connection(("127.0.0.1", int(base.rpartition(":")[2])))
            client.sendall(get("/"))
            upstream, _ = place.accept()
            assert upstream.recv(9000).startswith(b"GET / ")
            upstream.sendall(HELLO)
            assert client.recv(9000).startswith(b"HTTP/1.1 200 ")
            upstream.close()
            client.close()


class Away:
    """An upstream that fails in one way only."""

    def __init__(self, error: UpstreamError) -> None:
        self.tried = 0
        self.error = error

    async def open(self, request: UpstreamRequest) -> UpstreamResponse:
        self.tried += 1
        raise self.error

    async def aclose(self) -> None:
        pass


@pytest.mark.anyio
@pytest.mark.parametrize(("error", "status"), [(UpstreamUnreachable("nobody there"), 503), (UpstreamTimeout("it hangs"), 504)])
async def test_an_upstream_that_does_not_answer_is_left_alone_but_for_probes(error: UpstreamError, status: int) -> None:
    now = [100.0]
    upstream = Away(error)
    proxy = Proxy("http://127.0.0.1:9", HASTY, unavailable, upstream=upstream, clock=lambda: now[0])
    tried = []
    for _ in range(3):
        for _ in range(20):
            sent = await ask_directly(proxy, scope_of(b"/", [(b"host", b"www.old.example")]))
            assert sent[0]["status"] in (503, status)
        tried.append(upstream.tried)
        now[0] += 5.0

    assert tried == [5, 6, 7]
    assert not proxy.is_reachable


@pytest.mark.anyio
async def test_answers_that_are_wrong_are_no_reason_to_leave_an_upstream_alone() -> None:
    upstream = Away(UpstreamError("nonsense"))
    proxy = Proxy("http://127.0.0.1:9", HASTY, unavailable, upstream=upstream)
    for _ in range(20):
        assert (await ask_directly(proxy, scope_of(b"/", [(b"host", b"www.old.example")])))[0]["status"] == 502

    assert upstream.tried == 20
    assert proxy.is_reachable


def test_an_address_that_leads_back_to_the_proxy_is_found_out() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    hops: list[str] = []
    proxy = Proxy(f"http://127.0.0.1:{port}", HASTY, unavailable)

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        hops.append(scope["type"])
        await proxy(scope, receive, send)

    with serve(counting, port=port) as base:
        assert talk(base, get("/")).startswith(b"HTTP/1.1 502 ")

    assert hops.count("http") == 4
