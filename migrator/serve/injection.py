"""The banner on its way into an app's answers, as pure ASGI: the request made ready, the answer held, changed and sent.

What may be changed is eligibility.py's matter, the body rewriting.py's, the cache validators' validators.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from starlette.types import Message, Scope, Send

from migrator.errors import UpstreamError
from migrator.serve.codings import PIECE, decodable
from migrator.serve.content_security import Grant, Inline, amended, grant
from migrator.serve.eligibility import MARK, Html, field, html_answer, may_be_page, members, varying, wants_page
from migrator.serve.headers import Headers
from migrator.serve.insertion import Insertion
from migrator.serve.rewriting import Rewriting
from migrator.serve.validators import not_modified, tagged, translated

_METHODS = frozenset(("GET", "HEAD", "POST"))
_HELD = 64 * 1024  # bytes as they came that are held while it is unknown what becomes of the page
_HELD_CONTENT = 8 * 1024 * 1024  # and bytes that came out of them
# Where a body inflates out of proportion and beyond this, it is passed on as it came, or broken off where it no longer can be.
_MOST_INFLATED_HELD = 1024 * 1024
_MOST_INFLATED_SENT = 20 * 1024 * 1024

# Fields that tell of the bytes as the origin had them (RFC 9530, RFC 9421), and ranges of them.
_OF_OTHER_BYTES = frozenset(
    b"content-length content-md5 content-digest repr-digest digest signature signature-input accept-ranges".split()
)
_NOTHING_INLINE = Inline()
_BYPASSING = ("http.response.pathsend", "http.response.zerocopysend")  # extensions by which a body is sent unseen


def prepare_request(scope: Scope, version: str) -> Scope:
    """The scope to give an app whose answer is sent by InjectingSend with the same `version`."""
    if scope["type"] != "http":
        return scope
    headers = list(scope["headers"])
    page = scope["method"] in _METHODS and may_be_page(headers)
    if page:
        headers = _decodable_only(headers)
    headers = translated(headers, version, page=page and wants_page(scope["path"], headers))
    extensions = {name: value for name, value in (scope.get("extensions") or {}).items() if name not in _BYPASSING}
    return {**scope, "headers": headers, "extensions": extensions}


class InjectingSend:
    """An ASGI send that puts the banner into pages and leaves every other answer as it is.

    `scope` is the request as it came. `banner` makes the markup for a language (a BCP 47 tag, or "") and for what the page's
    policies grant to what is `inline` in it; `version`, of ASCII letters and digits, changes when what it makes does. Raises
    UpstreamError from a body that turns out to be broken when part of it has been sent already.
    """

    def __init__(
        self, scope: Scope, send: Send, banner: Callable[[str, Grant], bytes], version: str, *, inline: Inline = _NOTHING_INLINE
    ) -> None:
        self.started = False  # whether any of an answer has been sent on
        self._request: Headers = scope["headers"]
        self._method: str = scope["method"]
        self._send = send
        self._banner = banner
        self._version = version
        self._inline = inline
        self._start: Message = {}
        self._rewriting: Rewriting | None = None
        self._came = bytearray()
        self._content = bytearray()

    async def __call__(self, message: Message) -> None:
        """Take one ASGI message; what is sent on for it may be nothing yet, or more than one message."""
        if message["type"] == "http.response.start":
            await self._take_start(message)
        elif message["type"] == "http.response.body" and self._rewriting is not None:
            await self._take_body(self._rewriting, message.get("body", b""), last=not message.get("more_body", False))
        else:
            await self._send(message)

    async def _take_start(self, message: Message) -> None:
        self._rewriting, self._came, self._content = None, bytearray(), bytearray()
        headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        status = message["status"]
        html = html_answer(status, headers) if self._method in _METHODS else None
        if status == 304:
            await self._take_not_modified({**message, "headers": not_modified(headers, self._request, self._version)})
        elif html is None:
            await self._send_start(message)
        else:
            await self._take_page({**message, "headers": _with_vary(headers, varying(self._request))}, html)

    async def _take_not_modified(self, message: Message) -> None:
        """What a 304 says of policies replaces what came with the page in some caches (RFC 9111 section 3.2)."""
        if may_be_page(self._request):
            message["headers"] = amended(message["headers"], self._inline)
        await self._send_start(message)

    async def _take_page(self, message: Message, html: Html) -> None:
        if not may_be_page(self._request):
            await self._send_start(message)
        elif self._method == "HEAD":
            # Only the body could tell whether GET would change it.
            await self._send_start({**message, "headers": self._changed(message["headers"], weak=html.coding != "")})
        else:
            self._start = message
            self._rewriting = Rewriting(html.coding, self._insertion(html, message["headers"]))

    def _insertion(self, html: Html, headers: Headers) -> Insertion:
        banner, inline = self._banner, self._inline  # and not `self`: a circle would keep the page until it is collected

        def markup(language: str, policies: Sequence[bytes]) -> bytes:
            return banner(language or html.language, grant(headers, policies, inline))

        return Insertion(markup, encoding_known=html.encoding_known)

    async def _take_body(self, rewriting: Rewriting, data: bytes, *, last: bool) -> None:
        if not self.started:
            self._came += data
        try:
            for piece in rewriting.pieces(data, last=last):
                self._content += piece
                if self.started:
                    await self._send_content(rewriting)
                elif rewriting.insertion.refused or rewriting.inflates(_MOST_INFLATED_HELD):
                    break
                elif len(self._content) > _HELD_CONTENT:
                    await self._begin(rewriting)
            else:
                await self._send_ready(rewriting, last=last)
                return
        except UpstreamError:
            if self.started:
                raise
        await self._give_back(weak=rewriting.is_coded, last=last)

    async def _send_ready(self, rewriting: Rewriting, *, last: bool) -> None:
        """With all of a message's content at hand, send what can be sent."""
        if self.started:
            await self._flush(rewriting, last=last)
        elif last or self._is_ready(rewriting):
            await self._begin(rewriting, last=last)

    def _is_ready(self, rewriting: Rewriting) -> bool:
        """Whether to start sending. An answer of unknown length gains nothing by waiting, and may be a slow one."""
        streamed = _length(self._start["headers"]) is None and len(self._content) > 0
        return rewriting.is_settled or streamed or len(self._came) >= _HELD

    async def _begin(self, rewriting: Rewriting, *, last: bool = False) -> None:
        body = rewriting.encoded(bytes(self._content), last=last)
        self._content.clear()
        headers = self._changed(self._start["headers"], weak=rewriting.is_coded)
        length = len(body) if last else None
        if length is None and rewriting.is_settled and not rewriting.is_coded:
            came = _length(self._start["headers"])
            length = None if came is None else came + rewriting.insertion.inserted
        if length is not None:
            headers.append((b"content-length", b"%d" % length))
        await self._send_start({**self._start, "headers": headers})
        await self._send_body(rewriting, body, last=last)

    async def _send_content(self, rewriting: Rewriting) -> None:
        if rewriting.inflates(_MOST_INFLATED_SENT):
            raise UpstreamError("the body inflates out of all proportion")
        if len(self._content) >= PIECE:
            await self._flush(rewriting)

    async def _flush(self, rewriting: Rewriting, *, last: bool = False) -> None:
        if self._content or last:
            body = rewriting.encoded(bytes(self._content), last=last)
            self._content.clear()
            await self._send_body(rewriting, body, last=last)

    async def _send_body(self, rewriting: Rewriting, body: bytes, *, last: bool) -> None:
        self._came.clear()
        if rewriting.is_settled and not rewriting.is_coded:
            self._rewriting = None  # the rest goes by as it comes
        if body or last:
            await self._send({"type": "http.response.body", "body": body, "more_body": not last})

    async def _give_back(self, *, weak: bool, last: bool) -> None:
        """Send the answer as it came. Its tag is one of ours nevertheless, as HEAD must have the same."""
        self._rewriting = None
        await self._send_start({**self._start, "headers": tagged(self._start["headers"], self._version, weak=weak)})
        await self._send({"type": "http.response.body", "body": bytes(self._came), "more_body": not last})

    async def _send_start(self, message: Message) -> None:
        self.started = True
        await self._send(message)

    def _changed(self, headers: Headers, *, weak: bool) -> Headers:
        kept = [(name, value) for name, value in headers if name not in _OF_OTHER_BYTES]
        changed = amended(tagged(kept, self._version, weak=weak), self._inline)
        return [*changed, (b"accept-ranges", b"none"), (MARK, self._version.encode("ascii"))]


def _length(headers: Headers) -> int | None:
    value = field(headers, b"content-length")
    return int(value) if value.isdigit() else None


def _with_vary(headers: Headers, names: Iterable[bytes]) -> Headers:
    present = members(field(headers, b"vary"))
    if b"*" in present:
        return headers
    added = [name for name in names if name.lower() not in present]
    if field(headers, b"content-encoding") and b"accept-encoding" not in present:
        added.append(b"Accept-Encoding")
    return [*headers, (b"vary", b", ".join(added))] if added else headers


def _decodable_only(headers: Headers) -> Headers:
    """The request without content codings that cannot be undone here (RFC 9110 section 12.5.3)."""
    if not any(name == b"accept-encoding" for name, _ in headers):
        return headers
    known = {coding.encode("ascii") for coding in decodable()} | {b"identity", b"x-gzip"}
    kept = []
    for member in members(field(headers, b"accept-encoding")):
        name, _, weight = (part.strip() for part in member.partition(b";"))
        if name in known or (name == b"*" and weight.replace(b" ", b"").rstrip(b".0") == b"q="):
            kept.append(member)
        elif name == b"*":
            kept.append(member.replace(b"*", b"gzip"))
    others = [(name, value) for name, value in headers if name != b"accept-encoding"]
    return [*others, (b"accept-encoding", b", ".join(kept) or b"identity")]
