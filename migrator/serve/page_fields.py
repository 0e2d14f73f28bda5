"""The header fields of an answer that may carry the banner: read once, and written for whatever becomes of the page. No body."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from starlette.types import Message

from migrator.serve.content_security import EVERYTHING, Grant, Inline, amended, governed, grant
from migrator.serve.eligibility import MARK, Html, by_name, html_answer, lower_case, members
from migrator.serve.headers import Headers
from migrator.serve.validators import tag_of

# Fields that tell of the bytes as the origin had them (RFC 9530, RFC 9421), and ranges of them.
_OF_OTHER_BYTES = frozenset(
    b"content-length content-md5 content-digest repr-digest digest signature signature-input accept-ranges".split()
)
_MADE_ANEW = _OF_OTHER_BYTES | {b"etag"}


class PageFields:
    """The start of one answer. Each method gives the message to send in its place."""

    __slots__ = ("_fields", "_message", "_named", "html")

    def __init__(
        self, message: Message, fields: Headers, named: dict[bytes, bytes], html: Html, varies_by: Sequence[bytes]
    ) -> None:
        self.html = html
        self._message = message
        self._named = named
        vary = _added_to_vary(named.get(b"vary", b""), varies_by, b"content-encoding" in named)
        if vary:
            fields.append((b"vary", vary))
        self._fields = fields

    @property
    def length(self) -> int | None:
        """What was told of the body's length, in bytes."""
        value = self._named.get(b"content-length", b"")
        return int(value) if value.isdigit() else None

    def granted(self, policies: Sequence[bytes], inline: Inline) -> Grant:
        """What the page's policies allow of the banner, those of its <meta> elements being `policies`."""
        return grant(self._fields, policies, inline) if policies or governed(self._named) else EVERYTHING

    def left_alone(self) -> Message:
        """For a request that is not for a page, but shares its address with one."""
        return {**self._message, "headers": self._fields}

    def given_back(self, version: str, *, weak: bool) -> Message:
        """For a page that is sent as it came. Its tag is one of ours nevertheless, as HEAD must have the same."""
        return {**self._message, "headers": self._tagged(frozenset((b"etag",)), version, weak=weak)}

    def changed(self, version: str, inline: Inline, *, weak: bool, length: int | None = None) -> Message:
        """For a page with its banner, of `length` bytes where that is known; `weak` where its bytes may differ another time."""
        fields = self._tagged(_MADE_ANEW, version, weak=weak)
        if governed(self._named):
            fields = amended(fields, inline)
        fields += ((b"accept-ranges", b"none"), (MARK, version.encode("ascii")))
        if length is not None:
            fields.append((b"content-length", b"%d" % length))
        return {**self._message, "headers": fields}

    def _tagged(self, without: frozenset[bytes], version: str, *, weak: bool) -> Headers:
        fields = [field for field in self._fields if field[0] not in without]
        if tag := tag_of(self._named, version, weak=weak):
            fields.append((b"etag", tag))
        return fields


def page_fields(message: Message, varies_by: tuple[bytes, ...]) -> PageFields | None:
    """What an answer's start tells, where `varies_by` names what decides in a request; None where it takes no banner."""
    fields = lower_case(message.get("headers", ()))
    named = by_name(fields)
    html = html_answer(message["status"], named)
    return None if html is None else PageFields(message, fields, named, html, varies_by)


@lru_cache(maxsize=64)
def _added_to_vary(vary: bytes, names: tuple[bytes, ...], coded: bool) -> bytes:
    present = members(vary)
    if b"*" in present:
        return b""
    added = [name for name in names if name.lower() not in present]
    if coded and b"accept-encoding" not in present:
        added.append(b"Accept-Encoding")
    return b", ".join(added)
