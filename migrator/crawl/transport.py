"""The crawler's way to the wire: httpx's transport, connected only to addresses that were checked. Knows nothing of pages."""

from __future__ import annotations

import ssl

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
        self._inner = httpx.AsyncHTTPTransport(
            verify=_trusted(),
            trust_env=False,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request without a body to the first checked address that takes a connection."""
        host = request.url.raw_host.decode("ascii")
        port = request.url.port or int(DEFAULT_PORTS[request.url.scheme])
        failure: httpx.TransportError = httpx.ConnectError(f"{host} has no address")
        for address in await self._guard.addresses(host, port):
            try:
                return await self._inner.handle_async_request(self._directed(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()

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


def _trusted() -> ssl.SSLContext:
    """The roots that ship with httpx, and those of the system, where an organisation's own are."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
