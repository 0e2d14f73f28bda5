"""One request's answer, read from the wire with httptools. It knows no socket but by what its connection does for it."""

from __future__ import annotations

import asyncio
import math
from typing import NoReturn, Protocol, cast

import httptools

from migrator.errors import UpstreamError
from migrator.serve.headers import Headers
from migrator.serve.upstream_dial import one_line

MOST_INTERIM = 32  # 1xx answers in a row; Early Hints and progress reports are a few (RFC 9110 section 15.2)

_LARGEST_HEAD = 64 * 1024  # bytes of all fields of an answer
_MOST_FIELDS = 512
# Bytes in a row that make neither a head nor a part of a body whole: a field, a trailer or a chunk's extension without end.
_MOST_UNREAD = 128 * 1024
_MOST_HELD = 64 * 1024  # bytes of a body that nobody has taken yet, before the upstream is made to wait
_WITHOUT_BODY = frozenset((204, 304))


class Line(Protocol):
    """What an exchange needs of the connection that it is on."""

    def pause_reading(self) -> None:
        """Take nothing more from the upstream for now."""

    def resume_reading(self) -> None:
        """Take on."""

    def abort(self) -> None:
        """End the connection at once."""


class Exchange:
    """An UpstreamResponse on its way. `deadline`, of the loop's clock, is when whoever waits for it has waited too long."""

    def __init__(
        self, line: Line, method: str, gap_timeout: float, loop: asyncio.AbstractEventLoop, *, may_switch: bool = False
    ) -> None:
        self.status = 0
        self.headers: Headers = []
        self.deadline = math.inf
        self.is_whole = False  # all of the answer has come, though not all may have been read
        self.is_reusable = False  # and the connection may carry another
        self.is_unanswered = False  # the connection ended before a byte came
        self._line = line
        self._loop = loop
        self._gap = gap_timeout
        self._to_head = method == "HEAD"
        self._may_switch = may_switch
        self.rest = b""  # what came after a 101
        self._parts: list[bytes] = []
        self._held = self._unread = self._interim = 0
        self._is_interim = self._is_paused = self._is_spoilt = self._is_kept = self._until_close = False
        self._error: UpstreamError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        # What old servers and scripts send and browsers take.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    # For the proxy

    @property
    def at_end(self) -> bool:
        """Whether it is known already that all of the body has been read."""
        return self.is_whole and not self._parts

    async def read(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises UpstreamError where the body breaks off."""
        while not self._parts:
            if self.is_whole:
                return b""
            if self._error is not None:
                raise self._error
            self.deadline = self._loop.time() + self._patience()
            await self._wait()
            self.deadline = math.inf
        parts, self._parts, self._held = self._parts, [], 0
        self._go_on()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Let go of the answer. Unless it was whole, the connection goes with it."""
        if not self.is_reusable:
            self.fail(UpstreamError("let go of"))
            self._line.abort()

    # For the connection

    async def begun(self) -> None:
        """Wait until the answer's fields are here. Raises UpstreamError."""
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._wait()

    def feed(self, data: memoryview) -> None:
        """Take the next bytes of the connection."""
        parser = self._parser
        if parser is None:
            self._line.abort()  # it was asked for by nobody
            return
        self._unread += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._line.pause_reading()
            self.rest = bytes(data[upgrade.args[0] :])
            self._parser = None
        except httptools.HttpParserError as error:
            self._fault(one_line(error))
        else:
            if self._unread > _MOST_UNREAD + len(data):
                self._fault("a head, a trailer or a chunk's extension without end")
            elif self.is_whole:  # what comes from now on is none of this exchange's
                self.is_reusable = self._is_kept and not self._is_spoilt
                self._parser = None
                self._go_on()

    def ended(self, error: Exception | None) -> None:
        """The connection is gone: the end of an answer that is delimited by nothing else, a fault for any other."""
        self._parser = None
        self.is_reusable = False
        if self._until_close and error is None and self._error is None:
            self._complete()
        elif not self.is_whole:
            how = "the connection ended" if error is None else one_line(error)
            self.is_unanswered = not (self._unread or self.status or self._interim)
            self.fail(UpstreamError(how))

    def fail(self, error: UpstreamError) -> None:
        """Let whoever waits for more hear of `error`, unless the answer is whole or another came first."""
        if not self.is_whole and self._error is None:
            self._error = error
            self._wake()

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """A status line's first byte; one that comes after a whole answer was asked for by nobody."""
        if self.is_whole:
            self._refuse("an answer that nobody asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of a head; or of a chunked body's trailer, which is dropped (RFC 9110 section 6.5.1)."""
        if self.status:
            return
        self.headers.append((name, value))
        if len(self.headers) > _MOST_FIELDS:
            self._refuse(f"more than {_MOST_FIELDS} fields")

    def on_headers_complete(self) -> None:
        """A head is whole."""
        parser = cast(httptools.HttpResponseParser, self._parser)  # it is what calls
        status = parser.get_status_code()
        if status < 200 and not (status == 101 and self._may_switch):
            self._take_interim(status)
            return
        if self._unread > _LARGEST_HEAD and sum(len(name) + len(value) for name, value in self.headers) > _LARGEST_HEAD:
            self._refuse(f"a head of more than {_LARGEST_HEAD} bytes")
        self._unread = 0
        self.status = status
        self.deadline = math.inf
        # Some old servers send a body to HEAD, and later than its head: it must not be read as the next visitor's answer.
        self._is_kept = parser.should_keep_alive() and not self._to_head
        if not self._is_kept:
            self._until_close = not self._has_length() and not self._to_head and status not in _WITHOUT_BODY
        if self._to_head:
            self._complete()
        self._wake()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self.is_whole:
            self._is_spoilt = True
            return
        self._unread = 0
        self._parts.append(body)
        self._held += len(body)
        if self._held > _MOST_HELD and not self._is_paused:
            self._is_paused = True
            self._line.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        """An answer is whole; where it was an interim one, the next may begin."""
        self._unread = 0
        if self._is_interim:
            self._is_interim = False
        elif not self.is_whole:
            self._complete()

    # Within

    def _take_interim(self, status: int) -> None:
        self._interim += 1
        if status == 101 or self._interim > MOST_INTERIM:
            self._refuse("interim answers without end" if status != 101 else "an unasked-for 101 answer")
        self.headers = []
        self._is_interim = True

    def _complete(self) -> None:
        self.is_whole = True
        self._wake()

    def _refuse(self, why: str) -> NoReturn:
        """End the parser's work; what it raises is told apart from its own errors by who came first."""
        self.fail(UpstreamError(why))
        raise self._error or UpstreamError(why)

    def _fault(self, why: str) -> None:
        self._is_spoilt = True
        self.fail(UpstreamError(why))
        self._line.abort()

    def _has_length(self) -> bool:
        """Whether the answer's own fields say where its body ends (RFC 9112 section 6.3)."""
        fields = [(name.lower(), value.lower()) for name, value in self.headers]
        return any(n == b"content-length" or (n == b"transfer-encoding" and v.rstrip().endswith(b"chunked")) for n, v in fields)

    def _patience(self) -> float:
        """How long the upstream may be silent within the body; an event stream for as long as it likes."""
        streams = any(
            name.lower() == b"content-type" and value.lower().startswith(b"text/event-stream") for name, value in self.headers
        )
        return math.inf if streams else self._gap

    def _go_on(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._line.resume_reading()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
