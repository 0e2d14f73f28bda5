"""The ASGI app that passes requests on to one upstream and streams the answers back. It knows no rule and no banner."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from migrator.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.serve.answer import Answer, plain_answer, send_answer
from migrator.serve.breaker import Breaker
from migrator.serve.capacity import Capacity
from migrator.serve.headers import (
    MAX_PASSES,
    Address,
    Headers,
    passes_through,
    public_address,
    request_headers,
    response_headers,
    without_handshake,
)
from migrator.serve.incoming import ClientLeft, Incoming
from migrator.serve.options import UpstreamOptions
from migrator.serve.recorder import UpstreamMeter
from migrator.serve.upstream import Upstream, UpstreamRequest, UpstreamResponse, upstream_address
from migrator.serve.upstream_dial import Dialer
from migrator.serve.upstream_pool import PooledUpstream
from migrator.serve.upstream_websocket import UpstreamWebSocket, open_websocket
from migrator.serve.websocket import deny, relay

logger = logging.getLogger(__name__)

_HIGHEST_STATUS = 599
_FAILURES = {503: "unreachable", 504: "timeout", 502: "broken"}
_TARGET = re.compile(rb"/[^\x00-\x20\x7f#]*(?:\?[^\x00-\x20\x7f#]*)?")
_LENGTH = re.compile(rb"[0-9]{1,18}")


class Proxy:
    """Passes every request on to `upstream_url` (http(s)://host[:port]) under the Host that the client asked for.

    `unavailable` makes the page for an upstream that cannot be reached (503), takes too long (504) or answers wrongly (502).
    An upstream that breaks off within a body is re-raised, so that the server breaks off too and the client can tell.
    """

    def __init__(
        self,
        upstream_url: str,
        options: UpstreamOptions,
        unavailable: Callable[[Scope, int], Answer],
        *,
        upstream: Upstream | None = None,
        clock: Callable[[], float] = time.monotonic,
        meter: UpstreamMeter | None = None,
    ) -> None:
        self._address = upstream_address(upstream_url)
        self._name = self._address.authority.decode("ascii")
        self._pseudonym = b"migrator-" + hashlib.sha256(upstream_url.encode()).hexdigest()[:8].encode("ascii")
        self._options = options
        self._dialer = Dialer(self._address, options)
        self._upstream = upstream or PooledUpstream(self._dialer, options)
        self._unavailable = unavailable
        self._breaker = Breaker()
        self._requests = Capacity(options.connections, options.turn_timeout)
        self._websockets = Capacity(options.websockets, options.turn_timeout)
        self._clock = clock
        self._meter = meter
        self._loop: asyncio.AbstractEventLoop | None = None  # the one that its connections belong to

    @property
    def is_reachable(self) -> bool:
        """False while the upstream is being left alone because it could not be reached."""
        return not self._breaker.is_open

    async def aclose(self) -> None:
        """Close every connection to the upstream."""
        await self._upstream.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; under `lifespan`, close the connections at shutdown."""
        if scope["type"] == "http":
            try:
                await self._pass_on(scope, Incoming(receive), send)
            except ClientLeft:
                return
        elif scope["type"] == "websocket":
            await self._pass_websocket_on(scope, receive, send)
        else:
            await self._live(receive, send)

    async def _pass_on(self, scope: Scope, incoming: Incoming, send: Send) -> None:
        target = _target_of(scope)
        public = public_address(scope, self._address.authority)
        if public is None or not _TARGET.fullmatch(target):
            await send_answer(plain_answer(400, "Bad request"), scope, send)
            return
        await incoming.begin()
        if self._loop is None:  # to ask each time costs a system call
            self._loop = asyncio.get_running_loop()
        with incoming.until_left(self._loop):
            try:
                await self._await_turn(scope, self._requests)
            except UpstreamError as error:
                await send_answer(self._apology(error, scope), scope, send)
                return
            try:
                await self._exchange(scope, target, public, incoming, send)
            finally:
                self._requests.give()

    async def _pass_websocket_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        target = _target_of(scope)
        public = public_address(scope, self._address.authority)
        if public is None or not _TARGET.fullmatch(target):
            await deny(plain_answer(400, "Bad request"), scope, send)
            return
        try:
            await self._await_turn(scope, self._websockets)
        except UpstreamError as error:
            await deny(self._apology(error, scope), scope, send)
            return
        try:
            await relay(scope, receive, send, partial(self._open_websocket, scope, target, public))
        finally:
            self._websockets.give()

    async def _await_turn(self, scope: Scope, capacity: Capacity) -> None:
        """Take a place with the upstream, unless the request goes round in circles or the upstream is known to be away."""
        if passes_through(scope["headers"], self._pseudonym) >= MAX_PASSES:
            raise UpstreamError("the upstream's address leads back to this proxy")
        if not self._breaker.allows(self._clock()):
            raise UpstreamUnreachable("left alone after repeated failures")
        await capacity.take()

    async def _exchange(self, scope: Scope, target: bytes, public: Address, incoming: Incoming, send: Send) -> None:
        headers = request_headers(scope, public, self._pseudonym)
        framing, has_body = _framing(scope, incoming)
        request = UpstreamRequest(scope["method"], target, headers + framing, incoming.body() if has_body else None)
        began = self._clock()
        try:
            response = await self._upstream.open(request)
        except UpstreamError as error:
            self._learn(error)
            if not incoming.has_left:
                await send_answer(self._apology(error, scope), scope, send)
            return
        self._learn()
        if self._meter is not None:
            self._meter.answered(self._clock() - began)
        if response.status > _HIGHEST_STATUS:
            response.close()
            await send_answer(self._apology(UpstreamError(f"status {response.status}"), scope), scope, send)
            return
        await self._stream(response, public, send)

    async def _stream(self, response: UpstreamResponse, public: Address, send: Send) -> None:
        try:
            headers = response_headers(response.headers, response.status, self._address, public)
            await send({"type": "http.response.start", "status": response.status, "headers": headers})
            more = True
            while more:
                chunk = await response.read()
                more = chunk != b"" and not response.at_end
                await send({"type": "http.response.body", "body": chunk, "more_body": more})
        finally:
            response.close()

    async def _open_websocket(self, scope: Scope, target: bytes, public: Address) -> UpstreamWebSocket | Answer:
        headers = without_handshake(request_headers(scope, public, self._pseudonym))
        try:
            opened = await open_websocket(self._dialer, self._options, target, headers, scope.get("subprotocols", ()))
        except UpstreamError as error:
            self._learn(error)
            return self._apology(error, scope)
        self._learn()
        if isinstance(opened, Answer) and opened.status > _HIGHEST_STATUS:
            return self._apology(UpstreamError(f"status {opened.status}"), scope)
        status = opened.status if isinstance(opened, Answer) else 101
        fields = without_handshake(response_headers(opened.headers, status, self._address, public))
        if isinstance(opened, Answer):
            return opened._replace(headers=fields)
        opened.headers = fields
        return opened

    def _learn(self, error: UpstreamError | None = None) -> None:
        """Tell the breaker how an attempt to reach the upstream went; one that was cancelled teaches nothing."""
        if not isinstance(error, UpstreamUnreachable | UpstreamTimeout):
            self._breaker.succeeded()
        elif self._breaker.failed(self._clock()):
            logger.error("%s does not answer and is left alone but for a probe now and then", self._name)
        if self._meter is not None:
            self._meter.breaker(is_open=self._breaker.is_open)

    def _apology(self, error: UpstreamError, scope: Scope) -> Answer:
        status = 503 if isinstance(error, UpstreamUnreachable) else 504 if isinstance(error, UpstreamTimeout) else 502
        if self._meter is not None:
            self._meter.failed(_FAILURES[status])
        logger.log(logging.DEBUG if self._breaker.is_open else logging.WARNING, "%s: %d: %s", self._name, status, error)
        return self._unavailable(scope, status)

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await self.aclose()
        await send({"type": "lifespan.shutdown.complete"})


def _target_of(scope: Scope) -> bytes:
    """The request target, byte for byte where the server tells it."""
    path: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def _framing(scope: Scope, incoming: Incoming) -> tuple[Headers, bool]:
    """How the body is delimited upstream, and whether there is one: by its length where known, else in chunks."""
    told = [value for name, value in scope["headers"] if name == b"content-length"]
    if len(told) == 1 and _LENGTH.fullmatch(told[0]):
        return [(b"content-length", told[0])], int(told[0]) > 0
    if incoming.length is None:
        return [], True  # old servers refuse chunks, but there is no other way
    return ([(b"content-length", b"%d" % incoming.length)], True) if incoming.length else ([], False)
