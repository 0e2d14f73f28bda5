"""An id for each request, in the log and upstream, so that its lines can be found together; and the log's line for each request.

The id of a trusted proxy is kept; anybody else's is replaced, since it could be chosen to forge or to confuse. It is not sent
back to the visitor: what the map alone answers is the same bytes for all, and may be kept by caches.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migrator.serve.forwarding import is_within
from migrator.serve.options import Network

FIELD = b"x-request-id"
current_id: ContextVar[str] = ContextVar("request_id", default="")

_VALID = re.compile(rb"[A-Za-z0-9._:-]{8,128}")

# Makes what the log says of a request out of method, path, query, status and seconds.
About = Callable[[str, bytes, bytes, int, float], dict[str, Any]]


class RequestIds:
    """Gives each request of `app` its id; `log`, where there is one, gets a record for each answer."""

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...], about: About, log: logging.Logger | None) -> None:
        self._app = app
        self._trusted = trusted
        self._about = about
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one `http` or `websocket` scope on, and tell how it ended."""
        number = self._told(scope) or new_id()
        current_id.set(number.decode("ascii"))
        others = [field for field in scope["headers"] if field[0] != FIELD]
        status, began = 0, time.monotonic()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        try:
            await self._app({**scope, "headers": [*others, (FIELD, number)]}, receive, sending)
        finally:
            if self._log is not None:
                path: bytes = scope.get("raw_path") or scope["path"].encode()
                seconds = time.monotonic() - began
                about = self._about(scope.get("method", "GET"), path, scope["query_string"], status, seconds)
                self._log.info("request", extra={"about": {**about, "request_id": number.decode("ascii")}})

    def _told(self, scope: Scope) -> bytes:
        """The id that a trusted proxy gave; b"" where there is none, or more than one."""
        client = scope.get("client")
        if not (self._trusted and client and is_within(client[0], self._trusted)):
            return b""
        told = [value for name, value in scope["headers"] if name == FIELD]
        return told[0] if len(told) == 1 and _VALID.fullmatch(told[0]) else b""


def new_id() -> bytes:
    """An id that nobody can guess: 128 bits in hexadecimal."""
    return os.urandom(16).hex().encode("ascii")
