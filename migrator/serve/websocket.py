"""Carries a WebSocket between a client and an upstream, message by message, until either ends it. Opens no connection itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from starlette.types import Message, Receive, Scope, Send

from migrator.errors import UpstreamError
from migrator.serve.answer import Answer
from migrator.serve.upstream_websocket import INTERNAL_ERROR, Closed, UpstreamWebSocket, sendable

Opening = Callable[[], Coroutine[None, None, UpstreamWebSocket | Answer]]

_NORMAL, _NO_CODE = 1000, 1005  # RFC 6455 section 7.4.1
_DENIAL = "websocket.http.response"  # the ASGI extension for a refusal that says more than 403


async def relay(scope: Scope, receive: Receive, send: Send, opening: Opening) -> None:
    """Answer a WebSocket with the one that `opening` opens, or with its refusal. What either end says, the other hears.

    Neither is read faster than the other takes it, and a client that leaves takes the upstream's connection along.
    `websocket.connect` has been received.
    """
    opened = await _unless_left(opening, receive)
    if isinstance(opened, Answer):
        await deny(opened, scope, send)
    elif opened is not None:
        try:
            with contextlib.suppress(OSError):  # what servers raise where the client has left
                await send({"type": "websocket.accept", "subprotocol": opened.subprotocol, "headers": opened.headers})
                ends: list[Closed] = []
                await _race(_to_client(opened, send, ends), _to_upstream(receive, opened))
                for end in ends:  # only now: some servers do not close while somebody still waits to receive
                    code = _NORMAL if end.code is None else end.code
                    await send({"type": "websocket.close", "code": code, "reason": end.reason})
        finally:
            await opened.close(Closed(INTERNAL_ERROR))  # nothing where it is closed already


async def deny(answer: Answer, scope: Scope, send: Send) -> None:
    """Refuse the handshake with `answer` where the server can say it, else with its own 403."""
    if _DENIAL not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": INTERNAL_ERROR})
        return
    headers = [field for field in answer.headers if field[0] != b"content-length"]
    headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": f"{_DENIAL}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{_DENIAL}.body", "body": answer.body})


async def _unless_left(opening: Opening, receive: Receive) -> UpstreamWebSocket | Answer | None:
    """What is opened; None where the client leaves first, which is all that it can say before it is accepted."""
    opened: list[UpstreamWebSocket | Answer] = []

    async def open_it() -> None:
        opened.append(await opening())

    async def leave() -> None:
        await receive()  # not every server's is a coroutine

    await _race(open_it(), leave())
    return opened[0] if opened else None


async def _race(*ways: Coroutine[None, None, None]) -> None:
    """Run all until the first ends, and cancel the others. Raises what that one raises."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _to_client(upstream: UpstreamWebSocket, send: Send, ends: list[Closed]) -> None:
    while not isinstance(message := await upstream.receive(), Closed):
        await send({"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message})
    ends.append(message)


async def _to_upstream(receive: Receive, upstream: UpstreamWebSocket) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        with contextlib.suppress(UpstreamError):  # where it is gone, the other way will tell how it went
            await upstream.send(message["bytes"] if text is None else text)
    await upstream.close(_farewell(message))


def _farewell(message: Message) -> Closed:
    """How the client left. uvicorn says 1005 for a Close without a code, and for a connection that was lost without a reason."""
    code: int = message.get("code") or _NO_CODE
    if code == _NO_CODE and "reason" in message:
        return Closed(None)
    return Closed(sendable(code), message.get("reason") or "")
