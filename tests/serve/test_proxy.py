"""The proxy between a real server and a real, often badly behaved, upstream."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.types import Message, Scope

from migrator.errors import UpstreamUnreachable
from migrator.serve.answer import Answer, plain_answer
from migrator.serve.options import UpstreamOptions
from migrator.serve.proxy import Proxy
from migrator.serve.upstream import UpstreamRequest, UpstreamResponse
from tests.serve.live import eventually, serve, talk
from tests.serve.raw_upstream import Answering, Asked, RawUpstream, raw_upstream

HASTY = UpstreamOptions(connect_timeout=0.3, first_byte_timeout=0.3, gap_timeout=0.3)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def unavailable(scope: Scope, status: int) -> Answer:
    return plain_answer(status, "away")


@contextmanager
def proxied(
    answer: bytes | Answering, options: UpstreamOptions = UpstreamOptions(), *, read_body: bool = True
) -> Iterator[tuple[str, RawUpstream]]:
    with raw_upstream(answer, read_body=read_body) as upstream, serve(Proxy(upstream.url, options, unavailable)) as base:
        yield base, upstream


def get(target: str, *, version: str = "1.1", extra: str = "Connection: close\r\n", method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/{version}\r\nHost: www.old.example\r\n{extra}\r\n".encode("latin-1")


TARGETS = [
    "/",
    "//evil.example/x",
    "///",
    "/a//b/",
    "/a/../b/./c",
    "/%2e%2e/x",
    "/caf%E9",
    "/caf%C3%A9",
    "/a%2Fb%5Cc",
    "/%zz%",
    "/a;jsessionid=1?x",
    "/@user:pass@host/",
    "/p?a=%20+b&c",
    "/p?&&==&",
    "/p?q=http://x/?y#z"[:-2],
    "/p?a=[1]&b={2}|3",
    '/p?a="<>`^',
    "/\\evil",
    "/p?" + "x" * 6000,
]


def test_the_target_reaches_the_upstream_byte_for_byte() -> None:
    with proxied(HELLO) as (base, upstream):
        for target in TARGETS:
            assert talk(base, get(target)).endswith(b"hello"), target

    assert [asked.target.decode() for asked in upstream.asked] == TARGETS


async def _ask_directly(proxy: Proxy, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await proxy(scope, receive, send)
    return sent


def _scope(target: bytes, headers: list[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "raw_path": target,
        "path": "/",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 1),
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("target", "hosts"),
    [
        (b"http://evil.example/x", [b"www.old.example"]),
        (b"*", [b"www.old.example"]),
        (b"/a b", [b"www.old.example"]),
        (b"/a#b", [b"www.old.example"]),
        (b"/a\r\nx: y", [b"www.old.example"]),
        (b"/", [b"www.old.example", b"evil.example"]),
        (b"/", [b"a@evil.example"]),
        (b"/", [b"evil.example/x"]),
        (b"/", [b"evil.example:x"]),
    ],
)
async def test_what_is_no_origin_form_target_or_no_host_is_refused(target: bytes, hosts: list[bytes]) -> None:
    proxy = Proxy("http://127.0.0.1:9", HASTY, unavailable)

    sent = await _ask_directly(proxy, _scope(target, [(b"host", host) for host in hosts]))

    assert sent[0]["status"] == 400


def test_the_public_host_is_what_the_upstream_sees() -> None:
    with proxied(HELLO) as (base, upstream):
        talk(base, get("/", extra="X-Forwarded-Host: evil.example\r\nForwarded: host=evil\r\nConnection: close\r\n"))

    asked = upstream.asked[0]
    assert asked.field("host") == [b"www.old.example"]
    assert asked.field("x-forwarded-host") == [b"www.old.example"]
    assert asked.field("forwarded") == [b'for=127.0.0.1;host="www.old.example";proto=http']


def test_an_http_1_0_client_may_leave_out_the_host() -> None:
    with proxied(HELLO) as (base, upstream):
        assert talk(base, b"GET / HTTP/1.0\r\n\r\n").endswith(b"hello")

    assert upstream.asked[0].field("host") == [upstream.authority.encode()]


def test_repeated_fields_stay_apart_and_nothing_is_added_both_ways() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-A: caf\xe9\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    with proxied(answer) as (base, upstream):
        came = talk(base, get("/", extra="X-B: 1\r\nCookie: c=3\r\nX-B: 2\r\nConnection: close\r\n"))

    assert b"set-cookie: a=1; Path=/\r\nx-a: caf\xe9\r\nset-cookie: b=2\r\n" in came
    assert upstream.asked[0].field("x-b") == [b"1", b"2"]
    assert upstream.asked[0].field("cookie") == [b"c=3"]
    assert not upstream.asked[0].field("user-agent")
    assert not upstream.asked[0].field("accept")
    assert not upstream.asked[0].field("accept-encoding")
    assert came.lower().count(b"\r\ndate:") == 1


def test_no_visitor_is_sent_the_cookie_of_another() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=anna\r\nContent-Length: 0\r\n\r\n"
    with raw_upstream(answer) as upstream:
        named = upstream.url.replace("127.0.0.1", "localhost")  # cookie jars pass over bare addresses
        with serve(Proxy(named, UpstreamOptions(), unavailable)) as base:
            talk(base, get("/"))
            talk(base, get("/"))

    assert [asked.field("cookie") for asked in upstream.asked] == [[], []]


def test_a_coded_body_passes_as_it_is() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip"
    with proxied(answer) as (base, _):
        assert talk(base, get("/")).endswith(b"not gzip")


def test_redirects_are_passed_on_under_the_public_host_and_not_followed() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://%b/x?y\r\nContent-Length: 0\r\n\r\n" % where.encode())

    with proxied(answer) as (base, upstream):
        where = upstream.authority
        came = talk(base, get("/"))

    assert b"\r\nlocation: http://www.old.example/x?y\r\n" in came
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    ("extra", "body", "framing"),
    [
        ("Content-Length: 5\r\n", b"hello", (b"5", None)),
        ("Transfer-Encoding: chunked\r\n", b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", None),
        ("Expect: 100-continue\r\nContent-Length: 5\r\n", b"hello", (b"5", None)),
    ],
)
def test_a_body_is_passed_on_with_one_framing(extra: str, body: bytes, framing: object) -> None:
    with proxied(HELLO) as (base, upstream):
        came = talk(base, get("/", method="POST", extra=extra + "Connection: close\r\n") + body)

    asked = upstream.asked[0]
    assert came.endswith(b"hello")
    assert asked.body == b"hello"
    assert len(asked.field("content-length") + asked.field("transfer-encoding")) == 1
    assert not asked.field("expect")
    assert not asked.field("content-type")
    if framing:
        assert asked.field("content-length") == [b"5"]


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
        while not seen:
            await asyncio.sleep(0.01)
        writer.write(b"last")

    seen: list[bytes] = []
    with proxied(answer) as (base, _), httpx.stream("GET", base) as response:
        for part in response.iter_raw():
            seen.append(part)

    assert seen == [b"first", b"last"]


def test_a_slow_reader_slows_the_upstream_down() -> None:
    """No more than the buffers on the way, some megabytes of them the kernel's, is ever taken in advance."""
    size = 64 << 20

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size >> 16):
            writer.write(bytes(1 << 16))
            written[0] += 1 << 16
            await writer.drain()

    written = [0]
    with proxied(answer, HASTY) as (base, _), httpx.stream("GET", base) as response:
        parts = response.iter_raw()
        got = len(next(parts))
        time.sleep(0.5)  # longer than the gap timeout: our own pause is not the upstream's
        assert written[0] < 16 << 20
        got += sum(len(part) for part in parts)

    assert got == size


def test_a_client_that_leaves_ends_the_upstream_request_before_and_within_the_answer() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.target == b"/body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nfirst")
        await asked.reader.read()
        writer.close()

    with proxied(answer) as (base, upstream):
        for count, target in enumerate(["/head", "/body"], 1):
            host, _, port = base.removeprefix("http://").partition(":")
            with socket.create_connection((host, int(port))) as client:
                client.sendall(get(target))
                assert eventually(lambda count=count: len(upstream.asked) == count)
                assert target == "/head" or client.recv(9000)
            assert eventually(lambda count=count: upstream.ended == count), target


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


def test_an_event_stream_may_be_silent() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\nfirst")
        await asyncio.sleep(0.8)
        writer.write(b"last")

    with proxied(answer, HASTY) as (base, _):
        assert talk(base, get("/")).endswith(b"firstlast")


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


def test_big_header_sections_pass() -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"X-B: " + b"x" * 60_000 + b"\r\nContent-Length: 5\r\n\r\nhello"
    with proxied(answer) as (base, _):
        came = talk(base, get("/"))

    assert came.count(b"x-a: b\r\n") == 200
    assert came.endswith(b"hello")


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
            upstream.sendall(HELLO)
            assert client.recv(9000).startswith(b"HTTP/1.1 200 ")
            upstream.close()
            client.close()


class Unreachable:
    """An upstream to which no connection can be made."""

    def __init__(self) -> None:
        self.tried = 0

    async def open(self, request: UpstreamRequest) -> UpstreamResponse:
        self.tried += 1
        raise UpstreamUnreachable("nobody there")

    async def aclose(self) -> None:
        pass


@pytest.mark.anyio
async def test_an_upstream_that_cannot_be_reached_is_left_alone_but_for_probes() -> None:
    now = [100.0]
    upstream = Unreachable()
    proxy = Proxy("http://127.0.0.1:9", HASTY, unavailable, upstream=upstream, clock=lambda: now[0])
    tried = []
    for _ in range(3):
        for _ in range(20):
            sent = await _ask_directly(proxy, _scope(b"/", [(b"host", b"www.old.example")]))
            assert sent[0]["status"] == 503
        tried.append(upstream.tried)
        now[0] += 5.0

    assert tried == [5, 6, 7]
    assert not proxy.is_reachable


def test_head_204_and_304_have_no_body_and_the_next_request_is_right() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        answers = {
            b"/head": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nETag: x\r\n\r\n",
            b"/204": b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n",
            b"/304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\nETag: x\r\n\r\n",
            b"/next": HELLO,
        }
        writer.write(answers[asked.target])

    with proxied(answer) as (base, _), httpx.Client(base_url=base) as client:
        head = client.head("/head")
        assert (head.status_code, head.headers["content-length"], head.headers["etag"]) == (200, "900", "x")
        for target in ("/204", "/304"):
            bodiless = client.get(target)
            assert bodiless.status_code == int(target[1:])
            assert "content-length" not in bodiless.headers
            assert "transfer-encoding" not in bodiless.headers
            assert client.get("/next").text == "hello"


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


def test_an_address_that_leads_back_to_the_proxy_is_found_out() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    hops = []

    class Looping(Proxy):
        async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]
            hops.append(scope["type"])
            scope = scope if scope["type"] == "lifespan" else {**scope}
            await super().__call__(scope, receive, send)

    proxy = Looping(f"http://127.0.0.1:{port}", HASTY, unavailable)
    with serve(proxy, port=port) as base:
        assert talk(base, get("/")).startswith(b"HTTP/1.1 502 ")

    assert hops.count("http") == 4


@pytest.mark.anyio
async def test_a_websocket_is_refused_cleanly() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await Proxy("http://127.0.0.1:9", HASTY, unavailable)({"type": "websocket"}, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1011}]


@pytest.mark.parametrize("url", ["ftp://x", "http://", "//x", "http://x/path", "http://x?y", "http://user@x", "x"])
def test_an_upstream_is_a_scheme_and_an_authority(url: str) -> None:
    with pytest.raises(ValueError, match="an upstream is"):
        Proxy(url, HASTY, unavailable)
