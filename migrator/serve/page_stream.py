"""A page on its way through, a chunk at a time: held while it is unknown what becomes of it, then sent on as it comes.

For pages whose first chunk did not tell, and for those in a content coding. Header fields are page_fields.py's matter.
"""

from __future__ import annotations

import asyncio

from starlette.types import Message, Send

from migrator.errors import UpstreamError
from migrator.serve.codings import PIECE
from migrator.serve.content_security import Inline
from migrator.serve.page_fields import PageFields
from migrator.serve.rewriting import Rewriting

PATIENCE = 0.05  # seconds after the first chunk that an answer is held while it is unknown what becomes of the page
_HELD = 64 * 1024  # bytes as they came that are held meanwhile
_HELD_CONTENT = 8 * 1024 * 1024  # and bytes that came out of them
# Where a body inflates out of proportion and beyond this, it is passed on as it came, or broken off where it no longer can be.
_MOST_INFLATED_HELD = 1024 * 1024
_MOST_INFLATED_SENT = 20 * 1024 * 1024


class PageStream:
    """One page: `take` its chunks as they come. `close` it when no more will.

    `take` raises UpstreamError from a body that turns out to be broken when part of it has been sent already.
    """

    def __init__(
        self, answer: Message, fields: PageFields, rewriting: Rewriting, send: Send, version: str, inline: Inline
    ) -> None:
        self.started = False  # whether any of the answer has been sent on
        self.done = False  # whether the rest goes by as it comes
        self._answer = answer
        self._fields = fields
        self._rewriting = rewriting
        self._send = send
        self._version = version
        self._inline = inline
        self._came = bytearray()
        self._content = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._late: asyncio.Task[None] | None = None

    @property
    def became(self) -> tuple[str, str]:
        """What became of the page, and its language where that is known."""
        insertion = self._rewriting.insertion
        language = insertion.finding.language if insertion.finding else ""
        return insertion.outcome, language or self._fields.html.language

    async def take(self, data: bytes, *, last: bool) -> None:
        """Take the body's next bytes, and send on what can be sent."""
        if self._late is not None:
            await self._late
            self._late = None
        if not self.started:
            self._came += data
        rewriting = self._rewriting
        try:
            for piece in rewriting.pieces(data, last=last):
                self._content += piece
                if self.started:
                    await self._send_content()
                elif rewriting.insertion.refused or rewriting.inflates(_MOST_INFLATED_HELD):
                    break
                elif len(self._content) > _HELD_CONTENT:
                    await self._begin()
            else:
                await self._send_ready(last=last)
                return
        except UpstreamError:
            if self.started:
                raise
        await self._give_back(last=last)

    def close(self) -> None:
        """Send nothing more unasked."""
        self._stop_waiting()
        if self._late is not None and not self._late.cancel() and not self._late.cancelled():
            self._late.exception()  # whoever it concerns has gone

    async def _send_ready(self, *, last: bool) -> None:
        """With all of a message's content at hand, send what can be sent."""
        if self.started:
            await self._flush(last=last)
        elif last or self._is_ready():
            await self._begin(last=last)
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._be_late)

    def _is_ready(self) -> bool:
        """Whether to start sending. An answer of unknown length gains nothing by waiting, and may be a slow one."""
        streamed = self._fields.length(self._answer) is None and len(self._content) > 0
        return self._rewriting.is_settled or streamed or len(self._came) >= _HELD

    def _be_late(self) -> None:
        """Send what there is, though it is still unknown what becomes of the page."""
        if not self.started:
            self._late = asyncio.get_running_loop().create_task(self._begin())

    async def _begin(self, *, last: bool = False) -> None:
        rewriting = self._rewriting
        body = rewriting.encoded(bytes(self._content), last=last)
        self._content.clear()
        length = len(body) if last else None
        if length is None and rewriting.is_settled and not rewriting.is_coded:
            came = self._fields.length(self._answer)
            length = None if came is None else came + rewriting.insertion.inserted
        await self._start(self._fields.changed(self._answer, self._version, self._inline, weak=rewriting.is_coded, length=length))
        await self._send_body(body, last=last)

    async def _send_content(self) -> None:
        if self._rewriting.inflates(_MOST_INFLATED_SENT):
            raise UpstreamError("the body inflates out of all proportion")
        if len(self._content) >= PIECE:
            await self._flush()

    async def _flush(self, *, last: bool = False) -> None:
        if self._content or last:
            body = self._rewriting.encoded(bytes(self._content), last=last)
            self._content.clear()
            await self._send_body(body, last=last)

    async def _send_body(self, body: bytes, *, last: bool) -> None:
        self._came.clear()
        self.done = self._rewriting.is_settled and not self._rewriting.is_coded
        if body or last:
            await self._send({"type": "http.response.body", "body": body, "more_body": not last})

    async def _give_back(self, *, last: bool) -> None:
        """Send the answer as it came."""
        self.done = True
        await self._start(self._fields.given_back(self._answer, self._version, weak=self._rewriting.is_coded))
        await self._send({"type": "http.response.body", "body": bytes(self._came), "more_body": not last})

    async def _start(self, message: Message) -> None:
        self.started = True
        self._stop_waiting()
        await self._send(message)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
