"""A client's request body as it arrives, and the moment the client leaves. The one place that calls an ASGI `receive`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
        self._watcher: asyncio.Task[None] | None = None
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

    @asynccontextmanager
    async def until_left(self) -> AsyncIterator[None]:
        """Run the block while the client is there: when it leaves, the block is cancelled and ends quietly."""
        try:
            # A deadline that is moved to the present when the client leaves: asyncio's one scope that cancels its own block.
            async with asyncio.timeout(None) as presence:
                watching = asyncio.get_running_loop().call_later(_WATCH_AFTER, self._begin_watch, presence)
                try:
                    yield
                finally:
                    watching.cancel()
                    if self._watcher is not None:
                        self._watcher.cancel()
        except (TimeoutError, UpstreamError):
            if not self.has_left:
                raise

    def _begin_watch(self, presence: asyncio.Timeout) -> None:
        self._watcher = asyncio.create_task(self._watch(presence))

    async def _watch(self, presence: asyncio.Timeout) -> None:
        await self._is_whole.wait()
        while not self.has_left:
            message = await self._receive()
            self.has_left = message["type"] == "http.disconnect"
        presence.reschedule(0)

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
