"""One upstream site as the proxy sees it: what it is asked, what it answers. No socket here, nothing of ASGI or of rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from migrator.serve.headers import Address, Headers
from migrator.urls import origin_of


def upstream_address(url: str) -> Address:
    """The address that `url` names. Raises ValueError where it is not http(s)://host[:port] and no more."""
    origin = origin_of(url)
    parts = urlsplit(url)
    if origin is None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"an upstream is http(s)://host[:port], not {url!r}")
    return Address(origin.scheme.encode("ascii"), origin.netloc.encode("ascii"))


class UpstreamRequest(NamedTuple):
    """What is asked of an upstream. `target` is origin-form, byte for byte; a body without a Content-Length goes in chunks."""

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
