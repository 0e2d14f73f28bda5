"""The road to one upstream site: a small interface of ours, and aiohttp's client behind it. Knows nothing of ASGI or of rules."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from migrator.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.serve.headers import Address, Headers
from migrator.serve.options import UpstreamOptions
from migrator.urls import origin_of

_LARGEST_LINE = 64 * 1024  # bytes, of a status line or of one field
_MOST_FIELDS = 512
_LONGEST_MESSAGE = 300
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_NOT_OURS_TO_ADD = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


def upstream_address(url: str) -> Address:
    """The address that `url` names. Raises ValueError where it is not http(s)://host[:port] and no more."""
    origin = origin_of(url)
    parts = urlsplit(url)
    if origin is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"an upstream is http(s)://host[:port], not {url!r}")
    return Address(origin.scheme.encode("ascii"), origin.netloc.encode("ascii"))


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
    (RFC 9110 section 9.2.2). It writes fields as UTF-8: a value that is not is sent as if it had been Latin-1.
    """

    def __init__(self, address: Address, options: UpstreamOptions) -> None:
        self._scheme = address.scheme.decode("ascii")
        self._authority = address.authority.decode("ascii")
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def open(self, request: UpstreamRequest) -> AiohttpResponse:
        """Send `request` and return its answer; see Upstream."""
        patience = asyncio.timeout(None)
        with _translated():
            async with patience:
                response = await self._opened_session().request(
                    request.method,
                    self._url(request.target),
                    headers=[(_text(name), _text(value)) for name, value in request.headers],
                    data=None if request.body is None else self._paced(request.body, patience),
                    allow_redirects=False,
                )
        if response.status < 200:
            response.close()
            raise UpstreamError(f"an unasked-for {response.status} answer")
        return AiohttpResponse(response, self._options.gap_timeout)

    async def aclose(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened_session(self) -> aiohttp.ClientSession:
        """The one session, made on first use because it belongs to the running event loop."""
        if self._session is None:
            options = self._options
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=options.connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=_NOT_OURS_TO_ADD,
                timeout=aiohttp.ClientTimeout(
                    connect=options.connect_timeout + options.first_byte_timeout,  # with the wait for a free connection
                    sock_connect=options.connect_timeout,
                    sock_read=options.first_byte_timeout,
                ),
                max_line_size=_LARGEST_LINE,
                max_field_size=_LARGEST_LINE,
                max_headers=_MOST_FIELDS,
            )
        return self._session

    def _url(self, target: bytes) -> URL:
        path, _, query = _target_text(target).partition("?")
        return URL.build(scheme=self._scheme, authority=self._authority, path=path, query_string=query, encoded=True)

    async def _paced(self, body: AsyncIterator[bytes], patience: asyncio.Timeout) -> AsyncIterator[bytes]:
        """`body`, giving up on an upstream that will not take the next part of it; the client's own pauses do not count."""
        clock = asyncio.get_running_loop().time
        async for chunk in body:
            # Once the answer is here `patience` is spent, and the answer's own timeouts hold.
            with contextlib.suppress(RuntimeError):
                patience.reschedule(clock() + self._options.gap_timeout)
            yield chunk
            with contextlib.suppress(RuntimeError):
                patience.reschedule(None)


class AiohttpResponse:
    """An answer of AiohttpUpstream."""

    def __init__(self, response: aiohttp.ClientResponse, gap_timeout: float) -> None:
        self._response = response
        self.status = response.status
        self.headers: Headers = list(response.raw_headers)
        # An event stream may be silent for as long as it likes.
        self._bound_gaps(None if response.content_type == "text/event-stream" else gap_timeout)

    async def read(self) -> bytes:
        """The next bytes of the body, b"" at its end."""
        with _translated():
            return await self._response.content.readany()

    def close(self) -> None:
        """Let go of the answer."""
        self._response.close()

    def _bound_gaps(self, seconds: float | None) -> None:
        connection = self._response.connection
        if connection is not None and connection.protocol is not None:  # else the whole answer is here already
            connection.protocol.read_timeout = seconds
            if seconds is None:
                connection.protocol.start_timeout()  # which then ends the one that runs


@contextlib.contextmanager
def _translated() -> Iterator[None]:
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


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _target_text(target: bytes) -> str:
    try:
        return target.decode("utf-8")
    except UnicodeDecodeError:
        return _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], target).decode("ascii")
