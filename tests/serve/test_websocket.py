"""WebSockets through the proxy: what either end says, the other hears, and each learns how the other left."""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus

import pytest
from websockets import Headers, Request, Response
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.typing import Origin, Subprotocol

from migrator.serve.options import UpstreamOptions
from migrator.serve.proxy import Proxy
from tests.serve.live import SERVER, SERVERS, eventually, granian_differs, serve
from tests.serve.proxied import HASTY, PATIENT, proxied, unavailable
from tests.serve.raw_upstream import Asked
from tests.serve.relayed import echo, relayed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("server", SERVERS)
async def test_messages_pass_both_ways_as_they_are(server: str) -> None:
    messages: list[str | bytes] = ["", b"", "é\n\x00", b"\xff\x00", "x" * 70_000, bytes(3 << 20)]
    with relayed(echo, server=server) as base:
        async with connect(base, max_size=None) as client:
            for message in messages:
                await client.send(message)
                assert await client.recv() == message
            await client.send(["in ", "three ", "parts"])
            assert await client.recv() == "in three parts"


async def test_the_upstream_sees_target_origin_cookie_and_who_asks_and_each_leg_shakes_hands_for_itself() -> None:
    seen: list[Request] = []

    async def handler(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.append(socket.request)

    with relayed(handler) as base:
        origin = Origin("https://www.old.example")
        async with connect(f"{base}/a%2Fb?x=%20", origin=origin, additional_headers={"Cookie": "a=1; b=2"}) as client:
            await client.wait_closed()
            assert client.response is not None

    headers = seen[0].headers
    assert seen[0].path == "/a%2Fb?x=%20"
    assert headers["Host"] == base.removeprefix("ws://")
    assert (headers["Origin"], headers["Cookie"]) == ("https://www.old.example", "a=1; b=2")
    assert headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert headers["X-Forwarded-Proto"] == "http"
    assert "Sec-WebSocket-Extensions" not in headers
    assert client.request is not None
    assert headers["Sec-WebSocket-Key"] != client.request.headers["Sec-WebSocket-Key"]


@pytest.mark.parametrize(("offered", "chosen"), [(["a", "b"], "b"), (["c"], None), (None, None)])
async def test_the_upstream_chooses_the_subprotocol(offered: list[Subprotocol] | None, chosen: str | None) -> None:
    def choose(socket: ServerConnection, subprotocols: list[Subprotocol]) -> Subprotocol | None:
        return Subprotocol("b") if "b" in subprotocols else None

    with relayed(echo, select_subprotocol=choose) as base:
        async with connect(base, subprotocols=offered) as client:
            assert client.subprotocol == chosen


@granian_differs("leaves the fields of an accepted handshake out")
async def test_what_the_upstream_adds_to_its_handshake_reaches_the_client() -> None:
    def add(socket: ServerConnection, request: Request, response: Response) -> None:
        response.headers["Set-Cookie"] = "a=1; Domain=127.0.0.1; Path=/"
        response.headers["Set-Cookie"] = "b=2"

    with relayed(echo, process_response=add) as base:
        async with connect(base) as client:
            assert client.response is not None
            assert client.response.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2"]


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("said", "heard"), [((1000, ""), (1000, "")), ((1001, "bye"), (1001, "bye")), ((4321, "é" * 50), (4321, "é" * 50))]
)
async def test_how_the_upstream_closes_is_what_the_client_hears(
    server: str, said: tuple[int, str], heard: tuple[int, str]
) -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send("last")
        await socket.close(*said)

    with relayed(handler, server=server) as base:
        async with connect(base) as client:
            assert await client.recv() == "last"
            await client.wait_closed()

    assert (client.close_code, client.close_reason) == heard


async def test_an_upstream_that_is_lost_or_breaks_the_protocol_is_an_internal_error_to_the_client() -> None:
    async def handler(socket: ServerConnection) -> None:
        assert socket.request is not None
        if socket.request.path == "/nonsense":
            socket.transport.write(b"\xff\xff\xff\xff")
        elif socket.request.path == "/text":
            socket.transport.write(b"\x81\x01\xff")
        else:
            socket.transport.abort()

    with relayed(handler) as base:
        for path in ("/nonsense", "/text", "/lost"):
            async with connect(base + path) as client:
                await client.wait_closed()
            assert client.close_code == 1011, path


async def test_an_upstream_that_closes_without_a_code_closes_normally() -> None:
    async def handler(socket: ServerConnection) -> None:
        socket.transport.write(b"\x88\x00")

    with relayed(handler) as base:
        async with connect(base) as client:
            await client.wait_closed()

    assert client.close_code == 1000


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("said", [(1000, ""), (4000, "done"), (3001, "é")])
async def test_how_the_client_closes_is_what_the_upstream_hears(server: str, said: tuple[int, str]) -> None:
    heard: list[tuple[int | None, str | None]] = []

    async def handler(socket: ServerConnection) -> None:
        await socket.wait_closed()
        heard.append((socket.close_code, socket.close_reason))

    with relayed(handler, server=server) as base:
        async with connect(base) as client:
            await client.close(*said)
        assert await asyncio.to_thread(eventually, lambda: heard)

    assert heard == [said if server == "uvicorn" else (said[0], "")]  # granian keeps the reason to itself


@pytest.mark.parametrize(("last", "code"), [(b"", 1011), (b"\x88\x80\x00\x00\x00\x00", 1005)])
async def test_a_client_that_is_lost_or_gives_no_code_closes_the_upstream(last: bytes, code: int) -> None:
    heard: list[int | None] = []

    async def handler(socket: ServerConnection) -> None:
        await socket.wait_closed()
        heard.append(socket.close_code)

    with relayed(handler) as base:
        client = await connect(base)
        client.transport.write(last)
        await asyncio.sleep(0.1)
        client.transport.abort()
        assert await asyncio.to_thread(eventually, lambda: heard)

    assert heard == [code if SERVER == "uvicorn" else 1011]  # granian tells the two from each other no more


async def test_a_message_over_the_limit_closes_both_ends_as_too_big() -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send(bytes(2000))
        await socket.wait_closed()
        heard.append(socket.close_code)

    heard: list[int | None] = []
    with relayed(handler, UpstreamOptions(largest_message=1000)) as base:
        async with connect(base) as client:
            await client.wait_closed()
        assert await asyncio.to_thread(eventually, lambda: heard)

    assert (client.close_code, heard) == (1009, [1009])


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [(401, {"WWW-Authenticate": "Basic"}, "log in"), (503, {"Retry-After": "9"}, ""), (200, {}, "no WebSocket here")],
)
async def test_a_refusal_of_the_upstream_reaches_the_client(status: int, headers: dict[str, str], body: str) -> None:
    def refuse(socket: ServerConnection, request: Request) -> Response:
        return Response(status, HTTPStatus(status).phrase, Headers(headers | {"Content-Length": str(len(body))}), body.encode())

    with relayed(echo, process_request=refuse) as base, pytest.raises(InvalidStatus) as caught:
        await connect(base + "/x")

    answer = caught.value.response
    assert (answer.status_code, answer.body) == (status, body.encode())
    for name, value in headers.items():
        assert answer.headers[name] == value


async def test_a_redirect_of_the_upstream_is_the_clients_to_follow() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://%b/login\r\nContent-Length: 0\r\n\r\n"

    async def redirect(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer % found.authority.encode())

    with proxied(redirect) as (base, found), pytest.raises(InvalidURI, match=f"{base}/login"):  # it follows to ws:// alone
        await connect(base.replace("http:", "ws:"))

    assert len(found.asked) == 1


async def test_an_upstream_that_is_away_is_a_503() -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        proxy = Proxy(f"http://127.0.0.1:{place.getsockname()[1]}", HASTY, unavailable)
        with serve(proxy) as base, pytest.raises(InvalidStatus) as caught:
            await connect(base.replace("http:", "ws:"))

    assert (caught.value.response.status_code, caught.value.response.body) == (503, b"away\n")


async def test_more_websockets_than_may_be_are_refused_and_requests_are_not_counted_among_them() -> None:
    with relayed(echo, UpstreamOptions(websockets=1, turn_timeout=0.1)) as base:
        async with connect(base):
            with pytest.raises(InvalidStatus) as caught:
                await connect(base)
            assert caught.value.response.status_code == 503
        async with connect(base) as again:
            await again.send("x")
            assert await again.recv() == "x"


async def test_a_client_that_takes_nothing_slows_the_upstream_down() -> None:
    """What is on the way is bounded by buffers, some megabytes of them the kernel's."""
    sent = [0]

    async def flood(socket: ServerConnection) -> None:
        for _ in range(128):
            await socket.send(bytes(1 << 20))
            sent[0] += 1

    with relayed(flood) as base:
        async with connect(base, max_size=None, compression=None) as client:
            client.transport.pause_reading()
            await asyncio.sleep(0.7)
            assert sent[0] < 100
            client.transport.resume_reading()
            assert len([message async for message in client]) == 128


async def test_an_upstream_that_takes_nothing_slows_the_client_down() -> None:
    sent, got = [0], list[int]()

    async def sluggish(socket: ServerConnection) -> None:
        socket.transport.pause_reading()
        await asyncio.sleep(1.0)
        socket.transport.resume_reading()
        got.extend([len(message) async for message in socket])

    with relayed(sluggish) as base:
        async with connect(base, compression=None) as client:
            filling = asyncio.create_task(_fill(client, sent))
            await asyncio.sleep(0.6)
            assert 0 < sent[0] < 100
            await filling
        assert await asyncio.to_thread(eventually, lambda: got)

    assert got == [1 << 20] * 128


async def _fill(client: ClientConnection, sent: list[int]) -> None:
    for _ in range(128):
        await client.send(bytes(1 << 20))
        sent[0] += 1


@granian_differs("tells of no client that leaves before it is accepted")
async def test_the_client_is_free_to_go_while_the_upstream_makes_up_its_mind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        place.settimeout(5)
        with serve(Proxy(f"http://127.0.0.1:{place.getsockname()[1]}", PATIENT, unavailable)) as base:
            opening = asyncio.create_task(connect(base.replace("http:", "ws:")).__aenter__())
            upstream_end, _ = await asyncio.to_thread(place.accept)
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening
            upstream_end.settimeout(5)
            with upstream_end:
                while await asyncio.to_thread(upstream_end.recv, 9000):
                    pass
