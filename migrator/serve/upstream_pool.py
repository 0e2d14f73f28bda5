"""The connections to one upstream: used again, asked again where that is safe, given up on in time. It reads no answer."""

from __future__ import annotations

import asyncio

from migrator.errors import UpstreamError, UpstreamTimeout
from migrator.serve.options import UpstreamOptions
from migrator.serve.upstream import UpstreamRequest
from migrator.serve.upstream_connection import Connection
from migrator.serve.upstream_dial import Dialer
from migrator.serve.upstream_exchange import Exchange

_IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))  # RFC 9110 section 9.2.2
_KEPT = 15.0  # seconds that a connection is kept with nothing to do; most servers keep theirs longer
_LONGEST_TICK = 1.0  # seconds between two looks at what is late
_BUFFER = 64 * 1024  # bytes; larger reads make larger pages slower


class PooledUpstream:
    """An Upstream over kept connections, with no bound on how many: that is for whoever sends the requests."""

    def __init__(self, dialer: Dialer, options: UpstreamOptions) -> None:
        self._options = options
        self._dialer = dialer
        self._idle: list[Connection] = []  # the one used last at the end
        self._connections: set[Connection] = set()
        self._buffer = memoryview(bytearray(_BUFFER))
        self._tick = min(_LONGEST_TICK, options.first_byte_timeout / 4, options.gap_timeout / 4)
        self._ticking: asyncio.TimerHandle | None = None

    async def open(self, request: UpstreamRequest) -> Exchange:
        """Send `request` and return its answer; see Upstream.

        A bodiless idempotent request is sent once more where a kept connection turns out to be gone (RFC 9112 section 9.3.1).
        """
        kept = self._kept()
        if kept is not None:
            exchange = kept.begin(request)
            try:
                return await _begun(exchange)
            except UpstreamError:
                if not exchange.is_unanswered or request.body is not None or request.method not in _IDEMPOTENT:
                    raise
        fresh = await self._fresh()
        return await _begun(fresh.begin(request))

    async def aclose(self) -> None:
        """Close every connection."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        for connection in list(self._connections):
            connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # for the sockets to be closed

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    async def _fresh(self) -> Connection:
        connection = await self._dialer.connect(lambda: Connection(self._options, self._buffer, self._free, self._ended))
        self._connections.add(connection)
        if self._ticking is None:
            self._look()
        return connection

    def _free(self, connection: Connection) -> None:
        self._idle.append(connection)

    def _ended(self, connection: Connection) -> None:
        self._connections.discard(connection)

    def _look(self) -> None:
        """Give up, now and then, what is late or has been idle for too long."""
        loop = asyncio.get_running_loop()
        self._ticking = loop.call_later(self._tick, self._look) if self._connections else None
        now = loop.time()
        for connection in list(self._connections):
            exchange = connection.exchange
            if exchange is None:
                if now - connection.idle_since > _KEPT:
                    connection.close()
            elif now > exchange.deadline:
                exchange.fail(UpstreamTimeout("no answer in time" if not exchange.status else "silence within a body"))
                connection.abort()
        self._idle = [connection for connection in self._idle if connection.is_open]


async def _begun(exchange: Exchange) -> Exchange:
    """An exchange with its answer's fields; or nothing is left of it."""
    try:
        await exchange.begun()
    except BaseException:
        exchange.close()
        raise
    return exchange
