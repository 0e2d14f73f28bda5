"""A WebSocket to one upstream: the handshake on our own connection, the frames by the codec of websockets. Nothing of ASGI."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from websockets.client import ClientProtocol
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from migrator.errors import UpstreamError, UpstreamTimeout
from migrator.serve.answer import Answer
from migrator.serve.headers import Headers
from migrator.serve.options import UpstreamOptions
from migrator.serve.upstream import UpstreamRequest
from migrator.serve.upstream_connection import Connection
from migrator.serve.upstream_dial import Dialer, one_line
from migrator.serve.upstream_exchange import Exchange

TOO_BIG, INTERNAL_ERROR = 1009, 1011  # RFC 6455 section 7.4.1
_SWITCHING_PROTOCOLS = 101
_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
_LARGEST_REFUSAL = 64 * 1024  # bytes
_PIECE = 64 * 1024  # bytes read at a time
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
    """A WebSocket whose handshake is done. Messages are whole; the fragments that they came in are not kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Headers, largest: int) -> None:
        self._reader = reader
        self._writer = writer
        self.headers = headers
        self.subprotocol = _field(headers, b"sec-websocket-protocol").decode("latin-1") or None  # what the upstream chose
        self._frames = ClientProtocol(parse_uri("ws://upstream/"), state=State.OPEN, max_size=largest)
        self._frames_here: deque[Frame] = deque()  # read, and not yet taken
        self._reading = asyncio.Lock()  # whoever closes waits beside whoever receives
        self._message: list[bytes] = []
        self._is_text = False
        self._end: Closed | None = None

    async def receive(self) -> str | bytes | Closed:
        """The next message, or how the upstream ended it all."""
        while self._end is None:
            while self._frames_here and self._end is None:
                message = self._take(self._frames_here.popleft())
                if message is not None:
                    return message
            if self._frames.parser_exc is not None:
                self._end = _ended_by(self._frames.parser_exc)
            elif self._end is None:
                await self._read()
        return self._end

    async def send(self, message: str | bytes) -> None:
        """Send one message, at the upstream's pace. Raises UpstreamError where the connection is gone."""
        if self._frames.state is not State.OPEN or self._writer.is_closing():
            raise UpstreamError("the WebSocket is closed")
        if isinstance(message, str):
            self._frames.send_text(message.encode())
        else:
            self._frames.send_binary(message)
        await self._flush()

    async def close(self, how: Closed) -> None:
        """Say Close, unless it has been said, wait a little for the upstream's, and end the connection."""
        try:
            with contextlib.suppress(TimeoutError, UpstreamError):
                async with asyncio.timeout(_CLOSING_PATIENCE):
                    if self._frames.state is State.OPEN and not self._writer.is_closing():
                        self._frames.send_close(how.code, how.reason)
                    await self._flush()
                    while self._frames.close_rcvd is None and not self._reader.at_eof():
                        await self._read()
        finally:
            self._writer.close()
            if self._frames.close_rcvd is None:
                self._writer.transport.abort()

    async def _read(self) -> None:
        """Take what comes next from the wire, and answer what wants an answer, such as a Ping."""
        async with self._reading:
            try:
                data = await self._reader.read(_PIECE)
            except OSError:
                data = b""
            if data:
                self.hear(data)
            else:
                self._frames.receive_eof()
        await self._flush()

    def hear(self, data: bytes) -> None:
        """Take bytes of the wire."""
        self._frames.receive_data(data)
        self._frames_here.extend(cast(Frame, event) for event in self._frames.events_received())

    async def _flush(self) -> None:
        written = b"".join(self._frames.data_to_send())
        try:
            if written and not self._writer.is_closing():
                self._writer.write(written)
                await self._writer.drain()
        except OSError as error:
            raise UpstreamError(one_line(error)) from error

    def _take(self, frame: Frame) -> str | bytes | None:
        """What is whole with this frame; a Close is the end."""
        if frame.opcode is Opcode.CLOSE:
            said = self._frames.close_rcvd
            has_code = said is not None and said.code != CloseCode.NO_STATUS_RCVD
            self._end = Closed(sendable(said.code), said.reason) if said is not None and has_code else Closed(None)
            return None
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return None
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        self._message.append(bytes(frame.data))
        if not frame.fin:
            return None
        message, self._message = b"".join(self._message), []
        return self._decoded(message) if self._is_text else message

    def _decoded(self, message: bytes) -> str | None:
        try:
            return message.decode()
        except UnicodeDecodeError:
            self._frames.fail(CloseCode.INVALID_DATA)
            self._end = Closed(INTERNAL_ERROR)
            return None


def _ended_by(error: Exception) -> Closed:
    return Closed(TOO_BIG, "message too big") if isinstance(error, PayloadTooBig) else Closed(INTERNAL_ERROR)


async def open_websocket(
    dialer: Dialer, options: UpstreamOptions, target: bytes, headers: Headers, subprotocols: Sequence[str]
) -> UpstreamWebSocket | Answer:
    """Shake hands with the upstream; where it refuses, what it answers instead. Raises UpstreamError.

    `headers` hold none of the fields that make the handshake. Compression is not offered: each leg has its own.
    """
    key = base64.b64encode(secrets.token_bytes(16))
    buffer = memoryview(bytearray(_PIECE))
    connection = await dialer.connect(lambda: Connection(options, buffer, _nothing, _nothing))
    exchange = None
    try:
        exchange = connection.begin(UpstreamRequest("GET", target, headers + _handshake(key, subprotocols)), may_switch=True)
        async with asyncio.timeout(options.first_byte_timeout):
            await exchange.begun()
            if exchange.status != _SWITCHING_PROTOCOLS:
                return await _refusal(exchange)
        _verify(exchange.headers, key, subprotocols)
        return await _switched(connection, exchange, options.largest_message)
    except TimeoutError:
        raise UpstreamTimeout("no answer to a handshake in time") from None
    finally:
        if exchange is None or exchange.status != _SWITCHING_PROTOCOLS or sys.exception() is not None:
            connection.abort()


def _handshake(key: bytes, subprotocols: Sequence[str]) -> Headers:
    """RFC 6455 section 4.1."""
    fields = [(b"connection", b"Upgrade"), (b"upgrade", b"websocket"), (b"sec-websocket-version", b"13")]
    fields.append((b"sec-websocket-key", key))
    if subprotocols:
        fields.append((b"sec-websocket-protocol", ", ".join(subprotocols).encode("latin-1", "replace")))
    return fields


def _verify(headers: Headers, key: bytes, subprotocols: Sequence[str]) -> None:
    """See that a 101 is an answer to this handshake (RFC 6455 section 4.1, its last list). Raises UpstreamError."""
    accept = base64.b64encode(hashlib.sha1(key + _SALT, usedforsecurity=False).digest())
    chosen = _field(headers, b"sec-websocket-protocol")
    if _field(headers, b"upgrade").lower() != b"websocket" or _field(headers, b"sec-websocket-accept") != accept:
        raise UpstreamError("a handshake that is none")
    if _field(headers, b"sec-websocket-extensions") or (chosen and chosen.decode("latin-1") not in subprotocols):
        raise UpstreamError("a handshake with what was not offered")


async def _switched(connection: Connection, exchange: Exchange, largest: int) -> UpstreamWebSocket:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_PIECE, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport = connection.switch(protocol)
    protocol.connection_made(transport)
    opened = UpstreamWebSocket(reader, asyncio.StreamWriter(transport, protocol, reader, loop), exchange.headers, largest)
    opened.hear(exchange.rest)
    transport.resume_reading()
    return opened


async def _refusal(exchange: Exchange) -> Answer:
    body = b""
    while len(body) <= _LARGEST_REFUSAL and (part := await exchange.read()):
        body += part
    return Answer(exchange.status, exchange.headers, body if len(body) <= _LARGEST_REFUSAL else b"")


def _field(headers: Headers, wanted: bytes) -> bytes:
    return next((value.strip() for name, value in headers if name.lower() == wanted), b"")


def _nothing(_: Connection) -> None:
    """Such a connection is never used again."""
