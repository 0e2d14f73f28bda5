"""A client's connection but for what it says: how it ends without cutting an answer short, whether it moves, when it is read."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import sys
import termios
from collections.abc import Callable, Sized
from enum import Enum, auto

from uvicorn.protocols.http.flow_control import FlowControl

from migrator.serve.options import ConnectionOptions


class Phase(Enum):
    """What a connection's reading side waits for."""

    NEW = auto()  # the first request
    IDLE = auto()  # the next one
    HEAD = auto()
    BODY = auto()
    PARTING = auto()  # the client's end, after ours


class PartingTransport:
    """What uvicorn needs of a transport to answer; its `close` leaves to `part` how that is done.

    An answer's head waits for what else is written before the loop goes on, so that most answers take one packet.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, part: Callable[[], None]) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._part = part
        self._is_closing = False

    def write(self, data: bytes) -> None:
        """Write `data` after what was written before."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(b"HTTP/1."):
            self._head = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Let nothing wait."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def close(self) -> None:
        """Write nothing more."""
        self.flush()
        self._is_closing = True
        self._part()

    def is_closing(self) -> bool:
        """Whether nothing more can be written."""
        return self._is_closing or self._transport.is_closing()


class PatientFlow(FlowControl):
    """uvicorn's flow control, but nothing more is read while requests wait for their turn; uvicorn reads on with each answer."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Read on, unless what was read before still waits."""
        if not self._waiting:
            super().resume_reading()


class Outgoing:
    """Watches whether bytes that wait to be sent grow fewer."""

    def __init__(self, transport: asyncio.Transport, now: float) -> None:
        self._transport = transport
        self.waiting = 0  # bytes, when last looked at
        self._moved = now

    def went_on(self, now: float) -> None:
        """The client was seen to take some."""
        self._moved = now

    def is_stuck(self, now: float, patience: float) -> bool:
        """Whether there are bytes, and none was taken for `patience` seconds."""
        waiting = self._transport.get_write_buffer_size()
        if waiting:
            waiting += _held_by_system(self._transport)
        if not waiting or waiting < self.waiting or not self.waiting:
            self._moved = now
        self.waiting = waiting
        return now - self._moved > patience


def _held_by_system(transport: asyncio.Transport) -> int:
    """Bytes that the system has taken and the client's has not acknowledged: megabytes, which a slow client takes first."""
    held = bytearray(4)
    with contextlib.suppress(OSError, ValueError):  # not every system tells
        fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, held)
    return int.from_bytes(held, sys.byteorder)


def is_slow(now: float, since: float, heard: float, received: int, options: ConnectionOptions) -> bool:
    """Whether a body that began at `since` and was last heard of at `heard`, `received` bytes so far, comes too slowly."""
    return now - heard > options.body_gap or now - since > options.body_gap + received / options.body_rate
