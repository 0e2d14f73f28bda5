"""The road to an upstream by itself: what is sent to the byte, and which error is which."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from migrator.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.serve.headers import Address, Headers
from migrator.serve.options import UpstreamOptions
from migrator.serve.upstream import UpstreamRequest, upstream_address
from migrator.serve.upstream_dial import Dialer
from migrator.serve.upstream_pool import PooledUpstream
from tests.serve.raw_upstream import Asked, raw_upstream

HASTY = UpstreamOptions(connect_timeout=0.3, first_byte_timeout=0.3, gap_timeout=0.3)

pytestmark = pytest.mark.anyio


async def ask(
    url: str,
    target: bytes = b"/",
    headers: Headers | None = None,
    *,
    method: str = "GET",
    body: AsyncIterator[bytes] | None = None,
    options: UpstreamOptions = HASTY,
) -> tuple[int, Headers, bytes]:
    upstream = PooledUpstream(Dialer(upstream_address(url), options), options)
    try:
        response = await upstream.open(UpstreamRequest(method, target, headers or [(b"host", b"www.old.example")], body))
        try:
            parts = []
            while part := await response.read():
                parts.append(part)
            return response.status, response.headers, b"".join(parts)
        finally:
            response.close()
    finally:
        await upstream.aclose()


async def test_what_is_sent_is_what_was_given_and_no_more() -> None:
    headers = [(b"host", b"www.old.example"), (b"x-a", b"1"), (b"cookie", "k=é".encode()), (b"x-a", b"2")]
    with raw_upstream(b"HTTP/1.1 200 OK\r\nX-B: 1\r\nx-b: caf\xe9\r\n\r\nhello") as upstream:
        status, came, body = await ask(upstream.url, b"//a/../%2e?b=%20+", headers)

    assert (status, came, body) == (200, [(b"X-B", b"1"), (b"x-b", b"caf\xe9")], b"hello")
    assert upstream.asked[0].target == b"//a/../%2e?b=%20+"
    assert upstream.asked[0].headers == headers


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_bytes_that_are_no_utf_8_are_sent_as_they_are(method: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    headers = [(b"host", b"a"), (b"cookie", b"k=caf\xe9"), (b"x-a", "é".encode()), (b"cookie", b"\xff\xed\xa0\x80")]
    with raw_upstream(b"HTTP/1.1 200 OK\r\n\r\nhello") as upstream:
        answer = await ask(upstream.url, b"/\xe9?\xff", headers, method=method, body=body() if method == "POST" else None)

    assert answer[2] == b"hello"
    assert upstream.asked[0].target == b"/\xe9?\xff"
    assert upstream.asked[0].headers[:4] == headers
    assert upstream.asked[0].body == (b"ab" if method == "POST" else b"")


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_the_environment_sends_nothing_elsewhere(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with raw_upstream(b"HTTP/1.1 200 OK\r\n\r\nhello") as upstream:
        assert (await ask(upstream.url))[2] == b"hello"


async def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        with pytest.raises(UpstreamUnreachable):
            await ask(f"http://127.0.0.1:{place.getsockname()[1]}")


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    with pytest.raises(UpstreamUnreachable):
        await ask("http://nowhere.invalid", options=UpstreamOptions())


async def test_tls_where_there_is_none_is_unreachable() -> None:
    with raw_upstream(b"HTTP/1.1 200 OK\r\n\r\n") as upstream, pytest.raises(UpstreamUnreachable):
        await ask(upstream.url.replace("http:", "https:"))


async def test_a_full_backlog_is_unreachable_within_the_connect_timeout() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen(0)
        where = place.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(where)
        with pytest.raises(UpstreamUnreachable):
            await ask(f"http://127.0.0.1:{where[1]}")
        for client in waiting:
            client.close()


async def _never(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asked.reader.read()


async def test_no_answer_is_a_timeout() -> None:
    with raw_upstream(_never) as upstream, pytest.raises(UpstreamTimeout):
        await ask(upstream.url)


async def test_waiting_for_a_free_connection_is_a_timeout_too() -> None:
    options = UpstreamOptions(connect_timeout=0.2, first_byte_timeout=0.2, connections=1)
    with raw_upstream(_never) as upstream:
        road = PooledUpstream(Dialer(upstream_address(upstream.url), options), options)
        request = UpstreamRequest("GET", b"/", [(b"host", b"a")])
        ends = await asyncio.gather(road.open(request), road.open(request), return_exceptions=True)
        await road.aclose()

    assert [type(end) for end in ends] == [UpstreamTimeout, UpstreamTimeout]


async def test_a_client_that_takes_its_time_with_a_body_is_no_fault_of_the_upstream() -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.sleep(0.9)
        yield b"b"

    with raw_upstream(b"HTTP/1.1 200 OK\r\n\r\nhello") as upstream:
        assert (await ask(upstream.url, method="POST", body=slowly()))[2] == b"hello"

    assert upstream.asked[0].body == b"ab"


async def test_an_answer_may_come_before_the_request_is_whole() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nfull")

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"a"
            await asyncio.sleep(0.01)

    with raw_upstream(answer, read_body=False) as upstream:
        assert (await ask(upstream.url, method="POST", body=endless()))[::2] == (413, b"full")


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 200"])
async def test_what_is_not_http_is_an_upstream_error_on_one_line(answer: bytes) -> None:
    with raw_upstream(answer) as upstream, pytest.raises(UpstreamError) as caught:
        await ask(upstream.url)

    assert type(caught.value) is UpstreamError
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 300


async def test_a_body_that_breaks_off_is_an_upstream_error() -> None:
    with raw_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello") as upstream, pytest.raises(UpstreamError):
        await ask(upstream.url)


@pytest.mark.parametrize(
    ("url", "scheme", "authority"),
    [
        ("http://10.0.0.5:8080", b"http", b"10.0.0.5:8080"),
        ("https://Legacy.Example/", b"https", b"legacy.example"),
        ("http://[::1]:81", b"http", b"[::1]:81"),
        ("http://bücher.example", b"http", b"xn--bcher-kva.example"),
    ],
)
async def test_an_upstream_address_is_canonical(url: str, scheme: bytes, authority: bytes) -> None:
    assert upstream_address(url) == Address(scheme, authority)


async def test_no_byte_of_a_body_goes_beyond_its_length() -> None:
    """The upstream would read it as a request of its own."""

    async def body() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    headers = [(b"host", b"a"), (b"content-length", b"2")]
    with raw_upstream(answer) as upstream, pytest.raises(UpstreamError):
        await ask(upstream.url, headers=headers, method="POST", body=body())

    assert b"/smuggled" not in [asked.target for asked in upstream.asked]


async def test_a_body_that_comes_to_head_after_all_is_no_answer_to_the_next_request() -> None:
    """However late it comes: the connection carries nothing more."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "HEAD":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
            await asyncio.sleep(0.1)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nNO")
        else:
            await asyncio.sleep(0.2)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes")

    with raw_upstream(answer) as upstream:
        road = PooledUpstream(Dialer(upstream_address(upstream.url), UpstreamOptions()), UpstreamOptions())
        first = await road.open(UpstreamRequest("HEAD", b"/", [(b"host", b"a")]))
        first.close()
        second = await road.open(UpstreamRequest("GET", b"/", [(b"host", b"a")]))
        assert await second.read() == b"yes"
        second.close()
        await road.aclose()
