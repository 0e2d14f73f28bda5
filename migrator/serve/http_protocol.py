"""HTTP/1.x from the wire, on uvicorn's httptools protocol, hardened: what a request may look like, and how long it may take.

Trailers never become fields, whoever stalls is let go, and a refused request is the last of its connection. No routing here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn, cast

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from migrator.serve.answer import wire_format
from migrator.serve.early import EarlyAnswer, early_bytes
from migrator.serve.headers import has_body
from migrator.serve.old_client import unchunked
from migrator.serve.options import ConnectionOptions, RequestLimits
from migrator.serve.parting import Outgoing, PartingTransport, PatientFlow, Phase, is_slow
from migrator.serve.plain_head import allow_plain_heads, may_become_plain
from migrator.serve.refusal import FORBIDDEN_METHODS, refusal
from migrator.serve.request_target import asks_the_server, is_origin_form, origin_form

_MOST_DISCARDED = 256 << 10  # bytes of a body that nobody reads any more, before its connection is closed
_FIELD_OVERHEAD = 4  # ": " and the end of the line
_SLOWEST_LOOK = 5.0  # seconds


class _Refused(Exception):
    """Ends a parser's callback; the status is kept by the protocol."""


class HardenedProtocol(HttpToolsProtocol):
    """One connection. uvicorn makes it; bind `limits` and `options` with functools.partial."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: RequestLimits,
        options: ConnectionOptions,
        early: EarlyAnswer | None = None,
        refused: Callable[[int], None] = lambda status: None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits, self._options, self._refused = limits, options, refused
        self._early = early if allow_plain_heads(limits) else None
        self._most_unread = limits.target + limits.fields + limits.field_count * _FIELD_OVERHEAD
        patience = (options.head, options.body_gap, options.write_stall, options.parting, options.keep_alive)
        self._tick, self._phase = min(*patience, 4 * _SLOWEST_LOOK) / 4, Phase.NEW
        self._since = self._heard = 0.0  # when the phase began, and when it last went on
        self._unread = 0  # bytes in a row that made neither a head nor a body complete
        self._received = self._discarded = self._fields = 0
        self._status = 0  # what a parser's callback refuses with
        self._is_deaf = False  # hears no more
        self._held = b""  # the beginning of a request that came behind one that was answered early

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._raw = transport
        self.flow = PatientFlow(transport, self.pipeline)
        self._outgoing = Outgoing(transport, self.loop.time())
        self._parting = PartingTransport(transport, self.loop, self._part)
        self.transport = cast(asyncio.Transport, self._parting)
        self._since = self.loop.time()
        self._looking = self.loop.call_later(self._tick, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless what came before was refused."""
        if self._is_deaf:
            return
        if self._phase is Phase.IDLE or self._phase is Phase.NEW or self._held:
            if self._early is not None and not self._is_answering:
                data = self._answer_early(self._early, self._held + data)
                if not data:
                    return
            self._enter(Phase.HEAD)
        self._unread += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError:
            if not self._is_deaf:
                self._refuse(self._status or 400)
        else:
            if self._unread > self._most_unread + len(data):
                self._refuse(431)

    def _should_upgrade(self) -> bool:
        return super()._should_upgrade() and self.parser.get_method() == b"GET"  # RFC 6455 section 4.1

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    self._leave_to_websocket()
                    return
                data = data[upgrade.args[0] :]  # an offer of another protocol that is not taken up

    def resume_writing(self) -> None:
        """The client takes its answer again."""
        self._outgoing.went_on(self.loop.time())
        super().resume_writing()

    def on_message_begin(self) -> None:
        """A request's first byte."""
        if self._is_deaf:
            raise _Refused  # it came with one whose answer was the last (RFC 9112 section 9.6)
        self._fields = self._received = self._discarded = 0
        self._enter(Phase.HEAD)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self.url += url
        if len(self.url) > self._limits.target:
            self._stop(414)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; or of a chunked body's trailer, which is dropped (RFC 9110 section 6.5.1)."""
        if self._phase is not Phase.HEAD:
            return
        size = len(name) + len(value)
        self._fields += size
        if size > self._limits.field or self._fields > self._limits.fields or len(self.headers) >= self._limits.field_count:
            self._stop(431)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: judge what uvicorn is about to hide, and let the request begin."""
        self._unread = 0
        method = self.parser.get_method().decode("ascii")
        if method in FORBIDDEN_METHODS:
            self._stop(405)
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._stop(505)
        if not is_origin_form(self.url) and not asks_the_server(method, self.url):
            host = next((value for name, value in self.headers if name == b"host"), b"")
            self.url = origin_form(self.url, host) or self._stop(400)
        if self.parser.should_upgrade() and has_body(self.headers):
            self._stop(400)  # the parser would take the body for the next request
        self.expect_100_continue = self.expect_100_continue and version == "1.1"  # RFC 9110 section 10.1.1
        self._enter(Phase.BODY)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._unread = 0
        self._heard = self.loop.time()
        self._received += len(body)
        if self.cycle is not None and self.cycle.response_complete:
            self._discarded += len(body)
            if self._discarded > _MOST_DISCARDED:
                self._part()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._unread = 0
        self._enter(Phase.IDLE)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer of an app's is whole."""
        super().on_response_complete()
        self._unset_keepalive_if_required()  # `_look` sees to that
        if self._phase is Phase.IDLE:
            self._enter(Phase.IDLE)

    # The early road

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _answer_early(self, early: EarlyAnswer, data: bytes) -> bytes:
        """Answer the plain requests that `data` begins with, as long as the app can at once; what is left for the parser."""
        start, is_last, log = 0, False, self.access_logger if self.access_log else None
        while start < len(data) and not (is_last or self.flow.write_paused):
            found = early_bytes(early, data, start, self.client, log)
            if found is None:
                break
            answer, start, is_last = found
            self._write(answer)
            self.server_state.total_requests += 1
        rest, self._held = data[start:], b""
        if start:
            self._enter(Phase.IDLE)
            if is_last:
                self._part()
                return b""
            if rest and may_become_plain(rest):
                self._enter(Phase.HEAD)
                rest, self._held = b"", rest
        return rest

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["http_version"] == "1.0":
            app = unchunked(app, cycle)
        super()._start_asgi_task(cycle, app)

    def _write(self, answer: bytes) -> None:
        self._parting.flush()
        self._raw.write(answer)

    # What ends a connection

    def _stop(self, status: int) -> NoReturn:
        self._status = status
        raise _Refused

    def _refuse(self, status: int) -> None:
        """Answer what cannot be served, after the answers that are still due, and read no more."""
        self.logger.info("%s: refused with %d", self.client, status)
        self._refused(status)
        is_due = self._is_answering
        if is_due and self._phase is Phase.BODY:
            self._abandon(status)
        elif is_due:
            self.cycle.keep_alive = False
            self._is_deaf = True
            self._enter(Phase.IDLE)
        else:
            if self._phase is not Phase.BODY:  # else it has its answer
                self._write(wire_format(refusal(status), is_last=True))
            self._part()

    def _abandon(self, status: int) -> None:
        """Refuse a request that an app has begun to answer, or will: the app is told that its client has left."""
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        if self.cycle.response_started or self.pipeline:
            self._raw.abort()
        else:
            self._write(wire_format(refusal(status), is_last=True))
            self._part()

    def _part(self) -> None:
        """Close, but let a client that is still sending read its answer first (RFC 9112 section 9.6)."""
        if self._raw.is_closing() or self._phase is Phase.PARTING:
            return
        self._parting.flush()
        is_heard_out = self._phase is Phase.IDLE and not self._is_deaf
        self._is_deaf = True
        self._enter(Phase.PARTING)
        if is_heard_out or not self._raw.can_write_eof():
            self._raw.close()
        else:
            self._raw.write_eof()
            self.pipeline.clear()
            self.flow.resume_reading()

    def _leave_to_websocket(self) -> None:
        if self._is_answering:
            self._refuse(400)  # an answer is due, and would run into the WebSocket's frames
            return
        self._looking.cancel()
        self.transport = self._raw
        self.handle_websocket_upgrade()

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._since = self._heard = self.loop.time()

    def _look(self) -> None:
        """See, now and then, whether the client keeps the server waiting for too long."""
        self._looking = self.loop.call_later(self._tick, self._look)
        now, options, phase = self.loop.time(), self._options, self._phase
        if self._outgoing.is_stuck(now, options.write_stall):
            self._raw.abort()
        elif phase is Phase.PARTING:
            self._since = now if self._outgoing.waiting else self._since
            if now - self._since > options.parting:
                self._raw.abort()
        elif self.flow.read_paused:  # by us
            self._since += self._tick
            self._heard = now
        elif phase is Phase.NEW and now - self._since > options.head:
            self._raw.close()
        elif phase is Phase.HEAD and now - self._since > options.head:
            self._refuse(408)
        elif phase is Phase.IDLE and not self._is_answering and now - self._since > options.keep_alive:
            self._part()
        elif phase is Phase.BODY and is_slow(now, self._since, self._heard, self._received, options):
            self._refuse(408)
