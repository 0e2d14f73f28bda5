"""The crawler's way to the wire: httpx's transport, connected only to addresses that were checked. Knows nothing of pages."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable

import httpx

from migrator.crawl.addresses import Guard
from migrator.urls import DEFAULT_PORTS


class CheckedTransport(httpx.AsyncBaseTransport):
    """Connects to the addresses that `guard` gives for a host, in turn, and to nothing else.

    `server_name` is the name that the certificate must be for, where the upstream is given as a number.
    """

    def __init__(self, guard: Guard, server_name: str, connections: int) -> None:
        self._guard = guard
        self._server_name = server_name
        # httpx looks at all connections of a pool for every request, so each gets a pool of its own.
        trusted, one = _trusted(), httpx.Limits(max_connections=1, max_keepalive_connections=1)
        self._pools = [httpx.AsyncHTTPTransport(verify=trusted, trust_env=False, limits=one) for _ in range(connections)]
        self._free = asyncio.LifoQueue[httpx.AsyncHTTPTransport]()
        for pool in self._pools:
            self._free.put_nowait(pool)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request without a body to the first checked address that takes a connection."""
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or int(DEFAULT_PORTS[request.url.scheme])
        failure: httpx.TransportError = httpx.ConnectError(f"{host} has no address")
        addresses = await self._guard.addresses(host, port)
        pool = await self._free.get()
        response = None
        try:
            for address in addresses:
                try:
                    response = await pool.handle_async_request(self._directed(request, address))
                except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                    failure = error
                else:
                    response.stream = _Returned(response.stream, lambda: self._free.put_nowait(pool))
                    return response
            raise failure
        finally:
            if response is None:
                self._free.put_nowait(pool)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools:
            await pool.aclose()

    def _directed(self, request: httpx.Request, address: str) -> httpx.Request:
        host = request.url.raw_host.decode("ascii")
        name = self._server_name if host == address else host
        return httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": name},
        )


class _Returned(httpx.AsyncByteStream):
    """A body that calls `give_back` once it is done with."""

    def __init__(self, stream: httpx.SyncByteStream | httpx.AsyncByteStream, give_back: Callable[[], None]) -> None:
        assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - it comes from an asynchronous transport
        self._stream = stream
        self._give_back: Callable[[], None] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        give_back, self._give_back = self._give_back, None
        try:
            await self._stream.aclose()
        finally:
            if give_back is not None:
                give_back()


def _trusted() -> ssl.SSLContext:
    """The roots that ship with httpx, and those of the system, where an organisation's own are."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
