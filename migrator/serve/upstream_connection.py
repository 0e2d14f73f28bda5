"""One connection to an upstream, which carries one exchange after another. Who makes and keeps it is not known here."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from typing import cast

from migrator.errors import UpstreamError
from migrator.serve.options import UpstreamOptions
from migrator.serve.upstream import UpstreamRequest
from migrator.serve.upstream_exchange import Exchange

Hearing = Callable[["Connection"], None]


class Connection(asyncio.BufferedProtocol):
    """Carries exchanges. `buffer` is where bytes are read into, shared by all connections of a loop, since they are used at once.

    `freed` is called when it may be asked again, `ended` when it is gone.
    """

    def __init__(self, options: UpstreamOptions, buffer: memoryview, freed: Hearing, ended: Hearing) -> None:
        self.exchange: Exchange | None = None  # the one under way
        self.idle_since = asyncio.get_running_loop().time()
        self._options = options
        self._buffer = buffer
        self._freed = freed
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._sending: asyncio.Task[None] | None = None
        self._drained: asyncio.Future[None] | None = None  # while the upstream takes no more

    # The transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to put what comes next."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So much came."""
        exchange = self.exchange
        if exchange is None:
            self._transport.abort()  # it was asked for by nobody
            return
        exchange.feed(self._buffer[:nbytes])
        if exchange.is_reusable:
            if self._sending is None:
                self.exchange = None
                self.idle_since = self._loop.time()
                self._freed(self)
            else:  # the answer did not wait for all of the request
                exchange.is_reusable = False

    def pause_writing(self) -> None:
        """The upstream takes no more for now."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """It does again."""
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.resume_writing()
        self._stop_sending()
        if self.exchange is not None:
            self.exchange.ended(exc)
        self._ended(self)

    # For the exchange

    def pause_reading(self) -> None:
        """Take nothing more from the upstream for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take on."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def abort(self) -> None:
        """End the connection at once."""
        self._stop_sending()
        self._transport.abort()

    # For the pool

    @property
    def is_open(self) -> bool:
        """Whether a request may be sent on it."""
        return not self._transport.is_closing()

    def close(self) -> None:
        """Say goodbye, and end."""
        self._stop_sending()
        self._transport.close()

    def begin(self, request: UpstreamRequest, *, may_switch: bool = False) -> Exchange:
        """Send `request`; its answer is to come. Raises UpstreamError where its fields are none.

        Where it `may_switch` protocols, a 101 is an answer too, and the last: reading pauses with it.
        """
        head, length = _head(request)
        self.exchange = exchange = Exchange(self, request.method, self._options.gap_timeout, self._loop, may_switch=may_switch)
        self._transport.write(head)
        if request.body is None:
            exchange.deadline = self._loop.time() + self._options.first_byte_timeout
        else:
            self._sending = asyncio.create_task(self._send(request.body, exchange, length))
            self._sending.add_done_callback(self._sent)
        return exchange

    def switch(self, protocol: asyncio.BaseProtocol) -> asyncio.Transport:
        """Leave the connection, after a 101, to another protocol."""
        self._transport.set_protocol(protocol)
        self._ended(self)
        return self._transport

    async def _send(self, body: AsyncIterator[bytes], exchange: Exchange, length: int | None) -> None:
        """Send a body, in chunks where its length is unknown, at the upstream's pace.

        With patience for as long as the client takes, and little for the upstream. No byte goes beyond the length that was told:
        the upstream would read it as another request.
        """
        left = length
        async for part in body:
            if not part:
                continue
            if left is not None:
                left -= len(part)
                if left < 0:
                    raise ValueError("a body longer than its Content-Length")
            self._transport.write(b"%x\r\n%b\r\n" % (len(part), part) if left is None else part)
            await self._drain(exchange)
        if left is None:
            self._transport.write(b"0\r\n\r\n")
        await self._drain(exchange)
        self._await_answer(exchange, self._options.first_byte_timeout)

    async def _drain(self, exchange: Exchange) -> None:
        if self._drained is not None:
            self._await_answer(exchange, self._options.gap_timeout)
            await self._drained
            self._await_answer(exchange, math.inf)

    def _await_answer(self, exchange: Exchange, seconds: float) -> None:
        """Be patient for so long, unless the answer has begun: then its reader says how long."""
        if not exchange.status:
            exchange.deadline = self._loop.time() + seconds

    def _sent(self, sending: asyncio.Task[None]) -> None:
        if self._sending is sending:
            self._sending = None
        if not sending.cancelled() and (error := sending.exception()) and self.exchange is not None:
            self.exchange.fail(UpstreamError(f"the request's body broke off: {type(error).__name__}"))
            self._transport.abort()

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()


def _head(request: UpstreamRequest) -> tuple[bytes, int | None]:
    """The request's head on the wire, and its body's length in bytes; None where it goes in chunks. Raises UpstreamError."""
    fields = request.headers
    told = [value for name, value in fields if name == b"content-length"] if request.body is not None else [b"0"]
    if not told:
        fields = [*fields, (b"transfer-encoding", b"chunked")]
    lines = [b"%b: %b\r\n" % field for field in fields]
    head = b"%b %b HTTP/1.1\r\n%b\r\n" % (request.method.encode("latin-1"), request.target, b"".join(lines))
    if head.count(b"\n") != len(lines) + 2 or head.count(b"\r") != len(lines) + 2:
        raise UpstreamError("a field or target with a line break in it")
    return head, int(told[0]) if told else None
