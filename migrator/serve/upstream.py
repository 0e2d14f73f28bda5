"""The road to one upstream site: a small interface of ours, and aiohttp's client behind it. Knows nothing of ASGI or of rules."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientMiddlewareType
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from migrator.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.serve.exact_request import ExactRequest, text_of, texts_of
from migrator.serve.headers import Address, Headers
from migrator.serve.interim import BoundedConnector
from migrator.serve.options import UpstreamOptions
from migrator.urls import origin_of

_LARGEST_LINE = 64 * 1024  # bytes, of a status line or of one field
_MOST_FIELDS = 512
_LONGEST_MESSAGE = 300
_LONGEST_TICK = 1.0  # seconds between two looks at a body that is under way


def upstream_address(url: str) -> Address:
    """The address that `url` names. Raises ValueError where it is not http(s)://host[:port] and no more."""
    origin = origin_of(url)
    parts = urlsplit(url)
    if origin is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"an upstream is http(s)://host[:port], not {url!r}")
    return Address(origin.scheme.encode("ascii"), origin.netloc.encode("ascii"))


def upstream_url(address: Address, target: bytes) -> URL:
    """Where to ask, for aiohttp; `target` is kept byte for byte, but for a last question mark with nothing after it."""
    path, _, query = text_of(target).partition("?")
    scheme, authority = address.scheme.decode("ascii"), address.authority.decode("ascii")
    return URL.build(scheme=scheme, authority=authority, path=path, query_string=query, encoded=True)


def client_session(options: UpstreamOptions, middlewares: Sequence[ClientMiddlewareType] = ()) -> aiohttp.ClientSession:
    """aiohttp's client as both kinds of upstream connections use it; it belongs to the running event loop."""
    return aiohttp.ClientSession(
        connector=BoundedConnector(limit=options.connections, socket_factory=partial(_socket, options.gap_timeout)),
        cookie_jar=aiohttp.DummyCookieJar(),
        request_class=ExactRequest,
        auto_decompress=False,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout),
        max_line_size=_LARGEST_LINE,
        max_field_size=_LARGEST_LINE,
        max_headers=_MOST_FIELDS,
        middlewares=middlewares,
    )


def _socket(patience: float, place: aiohttp.AddrInfoType) -> socket.socket:
    """A socket that the system gives up on where the other end is gone, or takes nothing, for `patience` seconds.

    Closing it would else wait for that end for ever, and so would a WebSocket or an event stream that may be silent.
    """
    made = socket.socket(*place[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(1, int(patience)))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(patience * 1000))
    return made


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """What is asked of an upstream. `target` is origin-form, byte for byte; the framing fields stand in `headers`."""

    method: str
    target: bytes
    headers: Headers
    body: AsyncIterator[bytes] | None = None


class UpstreamResponse(Protocol):
    """An answer whose fields are here and whose body is still on its way."""

    @property
    def status(self) -> int:
        """The status code, 200 or more."""

    @property
    def headers(self) -> Headers:
        """The fields as they came, in their order, repeated ones apart; the body is as Content-Encoding says."""

    @property
    def at_end(self) -> bool:
        """Whether it is known already that all of the body has been read."""

    async def read(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises UpstreamError where the body breaks off."""

    def close(self) -> None:
        """Let go of the answer. Unless it was read to its end, the connection goes with it."""


class Upstream(Protocol):
    """One upstream site."""

    async def open(self, request: UpstreamRequest) -> UpstreamResponse:
        """Send `request`; return as soon as the answer's fields are here. Raises UpstreamError."""

    async def aclose(self) -> None:
        """Close every connection."""


class AiohttpUpstream:
    """An upstream reached through aiohttp: no cookie jar, no redirects followed, no decoding, nothing added or quoted anew.

    aiohttp sends a bodiless idempotent request once more where the connection ends without an answer, and no other
    (RFC 9110 section 9.2.2).
    """

    def __init__(self, address: Address, options: UpstreamOptions) -> None:
        self._address = address
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def open(self, request: UpstreamRequest) -> AiohttpResponse:
        """Send `request` and return its answer; see Upstream."""
        options = self._options
        patience = asyncio.timeout(options.connect_timeout + options.first_byte_timeout)
        with translated():
            async with patience:
                response = await self._opened_session().request(
                    request.method,
                    upstream_url(self._address, request.target),
                    headers=texts_of(request.headers),
                    data=None if request.body is None else self._paced(request.body, patience),
                    allow_redirects=False,
                )
        if response.status < 200:
            response.close()
            raise UpstreamError(f"an unasked-for {response.status} answer")
        return AiohttpResponse(response, options.gap_timeout)

    async def aclose(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened_session(self) -> aiohttp.ClientSession:
        """The one session, made on first use because it belongs to the running event loop."""
        if self._session is None:
            self._session = client_session(self._options)
        return self._session

    async def _paced(self, body: AsyncIterator[bytes], patience: asyncio.Timeout) -> AsyncIterator[bytes]:
        """`body`, with patience for as long as the client takes, and little for an upstream that will not take the next part."""
        clock = asyncio.get_running_loop().time
        async for chunk in body:
            _extend(patience, clock() + self._options.gap_timeout)
            yield chunk
            _extend(patience, None)
        _extend(patience, clock() + self._options.first_byte_timeout)


class AiohttpResponse:
    """An answer of AiohttpUpstream."""

    def __init__(self, response: aiohttp.ClientResponse, gap_timeout: float) -> None:
        self._response = response
        self._loop = asyncio.get_running_loop()
        # An event stream may be silent for as long as it likes.
        self._gap_timeout = math.inf if response.content_type == "text/event-stream" else gap_timeout
        self._tick = min(gap_timeout, _LONGEST_TICK)
        self._waits_since: float | None = None
        self._ticking = self._loop.call_later(self._tick, self._look_after)
        self.status = response.status
        self.headers: Headers = list(response.raw_headers)

    @property
    def at_end(self) -> bool:
        """Whether it is known already that all of the body has been read."""
        return self._response.content.at_eof()

    async def read(self) -> bytes:
        """The next bytes of the body, b"" at its end."""
        self._waits_since = self._loop.time()
        try:
            with translated():
                return await self._response.content.readany()
        finally:
            self._waits_since = None

    def close(self) -> None:
        """Let go of the answer."""
        self._ticking.cancel()
        self._response.close()

    def _look_after(self) -> None:
        """End a wait that is too long; only time that somebody waits counts, so a slow client is no silent upstream.

        Also one that would never end: where a chunk is malformed, aiohttp closes the connection and tells its reader nothing.
        """
        self._ticking = self._loop.call_later(self._tick, self._look_after)
        if self._waits_since is None:
            return
        connection = self._response.connection
        if connection is not None and (connection.transport is None or connection.transport.is_closing()):
            self._response.content.set_exception(aiohttp.ClientPayloadError("the body is malformed"))
        elif self._loop.time() - self._waits_since >= self._gap_timeout:
            self._response.content.set_exception(TimeoutError("the upstream went silent within a body"))


def _extend(patience: asyncio.Timeout, deadline: float | None) -> None:
    """Move the deadline, unless the answer came before the request was whole: then this patience is over."""
    with contextlib.suppress(RuntimeError):
        patience.reschedule(deadline)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn aiohttp's errors into the house's own."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise UpstreamUnreachable(_one_line(error)) from error
    except TimeoutError as error:
        raise UpstreamTimeout(_one_line(error)) from error
    except (aiohttp.ClientError, HttpProcessingError, ValueError, OSError) as error:
        raise UpstreamError(_one_line(error)) from error


def _one_line(error: Exception) -> str:
    """What went wrong, fit for one line of a log; aiohttp quotes the upstream's own bytes over several."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_MESSAGE]
