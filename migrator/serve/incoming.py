"""A client's request body as it arrives, and the moment the client leaves. The one place that calls an ASGI `receive`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import cast

from starlette.types import Receive

from migrator.errors import UpstreamError

_WATCH_AFTER = 0.05  # seconds; most exchanges are over sooner, and a timer costs less than a task


class ClientLeft(Exception):
    """The client closed its connection before its request was whole. Never leaves the visitor's door."""


class Incoming:
    """One request's body, read once and in order, and never ahead of who asks for it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._first = b""
        self._is_whole = asyncio.Event()
        self.has_left = False

    async def begin(self) -> None:
        """Wait for the first part. Only then is it known whether there is a body at all."""
        self._first = await self._next()

    @property
    def length(self) -> int | None:
        """The body's length where all of it is here, else None."""
        return len(self._first) if self._is_whole.is_set() else None

    async def body(self) -> AsyncIterator[bytes]:
        """The body's parts, each asked for when the last has been taken. Raises ClientLeft."""
        if self._first:
            yield self._first
        while not self._is_whole.is_set():
            if part := await self._next():
                yield part

    def until_left(self, loop: asyncio.AbstractEventLoop) -> Presence:
        """Run a block while the client is there: when it leaves, the block is cancelled and ends quietly."""
        return Presence(self, loop)

    async def until_gone(self) -> None:
        """Wait until the client has left; what it still says belongs to nobody."""
        await self._is_whole.wait()
        while not self.has_left:
            self.has_left = (await self._receive())["type"] == "http.disconnect"

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.has_left = True
            self._is_whole.set()
            raise ClientLeft
        if not message.get("more_body", False):
            self._is_whole.set()
        body: bytes = message.get("body", b"")
        return body


class Presence:
    """The time that a client is there: a block that is cancelled when it leaves."""

    __slots__ = ("_cancelling", "_incoming", "_loop", "_task", "_watcher", "_watching")

    def __init__(self, incoming: Incoming, loop: asyncio.AbstractEventLoop) -> None:
        self._incoming = incoming
        self._loop = loop
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[None]", asyncio.current_task(self._loop))
        self._cancelling = self._task.cancelling()
        self._watching = self._loop.call_later(_WATCH_AFTER, self._watch)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self._watching.cancel()
        if self._watcher is None:
            return False
        self._watcher.cancel()
        if not self._incoming.has_left:
            return False
        is_ours = kind is asyncio.CancelledError and self._task.uncancel() <= self._cancelling
        return is_ours or (kind is not None and issubclass(kind, UpstreamError))

    def _watch(self) -> None:
        self._watcher = self._loop.create_task(self._incoming.until_gone())
        self._watcher.add_done_callback(self._end)

    def _end(self, watcher: asyncio.Task[None]) -> None:
        if not watcher.cancelled() and watcher.exception() is None:
            self._task.cancel()
