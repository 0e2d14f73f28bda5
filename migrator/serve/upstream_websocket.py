"""A WebSocket to one upstream, by way of aiohttp's client. Knows nothing of ASGI or of rules."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, WSMsgType
from aiohttp.http import WebSocketError

from migrator.errors import UpstreamError
from migrator.serve.answer import Answer
from migrator.serve.exact_request import texts_of
from migrator.serve.headers import Address, Headers
from migrator.serve.options import UpstreamOptions
from migrator.serve.upstream import client_session, translated, upstream_url

TOO_BIG, INTERNAL_ERROR = 1009, 1011  # RFC 6455 section 7.4.1
_SWITCHING_PROTOCOLS = 101
_LARGEST_REFUSAL = 64 * 1024
_CLOSING_PATIENCE = 5.0  # seconds for the other end to confirm a Close


@dataclass(frozen=True, slots=True)
class Closed:
    """How one end ended a WebSocket. `code` is one that a Close frame may carry, None for a Close frame without one."""

    code: int | None
    reason: str = ""


def sendable(code: int) -> int:
    """`code`, or 1011 where no endpoint may send it (RFC 6455 section 7.4), such as 1006 for a connection that was lost."""
    return code if 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999 else INTERNAL_ERROR


class UpstreamWebSocket:
    """A WebSocket whose handshake is done. Messages are whole; the fragments that they came in are not kept.

    It has a session of its own, for it is never pooled: ending the session ends the connection at once.
    """

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse[bool], headers: Headers) -> None:
        self._session = session
        self._socket = socket
        self.headers = headers

    @property
    def subprotocol(self) -> str | None:
        """What the upstream chose among the client's proposals."""
        return self._socket.protocol

    async def receive(self) -> str | bytes | Closed:
        """The next message, or how the upstream ended it all."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT or message.type is WSMsgType.BINARY:
            text_or_bytes: str | bytes = message.data
            return text_or_bytes
        if message.type is WSMsgType.CLOSE:
            closed = Closed(sendable(message.data) if message.data else None, message.extra or "")
            await self.close(closed)
            return closed
        if isinstance(message.data, WebSocketError) and message.data.code == TOO_BIG:
            return Closed(TOO_BIG, "message too big")
        return Closed(INTERNAL_ERROR)

    async def send(self, message: str | bytes) -> None:
        """Send one message, at the upstream's pace. Raises UpstreamError where the connection is gone."""
        with translated():
            if isinstance(message, str):
                await self._socket.send_str(message)
            else:
                await self._socket.send_bytes(message)

    async def close(self, how: Closed) -> None:
        """Say Close, unless it has been said, wait a little for the upstream's, and end the connection."""
        try:
            with contextlib.suppress(TimeoutError, aiohttp.ClientError):
                async with asyncio.timeout(_CLOSING_PATIENCE):
                    await self._say(how)
        finally:
            await self._session.close()
            await self._socket.close()  # says no more on a connection that is closed, but lets go of it

    async def _say(self, how: Closed) -> None:
        if how.code is not None:
            await self._socket.close(code=how.code, message=how.reason.encode())
        elif not self._socket.closed:
            await self._socket.send_frame(b"", WSMsgType.CLOSE)
            while self._socket.close_code is None:
                await self._socket.receive()


async def open_websocket(
    address: Address, options: UpstreamOptions, target: bytes, headers: Headers, subprotocols: Sequence[str]
) -> UpstreamWebSocket | Answer:
    """Shake hands with the upstream; where it refuses, what it answers instead. Raises UpstreamError.

    `headers` hold none of the fields that make the handshake. Compression is not offered: each leg has its own.
    """
    handshake = _Handshake()
    session = client_session(options, [handshake])
    try:
        with translated():
            async with asyncio.timeout(options.connect_timeout + options.first_byte_timeout):
                socket = await session.ws_connect(
                    upstream_url(address, target),
                    protocols=subprotocols,
                    headers=texts_of(headers),
                    autoclose=False,
                    max_msg_size=options.largest_message,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSING_PATIENCE),
                )
    except BaseException as error:
        await session.close()
        if isinstance(error, UpstreamError) and handshake.refusal:
            return handshake.refusal
        raise
    return UpstreamWebSocket(session, socket, handshake.headers)


class _Handshake:
    """Hears what the upstream answers: aiohttp's error for a refusal has neither its body nor its fields as they came."""

    def __init__(self) -> None:
        self.headers: Headers = []
        self.refusal: Answer | None = None

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        response = await handler(request)
        self.headers = list(response.raw_headers)
        if response.status == _SWITCHING_PROTOCOLS:
            return response
        body = b""
        while len(body) <= _LARGEST_REFUSAL and (part := await response.content.readany()):
            body += part
        response.close()
        self.refusal = Answer(response.status, self.headers, body if len(body) <= _LARGEST_REFUSAL else b"")
        raise UpstreamError(f"refused with {response.status}")  # aiohttp would go on, and follow a redirect
