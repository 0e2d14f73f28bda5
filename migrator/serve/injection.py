"""The banner on its way into an app's answers, as pure ASGI: the request made ready, the answer judged and sent on.

What may be changed is eligibility.py's matter, the answer's fields page_fields.py's, a body that needs more than one look
page_stream.py's, the cache validators' validators.py's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache

from starlette.types import Message, Scope, Send

from migrator.serve.codings import decodable
from migrator.serve.content_security import Grant, Inline, amended
from migrator.serve.eligibility import by_name, may_be_page, members, varying, wants_page
from migrator.serve.finding import Finding, Markup
from migrator.serve.headers import Headers
from migrator.serve.insertion import Insertion
from migrator.serve.known_heads import KnownHeads
from migrator.serve.page_fields import PageFields, page_fields
from migrator.serve.page_stream import PageStream
from migrator.serve.rewriting import Rewriting
from migrator.serve.validators import is_conditional, not_modified, translated

_METHODS = frozenset(("GET", "HEAD", "POST"))
_NOTHING_INLINE = Inline()
NOT_HTML, NOT_A_PAGE, ONLY_HEAD = "not-html", "not-a-page", "head"  # why an answer has no banner, before its body is looked at
_BYPASSING = ("http.response.pathsend", "http.response.zerocopysend")  # extensions by which a body is sent unseen


class Injection:
    """One banner on its way into the pages of an app, and what was learned of those.

    `banner` makes the markup for a language (a BCP 47 tag, or "") and for what a page's policies grant to what is `inline` in it;
    `version`, of ASCII letters and digits, changes when what it makes does. `tell` hears what became of each answer, an Outcome
    or another word for why there was no banner, and the language of the page where it is known.
    """

    def __init__(
        self,
        banner: Callable[[str, Grant], bytes],
        version: str,
        *,
        inline: Inline = _NOTHING_INLINE,
        heads: KnownHeads | None = None,
        tell: Callable[[str, str], None] | None = None,
    ) -> None:
        self.version = version
        self.inline = inline
        self.heads = heads or KnownHeads()
        self.tell = tell or _nobody
        self._banner = banner

    def markup(self, fields: PageFields, start: Message) -> Markup:
        """What makes the banner for the page that begins so."""
        banner, inline = self._banner, self.inline

        def made(language: str, policies: Sequence[bytes]) -> bytes:
            return banner(language or fields.html.language, fields.granted(start, policies, inline))

        return made


class InjectingSend:
    """An ASGI send that puts the banner into pages and leaves every other answer as it is.

    `scope` is the request as it came; the app is to get it as `prepared`. Raises UpstreamError from a body that turns out to
    be broken when part of it has been sent already.

    It is a context manager, to be left when the app has returned: from then on nothing more is sent. An answer that has not
    `started` by then may be replaced by another.
    """

    __slots__ = ("_begun", "_fields", "_injection", "_is_page", "_method", "_send", "_sent", "_start", "_stream")

    def __init__(self, injection: Injection, scope: Scope, send: Send) -> None:
        self._injection = injection
        self._sent = by_name(scope["headers"])
        self._is_page = may_be_page(self._sent)
        self._method: str = scope["method"]
        self._send = send
        self._begun = False
        self._start: Message = {}
        self._fields: PageFields | None = None  # of a page that has started, and of which no byte has come
        self._stream: PageStream | None = None  # of one that needs more than a look

    @property
    def started(self) -> bool:
        """Whether any of an answer has been sent on."""
        return self._begun or (self._stream is not None and self._stream.started)

    def __enter__(self) -> InjectingSend:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()
            self._injection.tell(*self._stream.became)

    def prepared(self, scope: Scope) -> Scope:
        """The request for the app: with conditions that it can judge, and without what could not be undone here."""
        sent, headers = self._sent, scope["headers"]
        page = self._is_page and self._method in _METHODS
        if page and b"accept-encoding" in sent:
            headers = _decodable_only(headers, sent[b"accept-encoding"])
        if is_conditional(sent):
            headers = translated(headers, self._injection.version, page=page and wants_page(scope["path"], sent))
        extensions = scope.get("extensions")
        if headers is scope["headers"] and not extensions:
            return scope
        offered = {name: value for name, value in (extensions or {}).items() if name not in _BYPASSING}
        return {**scope, "headers": headers, "extensions": offered}

    def __call__(self, message: Message) -> Awaitable[None]:
        """Take one ASGI message; what is sent on for it may be nothing yet, or more than one message."""
        kind = message["type"]
        if kind == "http.response.body":
            if self._fields is not None:
                return self._take_first(self._fields, message.get("body", b""), last=not message.get("more_body", False))
            if self._stream is not None and not self._stream.done:
                return self._stream.take(message.get("body", b""), last=not message.get("more_body", False))
        elif kind == "http.response.start":
            return self._take_start(message)
        return self._send(message)

    def _take_start(self, message: Message) -> Awaitable[None]:
        if self._stream is not None:
            self._stream.close()
        self._fields = self._stream = None
        if message["status"] == 304:
            return self._send_start(self._not_modified(message))
        found = page_fields(message, varying(self._sent)) if self._method in _METHODS else None
        if found is None:
            self._injection.tell(NOT_HTML, "")
            return self._send_start(message)
        start, fields = found
        if not self._is_page:
            self._injection.tell(NOT_A_PAGE, "")
            return self._send_start(fields.left_alone(start))
        if self._method == "HEAD":
            # Only the body could tell whether GET would change it.
            injection = self._injection
            injection.tell(ONLY_HEAD, "")
            return self._send_start(fields.changed(start, injection.version, injection.inline, weak=fields.html.coding != ""))
        self._start, self._fields = start, fields
        return _nothing()

    def _not_modified(self, message: Message) -> Message:
        """What a 304 says of policies replaces what came with the page in some caches (RFC 9111 section 3.2)."""
        headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        headers = not_modified(headers, self._sent, self._injection.version)
        return {**message, "headers": amended(headers, self._injection.inline) if self._is_page else headers}

    def _send_start(self, message: Message) -> Awaitable[None]:
        self._begun = True
        return self._send(message)

    async def _take_first(self, fields: PageFields, data: bytes, *, last: bool) -> None:
        """Take a body's first bytes. Mostly they tell all; the rest then goes by as it comes."""
        self._fields = None
        html, injection = fields.html, self._injection
        finding = None if html.coding else injection.heads.find(bytes(data), html.encoding_known)  # some apps send memoryviews
        if finding is None:
            insertion = Insertion(injection.markup(fields, self._start), encoding_known=html.encoding_known)
            rewriting = Rewriting(html.coding, insertion)
            self._stream = PageStream(self._start, fields, rewriting, self._send, injection.version, injection.inline)
            await self._stream.take(data, last=last)
            return
        start, data = self._page(fields, finding, data, last=last)
        self._begun = True
        await self._send(start)
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})

    def _page(self, fields: PageFields, finding: Finding, data: bytes, *, last: bool) -> tuple[Message, bytes]:
        """The start and the first bytes of a page of which all is known."""
        start, injection = self._start, self._injection
        markup, outcome = finding.filled(injection.markup(fields, start))
        injection.tell(outcome, finding.language or fields.html.language)
        if not markup:
            return fields.given_back(start, injection.version, weak=False), data
        length = len(data) if last else fields.length(start)
        length = None if length is None else length + len(markup)
        held = memoryview(data)
        page = b"".join((held[: finding.place], markup, held[finding.place :]))
        return fields.changed(start, injection.version, injection.inline, weak=False, length=length), page


def _nobody(outcome: str, language: str) -> None:
    """Hears nothing."""


async def _nothing() -> None:
    """What is sent on while an answer's first bytes are awaited."""


def _decodable_only(headers: Headers, accepted: bytes) -> Headers:
    """The request without content codings that cannot be undone here (RFC 9110 section 12.5.3)."""
    asked = _decodable(accepted)
    if asked == accepted:
        return headers
    return [*[field for field in headers if field[0] != b"accept-encoding"], (b"accept-encoding", asked)]


@lru_cache(maxsize=64)
def _decodable(accepted: bytes) -> bytes:
    known = {coding.encode("ascii") for coding in decodable()} | {b"identity", b"x-gzip"}
    kept = []
    for member in members(accepted):
        name, _, weight = (part.strip() for part in member.partition(b";"))
        if name in known or (name == b"*" and weight.replace(b" ", b"").rstrip(b".0") == b"q="):
            kept.append(member)
        elif name == b"*":
            kept.append(member.replace(b"*", b"gzip"))
    return b", ".join(kept) or b"identity"
