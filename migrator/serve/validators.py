"""Entity tags of pages with a banner (RFC 9110 sections 8.8.3 and 13): made from the origin's, and turned back into them.

A tag of ours is the origin's with the banner's version at its end, so that a page is fetched anew when either changes. A page
that the origin dates but does not tag gets its date for a tag. Headers in, headers out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime

from migrator.serve.eligibility import field
from migrator.serve.headers import Headers

_TAG = re.compile(rb'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_OWN = re.compile(rb'(W/)?"([\x21\x23-\x7e\x80-\xff]*)-migrator-([0-9A-Za-z]+)"')
_DATED = re.compile(rb"lm-([0-9a-f]{1,12})")
_CONDITIONS = frozenset((b"if-match", b"if-none-match", b"if-modified-since", b"if-range"))


def is_conditional(sent: Iterable[bytes]) -> bool:
    """Whether a request with fields of these names has conditions."""
    return not _CONDITIONS.isdisjoint(sent)


def translated(headers: Headers, version: str, *, page: bool) -> Headers:
    """A request's conditions as the origin can judge them.

    `page` says that what is asked for carries a banner where it is HTML. What a client then has cached without one, or with
    another, is not asked for: the answer must be whole.
    """
    changed = {b"if-match": _without_marks(field(headers, b"if-match"))}
    if _OWN.fullmatch(field(headers, b"if-range")):
        changed |= {b"if-range": b"", b"range": b""}
    asked, since = field(headers, b"if-none-match"), field(headers, b"if-modified-since")
    if asked.strip() != b"*" and (page or _OWN.search(asked)):
        tags, date = _origin_tags(asked, version, page=page)
        since = since if tags else date
        changed |= {b"if-none-match": b", ".join(tags), b"if-modified-since": since}
    kept = [(name, value) for name, value in headers if name not in changed]
    return kept + [(name, value) for name, value in changed.items() if value]


def tag_of(etag: bytes, last_modified: bytes, version: str, *, weak: bool) -> bytes:
    """The tag of a page with a banner, of the page's own or its date; b"" where it has neither.

    `weak` where its bytes may differ from time to time.
    """
    tag = etag.strip()
    if _TAG.fullmatch(tag):
        prefix = b"W/" if weak and not tag.startswith(b"W/") else b""
        return prefix + tag[:-1] + _mark(version)
    date = _timestamp(last_modified)
    return b"" if date is None else b'W/"lm-%x' % date + _mark(version)


def not_modified(headers: Headers, request: Mapping[bytes, bytes], version: str) -> Headers:
    """A 304's headers with the tag by which the client knows what it has, and without what would frame a body.

    `request` has the request's fields by name.
    """
    kept = [(name, value) for name, value in headers if name not in (b"content-length", b"transfer-encoding")]
    own = [match[0] for match in _OWN.finditer(request.get(b"if-none-match", b"")) if match[3] == version.encode("ascii")]
    origin = field(headers, b"etag").strip().removeprefix(b"W/")
    for tag in own:
        if not origin or _without_marks(tag).removeprefix(b"W/") == origin:
            return [*((name, value) for name, value in kept if name != b"etag"), (b"etag", tag)]
    return kept


def _mark(version: str) -> bytes:
    return b'-migrator-%b"' % version.encode("ascii")


def _without_marks(tags: bytes) -> bytes:
    return _OWN.sub(rb'\1"\2"', tags)


def _origin_tags(asked: bytes, version: str, *, page: bool) -> tuple[list[bytes], bytes]:
    """The tags of If-None-Match that may go to the origin, and the date that stands for one."""
    tags: list[bytes] = []
    date = b""
    for match in _TAG.finditer(asked):
        own = _OWN.fullmatch(match[0])
        if own is None:
            tags += [] if page else [match[0]]
        elif own[3] != version.encode("ascii"):
            continue
        elif dated := _DATED.fullmatch(own[2]):
            date = formatdate(int(dated[1], 16), usegmt=True).encode("ascii")
        else:
            # Made weak here, maybe; not every server compares as RFC 9110 section 13.1.2 has it.
            tags += [b'W/"%b"' % own[2], b'"%b"' % own[2]] if own[1] else [b'"%b"' % own[2]]
    return tags, date


def _timestamp(date: bytes) -> int | None:
    try:
        moment = parsedate_to_datetime(date.decode("ascii"))
        seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds if seconds >= 0 else None
