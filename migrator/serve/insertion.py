"""Puts one piece of markup into a streamed HTML document and changes no other byte. Pure: no headers, no codings, no network.

The result is the same however the document is cut into chunks. What is held back is a token that is not yet whole, the
first bytes of the body while its skip links are looked for, and a `<noscript>` in the head.
"""

from __future__ import annotations

import logging

from migrator.serve.body_start import REACH, BodyStart
from migrator.serve.document_head import DULL, Body, DocumentHead
from migrator.serve.finding import Finding, Markup, Outcome
from migrator.serve.html_tokens import Kind, Token, Tokenizer
from migrator.serve.prescan import PRESCAN, UTF_8_MARK, UTF_16_MARKS, mark_may_follow, room_at

LONGEST_TOKEN = 64 * 1024
LONGEST_SCAN = 1024 * 1024

_log = logging.getLogger(__name__)


_REFUSALS = {
    Body.FRAMESET: Outcome.FRAMESET,
    Body.AMP: Outcome.AMP,
    Body.NOT_A_DOCUMENT: Outcome.NOT_A_DOCUMENT,
    Body.UNREADABLE: Outcome.UNREADABLE,
}


class Insertion:
    """One document on its way through. `feed` and `end` return the bytes to send on and never raise.

    `banner` is asked once, when the place is found: with the document's language (a BCP 47 tag as the page has it, or "") and
    the Content Security Policies that its own <meta> elements set before there.
    `encoding_known` says that a header names the document's encoding, so that no `<meta>` can change it.
    """

    def __init__(self, banner: Markup, *, encoding_known: bool = False) -> None:
        self.outcome = Outcome.PENDING
        self.inserted = 0  # bytes
        self._finding: Finding | None = None
        self._banner = banner
        self._encoding_known = encoding_known
        self._opening = b""
        self._tokens = Tokenizer()
        self._head = DocumentHead()
        self._body: BodyStart | None = None
        self._place: int | None = None
        self._found = Outcome.IMPLIED
        self._begun = False
        self._ended = False

    @property
    def refused(self) -> bool:
        """Whether it is settled that nothing is inserted."""
        return self.outcome not in (Outcome.PENDING, Outcome.EXPLICIT, Outcome.IMPLIED)

    @property
    def finding(self) -> Finding | None:
        """What was found, whatever the banner was; None as long as that is not settled, or where a fault of ours settled it."""
        if self._finding is None and self.refused and self.outcome is not Outcome.FAILED:
            return Finding(self.outcome)
        return self._finding

    def feed(self, data: bytes) -> bytes:
        """Take the document's next bytes; return what may be sent on."""
        if self.outcome is not Outcome.PENDING:
            return data
        if len(self._opening) < PRESCAN:
            self._opening += data[: PRESCAN - len(self._opening)]
        self._tokens.feed(data)
        return self._advance()

    def end(self) -> bytes:
        """The document is complete; return what is left of it."""
        if self.outcome is not Outcome.PENDING:
            return b""
        self._ended = True
        self._tokens.end()
        return self._advance()

    def _advance(self) -> bytes:
        tokens = self._tokens
        try:
            if self._place is None and (self._begun or self._begin()):
                self._scan()
            if self._place is not None:
                return self._settle(self._place)
        except Exception:
            _log.exception("the banner was left out of a page")
            self.outcome = Outcome.FAILED
        return tokens.take(self._sendable() if self.outcome is Outcome.PENDING else tokens.size)

    def _sendable(self) -> int:
        """Up to where the bytes may go out while the place is still looked for."""
        if self._body is not None:
            return self._body.start
        held = self._head.held
        return self._tokens.position if held is None else held

    def _begin(self) -> bool:
        """Whether enough has come to see a byte order mark, which settles the encoding whatever the page says."""
        if not self._ended and mark_may_follow(self._opening):
            return False
        self._begun = True
        if self._opening.startswith(UTF_8_MARK):
            self._tokens.skip(len(UTF_8_MARK))
            self._encoding_known = True
        elif self._opening.startswith(UTF_16_MARKS):
            self.outcome = Outcome.ENCODING
        if self.outcome is Outcome.PENDING and (body := self._head.begin(self._tokens, LONGEST_TOKEN)):
            self.outcome = _REFUSALS[body]
        return self.outcome is Outcome.PENDING

    def _scan(self) -> None:
        tokens = self._tokens
        while token := tokens.next():
            if self._body is not None:
                if self._body.take(token, tokens):
                    return self._choose(self._body)
            elif self._in_head(token):
                return None
            elif self._head.ready:
                tokens.pass_over(DULL, LONGEST_TOKEN, LONGEST_SCAN)
        return self._pause()

    def _in_head(self, token: Token) -> bool:
        """Whether the matter is settled with this token."""
        head = self._head
        body = head.take(token, self._tokens)
        start = token.start if head.held is None else head.held
        reach = token.start + 1 if token.kind is Kind.TEXT else token.end
        if reach > LONGEST_SCAN or reach - start > LONGEST_TOKEN:
            self.outcome = Outcome.TOO_LONG
        elif body is None:
            return False
        elif body in _REFUSALS:
            self.outcome = _REFUSALS[body]
        else:
            return self._open_body(token, implied=body is Body.IMPLIED)
        return True

    def _open_body(self, token: Token, *, implied: bool) -> bool:
        self._found = Outcome.IMPLIED if implied else Outcome.EXPLICIT
        stray = self._head.stray
        start = token.start if implied else token.end
        self._body = BodyStart(start if stray is None else stray, implied=implied and stray is None)
        if implied and self._body.take(token, self._tokens):
            self._choose(self._body)
            return True
        return False

    def _choose(self, body: BodyStart) -> None:
        if body.marked:
            self.outcome = Outcome.MARKED
        elif body.may_be_frameset(self._tokens):
            self.outcome = Outcome.FRAMESET
        else:
            self._place = body.place

    def _pause(self) -> None:
        """No further token is whole: wait for more bytes, or see what the end or a bound makes of these."""
        tokens, body, held = self._tokens, self._body, self._head.held
        if body is not None:
            if self._ended or tokens.size > body.start + REACH:
                self._choose(body)
        elif self._ended:
            self._at_end()
        elif tokens.position > LONGEST_SCAN or tokens.size - (tokens.position if held is None else held) > LONGEST_TOKEN:
            self.outcome = Outcome.TOO_LONG

    def _at_end(self) -> None:
        """A document that ends in its head has an empty body, unless its end is inside something."""
        if self._tokens.unfinished or not self._head.ready:
            self.outcome = Outcome.UNFINISHED
        elif not self._head.is_document:
            self.outcome = Outcome.NOT_A_DOCUMENT
        elif self._tokens.size > LONGEST_SCAN:
            self.outcome = Outcome.TOO_LONG
        else:
            self._place = self._tokens.size

    def _settle(self, place: int) -> bytes:
        """Insert at `place`, once it is sure that browsers will still find what the page says of its encoding."""
        tokens = self._tokens
        if place < PRESCAN and tokens.size < PRESCAN and not (self._encoding_known or self._ended):
            return tokens.take(self._sendable())
        room = room_at(place, self._opening, encoding_known=self._encoding_known)
        self._finding = Finding(self._found, place, self._head.language, tuple(self._head.policies), room)
        markup, self.outcome = self._finding.filled(self._banner)
        if not markup:
            return tokens.take(tokens.size)
        self.inserted = len(markup)
        return tokens.finish(place, markup)
