"""The request gate, outermost: refuses what HTTP forbids and servers let through, before anything else sees it.

It judges what ASGI shows. What a server hides (a target's raw form, folded fields, trailers, time) is http_protocol.py's part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migrator.serve.answer import send_answer
from migrator.serve.headers import Headers, is_host
from migrator.serve.options import RequestLimits
from migrator.serve.refusal import FORBIDDEN_METHODS, capabilities, refusal
from migrator.serve.request_target import asks_the_server, is_origin_form

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_DIGITS = re.compile(rb"[0-9]{1,18}")
_ONCE = frozenset((b"host", b"content-length", b"transfer-encoding"))


class Gate:
    """Passes well-formed requests of a decent size on to `app`; refuses the others.

    Without `limits` only the form is judged: an app of one's own may have good reasons for large requests, and its server dates
    the answers. `refused` hears the status of each refusal.
    """

    def __init__(self, app: ASGIApp, limits: RequestLimits | None = None, refused: Callable[[int], None] | None = None) -> None:
        self._app = app
        self._limits = limits
        self._refused = refused or _nobody
        self._most_body = limits.body if limits else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one `http` or `websocket` scope."""
        status = fault_of(scope, self._limits)
        if status:
            self._refused(status)
            await _refuse(status, scope, receive, send, dated=self._limits is not None)
        elif scope.get("raw_path") == b"*":
            await send_answer(capabilities(), scope, send, dated=self._limits is not None)
        elif self._most_body is not None and _is_chunked(scope):
            await _Bounded(self._app, self._most_body, self._refused).answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _nobody(status: int) -> None:
    """Hears nothing."""


def fault_of(scope: Scope, limits: RequestLimits | None) -> int:
    """The status that a request is to be refused with, or 0."""
    method = scope.get("method", "GET")
    if method in FORBIDDEN_METHODS:
        return 405
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    query: bytes = scope["query_string"]
    if limits and len(path) + len(query) > limits.target:
        return 414
    if not is_origin_form(path + b"?" + query) and not asks_the_server(method, path):
        return 400
    if b"%00" in path:
        return 400
    fields: Headers = scope["headers"]
    text = b"".join(chain.from_iterable(fields))
    if limits and (len(text) > limits.field or len(text) > limits.fields or len(fields) > limits.field_count):
        sizes = [len(name) + len(value) for name, value in fields]
        if len(sizes) > limits.field_count or sum(sizes) > limits.fields or max(sizes) > limits.field:
            return 431
    if _CONTROL.search(text):
        return 400
    return _framing_fault(scope, limits)


def _framing_fault(scope: Scope, limits: RequestLimits | None) -> int:
    """What is wrong with the fields that say whom a request is for and where it ends (RFC 9112 sections 3.2 and 6)."""
    found = [field for field in scope["headers"] if field[0] in _ONCE]
    if len(found) == 1 and found[0][0] == b"host":  # nearly every request
        return 0 if is_host(found[0][1]) else 400
    known = dict(found)
    version = scope.get("http_version", "1.1")
    host, length = known.get(b"host"), known.get(b"content-length")
    coding = known.get(b"transfer-encoding")
    if len(known) < len(found):  # one of them twice
        return 400
    if not is_host(host) if host is not None else version != "1.0":
        return 400
    if coding is not None and (length is not None or version == "1.0" or coding.lower() != b"chunked"):
        return 400
    if length is not None:
        if not _DIGITS.fullmatch(length):
            return 400
        if limits and limits.body is not None and int(length) > limits.body:
            return 413
    return 0


def _is_chunked(scope: Scope) -> bool:
    return bool([name for name, _ in scope["headers"] if name == b"transfer-encoding"])


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send, *, dated: bool = True) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1002})
        return
    answer = refusal(status)
    if scope.get("http_version", "1.1").startswith("1"):
        answer.headers.append((b"connection", b"close"))
    await send_answer(answer, scope, send, dated=dated)


class _Bounded:
    """One request whose body's length shows only as it comes: cut off, and refused while that can still be said."""

    def __init__(self, app: ASGIApp, most: int, refused: Callable[[int], None]) -> None:
        self._app = app
        self._refused = refused
        self._left = most
        self._has_begun = False
        self._is_cut = False

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, unless the body turns out to be too large."""

        async def bounded_receive() -> Message:
            if self._is_cut:
                return {"type": "http.disconnect"}
            message = await receive()
            self._left -= len(message.get("body", b""))
            self._is_cut = self._left < 0
            return {"type": "http.disconnect"} if self._is_cut else message

        async def bounded_send(message: Message) -> None:
            if not self._is_cut or self._has_begun:
                self._has_begun = True
                await send(message)

        try:
            await self._app(scope, bounded_receive, bounded_send)
        except Exception:  # what an app makes of a client that left in the middle is its own affair
            if not self._is_cut or self._has_begun:
                raise
        if self._is_cut and not self._has_begun:
            self._refused(413)
            await _refuse(413, scope, receive, send)
