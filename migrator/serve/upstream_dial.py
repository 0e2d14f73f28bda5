"""How a connection to an upstream is made: names resolved, addresses raced, TLS spoken. What is said on it is not known here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from aiohappyeyeballs import AddrInfoType, start_connection

from migrator.errors import UpstreamUnreachable
from migrator.serve.headers import Address
from migrator.serve.options import UpstreamOptions
from migrator.serve.upstream_tls import tls_context

_HEAD_START = 0.25  # seconds that one address has before the next is tried beside it (RFC 8305 section 5)
_REMEMBERED = 10.0  # seconds that a name's addresses are taken for what they were
_PORTS = {b"http": 80, b"https": 443}
_LONGEST_MESSAGE = 300  # characters

_Spoken = TypeVar("_Spoken", bound=asyncio.BaseProtocol)


class Dialer:
    """Connects to one upstream, within its `connect_timeout`."""

    def __init__(self, address: Address, options: UpstreamOptions) -> None:
        port = address.authority.removeprefix(address.host)[1:]
        self._host = address.host.decode("ascii").strip("[]")
        self._port = int(port) if port else _PORTS[address.scheme]
        self._options = options
        self._context = tls_context(options.tls) if address.scheme == b"https" else None
        self._server_name = options.tls.server_name if options.tls else ""
        self._places: Sequence[AddrInfoType] = ()
        self._known_until = 0.0

    async def connect(self, protocol: Callable[[], _Spoken]) -> _Spoken:
        """A connection, spoken on by what `protocol` makes. Raises UpstreamUnreachable."""
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                return await self._connected(protocol)
        except TimeoutError:
            raise UpstreamUnreachable(f"no connection within {self._options.connect_timeout:g} s") from None
        except (OSError, UnicodeError) as error:
            self._known_until = 0.0
            raise UpstreamUnreachable(one_line(error)) from error

    async def _connected(self, protocol: Callable[[], _Spoken]) -> _Spoken:
        loop = asyncio.get_running_loop()
        places = await self._resolved(loop)
        made = await start_connection(
            places, happy_eyeballs_delay=_HEAD_START, loop=loop, socket_factory=partial(_socket, self._options.gap_timeout)
        )
        try:
            name = (self._server_name or self._host) if self._context else None
            _, spoken = await loop.create_connection(protocol, sock=made, ssl=self._context, server_hostname=name)
        except BaseException:
            made.close()
            raise
        return spoken

    async def _resolved(self, loop: asyncio.AbstractEventLoop) -> Sequence[AddrInfoType]:
        if loop.time() >= self._known_until:
            self._places = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            self._known_until = loop.time() + _REMEMBERED
        return self._places


def one_line(error: Exception) -> str:
    """What went wrong, fit for one line of a log, whatever an upstream has put into it."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_MESSAGE]


def _socket(patience: float, place: AddrInfoType) -> socket.socket:
    """A socket that the system gives up on where the other end is gone, or takes nothing, for `patience` seconds.

    Closing it would else wait for that end for ever, and so would a WebSocket or an event stream that may be silent.
    """
    made = socket.socket(*place[:3])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(1, int(patience)))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(patience * 1000))
    return made
