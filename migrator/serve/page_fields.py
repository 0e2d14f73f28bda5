"""The header fields of an answer that may carry the banner: read once, and written for whatever becomes of the page. No body.

The answers of one site have few sorts of headers, so what follows from names and from the fields that decide is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from starlette.types import Message

from migrator.serve.content_security import EVERYTHING, Grant, Inline, amended, governed, grant
from migrator.serve.eligibility import MARK, Html, by_name, html_answer, members
from migrator.serve.headers import Headers
from migrator.serve.validators import tag_of

# Fields that tell of the bytes as the origin had them (RFC 9530, RFC 9421), and ranges of them.
_OF_OTHER_BYTES = frozenset(
    b"content-length content-md5 content-digest repr-digest digest signature signature-input accept-ranges".split()
)
_MADE_ANEW = _OF_OTHER_BYTES | {b"etag", b"vary"}
_DECIDING = frozenset(b"content-type content-disposition content-encoding content-language cache-control vary".split()) | {MARK}
_VALIDATING = frozenset((b"etag", b"last-modified"))
_NO_RANGES = (b"accept-ranges", b"none")
_REMEMBERED = 64  # of each sort below; all fields of an answer have 64 KB at most


class _Layout:
    """Where in lists of fields with these names, in this order, those stand that matter here. As a key, each is its own."""

    __slots__ = ("deciding", "governed", "in_lower_case", "kept", "length", "untagged", "unvaried", "validating")

    def __init__(self, names: Sequence[bytes]) -> None:
        lower = [name.lower() for name in names]
        places = range(len(lower))
        self.in_lower_case = lower == list(names)
        self.governed = governed(lower)
        self.deciding = [place for place in places if lower[place] in _DECIDING]
        self.unvaried = [place for place in places if lower[place] != b"vary"]
        self.untagged = [place for place in places if lower[place] not in (b"etag", b"vary")]
        self.kept = [place for place in places if lower[place] not in _MADE_ANEW]
        self.validating = [place for place in places if lower[place] in _VALIDATING]
        self.length = [place for place in places if lower[place] == b"content-length"]


class PageFields:
    """What is known of answers of one sort, all of which may be pages with a banner; `layout` tells where their fields stand.

    Methods take the start of such an answer, names in lower case as ASGI has it; those that give a message give the one to
    send in its place.
    """

    __slots__ = ("_layout", "_vary", "html")

    def __init__(self, layout: _Layout, html: Html, vary: Headers) -> None:
        self.html = html
        self._vary = vary  # in one line, for nginx before 1.23 heeds only the last
        self._layout = layout

    def length(self, start: Message) -> int | None:
        """What was told of the body's length, in bytes."""
        value = b", ".join([start["headers"][place][1] for place in self._layout.length])
        return int(value) if value.isdigit() else None

    def granted(self, start: Message, policies: Sequence[bytes], inline: Inline) -> Grant:
        """What the page's policies allow of the banner, those of its <meta> elements being `policies`."""
        return grant(start["headers"], policies, inline) if policies or self._layout.governed else EVERYTHING

    def left_alone(self, start: Message) -> Message:
        """For a request that is not for a page, but shares its address with one."""
        return {**start, "headers": [*(start["headers"][place] for place in self._layout.unvaried), *self._vary]}

    def given_back(self, start: Message, version: str, *, weak: bool) -> Message:
        """For a page that is sent as it came. Its tag is one of ours nevertheless, as HEAD must have the same."""
        headers = start["headers"]
        fields = [headers[place] for place in self._layout.untagged]
        fields += self._vary
        fields += _tag(tuple([headers[place] for place in self._layout.validating]), version, weak)
        return {**start, "headers": fields}

    def changed(self, start: Message, version: str, inline: Inline, *, weak: bool, length: int | None = None) -> Message:
        """For a page with its banner, of `length` bytes where that is known; `weak` where its bytes may differ another time."""
        headers, layout = start["headers"], self._layout
        fields = [headers[place] for place in layout.kept]
        if layout.governed:
            fields = amended(fields, inline)
        fields += self._vary
        fields += _tag(tuple([headers[place] for place in layout.validating]), version, weak)
        fields += _marks(version)
        if length is not None:
            fields.append((b"content-length", b"%d" % length))
        return {**start, "headers": fields}


def page_fields(message: Message, varies_by: tuple[bytes, ...]) -> tuple[Message, PageFields] | None:
    """An answer's start and what it tells, where `varies_by` names what decides in a request; None where it takes no banner."""
    headers = message.get("headers", ())
    if not isinstance(headers, list):
        headers = list(headers)
    layout = _layout(tuple([name for name, _ in headers]))
    fields = _judged(layout, message["status"], varies_by, tuple([headers[place] for place in layout.deciding]))
    if fields is None or (layout.in_lower_case and headers is message["headers"]):
        return None if fields is None else (message, fields)
    return {**message, "headers": [(name.lower(), value) for name, value in headers]}, fields


@lru_cache(maxsize=256)
def _tag(validating: tuple[tuple[bytes, bytes], ...], version: str, weak: bool) -> Headers:
    told = by_name(list(validating))
    tag = tag_of(told.get(b"etag", b""), told.get(b"last-modified", b""), version, weak=weak)
    return [(b"etag", tag)] if tag else []


@lru_cache(maxsize=_REMEMBERED)
def _marks(version: str) -> Headers:
    return [_NO_RANGES, (MARK, version.encode("ascii"))]


@lru_cache(maxsize=_REMEMBERED)
def _layout(names: tuple[bytes, ...]) -> _Layout:
    return _Layout(names)


@lru_cache(maxsize=_REMEMBERED)
def _judged(
    layout: _Layout, status: int, varies_by: tuple[bytes, ...], deciding: tuple[tuple[bytes, bytes], ...]
) -> PageFields | None:
    told = by_name([(name.lower(), value) for name, value in deciding])
    html = html_answer(status, told)
    if html is None:
        return None
    varied = told.get(b"vary", b"")
    present = members(varied)
    names = [] if b"*" in present else [name for name in varies_by if name.lower() not in present]
    if b"content-encoding" in told and not {b"accept-encoding", b"*"} & set(present):
        names.append(b"Accept-Encoding")
    vary = b", ".join([varied] * bool(varied) + names)
    return PageFields(layout, html, [(b"vary", vary)] if vary else [])
