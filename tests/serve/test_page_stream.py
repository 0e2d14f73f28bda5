"""A page that does not tell at once what becomes of it is held, but not for long, and never sent out of order."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from migrator.errors import UpstreamError
from migrator.serve.injection import InjectingSend, Injection
from migrator.serve.page_stream import PATIENCE
from migrator.serve.proxy import Proxy
from tests.serve.html5lib import BANNER
from tests.serve.injected import HTML, PAGE, VERSION, WITH_BANNER, scope_of
from tests.serve.live import serve
from tests.serve.proxied import PATIENT, get, unavailable
from tests.serve.raw_upstream import Asked, raw_upstream

_CUT = PAGE.index(b"</head>")
_START: Message = {"type": "http.response.start", "status": 200, "headers": [HTML, (b"content-length", b"%d" % len(PAGE))]}
_INJECTION = Injection(lambda *_: BANNER, VERSION)


def _body(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


def test_a_head_that_trickles_is_sent_on_before_its_body_begins() -> None:
    """The old site writes the rest only when the client has read the first part."""
    read = threading.Event()

    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
        writer.write(head + PAGE[:_CUT])
        await writer.drain()
        await asyncio.to_thread(read.wait, 10)
        writer.write(PAGE[_CUT:])
        await writer.drain()
        writer.close()

    with raw_upstream(trickle) as upstream:
        proxy = Proxy(upstream.url, PATIENT, unavailable)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                with InjectingSend(_INJECTION, scope, send) as injecting:
                    await proxy(injecting.prepared(scope), receive, injecting)
            else:
                await proxy(scope, receive, send)

        with serve(app) as base, socket.create_connection(("127.0.0.1", int(base.rpartition(":")[2])), 10) as client:
            client.sendall(get("/"))
            came = b""
            while PAGE[:20] not in came:
                more = client.recv(65536)
                assert more, came
                came += more
            assert BANNER not in came
            read.set()
            came += b"".join(iter(lambda: client.recv(65536), b""))
    fields, _, body = came.partition(b"\r\n\r\n")
    assert b"content-length" not in fields.lower()
    assert BANNER in body
    assert body.endswith(b"</html>\r\n0\r\n\r\n")


class _Client:
    """Gets what is sent, and takes no more than the first message until `gate` is set."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.reached = asyncio.Event()
        self.gate = asyncio.Event()

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        self.reached.set()
        await self.gate.wait()


def _run(talk: Callable[[InjectingSend, _Client], Awaitable[None]]) -> list[Message]:
    """What a client has got when the app's `talk` is over, and for a while after."""
    client = _Client()

    async def run() -> None:
        with InjectingSend(_INJECTION, scope_of(), client.send) as injecting:
            await talk(injecting, client)
        client.gate.set()
        await asyncio.sleep(2 * PATIENCE)

    asyncio.run(run())
    return client.sent


def test_what_comes_while_a_late_page_is_being_sent_waits_for_its_turn() -> None:
    async def talk(injecting: InjectingSend, client: _Client) -> None:
        await injecting(_START)
        await injecting(_body(PAGE[:_CUT]))
        assert client.sent == []
        await client.reached.wait()
        rest = asyncio.ensure_future(injecting(_body(PAGE[_CUT:], more=False)))
        await asyncio.sleep(0)
        assert len(client.sent) == 1
        client.gate.set()
        await rest
        assert injecting.started

    start, *bodies = _run(talk)
    assert start["type"] == "http.response.start"
    assert b"".join(message["body"] for message in bodies) == WITH_BANNER
    assert [message["more_body"] for message in bodies] == [True, False]


def test_what_makes_the_late_sending_fail_reaches_the_app() -> None:
    async def run() -> None:
        reached = asyncio.Event()

        async def send(message: Message) -> None:
            reached.set()
            raise ConnectionResetError

        injecting = InjectingSend(_INJECTION, scope_of(), send)
        await injecting(_START)
        await injecting(_body(PAGE[:_CUT]))
        await reached.wait()
        await injecting(_body(PAGE[_CUT:]))

    with pytest.raises(ConnectionResetError):
        asyncio.run(run())


@pytest.mark.parametrize("first", [PAGE[:_CUT], b""], ids=["a part of the head", "nothing"])
def test_nothing_is_sent_any_more_when_the_app_has_failed(first: bytes) -> None:
    """Whoever stands in front answers then, and a late start of this answer would come on top."""

    async def talk(injecting: InjectingSend, client: _Client) -> None:
        await injecting(_START)
        await injecting(_body(first))
        with pytest.raises(UpstreamError), injecting:
            raise UpstreamError("gone")
        assert not injecting.started

    assert _run(talk) == []


def test_nor_when_another_answer_has_taken_its_place() -> None:
    async def talk(injecting: InjectingSend, client: _Client) -> None:
        client.gate.set()
        await injecting(_START)
        await injecting(_body(PAGE[:_CUT]))
        await injecting({"type": "http.response.start", "status": 502, "headers": [(b"content-type", b"text/plain")]})
        await injecting(_body(b"no", more=False))

    assert [message.get("status", message.get("body")) for message in _run(talk)] == [502, b"no"]


def test_a_late_sending_that_nobody_waits_for_ends_with_the_app() -> None:
    async def talk(injecting: InjectingSend, client: _Client) -> None:
        await injecting(_START)
        await injecting(_body(PAGE[:_CUT]))
        await client.reached.wait()

    assert [message["type"] for message in _run(talk)] == ["http.response.start"]
