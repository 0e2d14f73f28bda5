"""One record of a web archive as the answer that the site once gave, its body bounded. Needs the optional part `warc`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.crawl.answer import Answer, media_type, robots_tag, validator
from migrator.crawl.decoding import Decoder, DecodingError
from migrator.crawl.warc_records import FAULTS

_PIECE = 65_536
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T?(\d\d):?(\d\d):?(\d\d)")
_DIGITS = re.compile(r"[1-5]\d\d")


def address_of(record: Any) -> str:
    """The address that a record holds an answer of, or "" where it holds none: a request, a note, or what was seen before."""
    if record.rec_type not in ("response", "resource"):
        return ""
    named = record.rec_headers.get_header("WARC-Target-URI") or record.rec_headers.get_header("uri") or ""
    return named if named[:8].lower().startswith(("http://", "https://")) and status_of(record) else ""


def status_of(record: Any) -> int:
    """The status of the answer; 200 for what was archived without one, 0 where it is none."""
    if record.http_headers is None:
        return 200 if record.rec_type == "resource" else 0
    code = record.http_headers.get_statuscode() or ""
    return int(code) if _DIGITS.fullmatch(code) else 0


def taken_at(record: Any) -> str:
    """When it was archived, as text that sorts; "" where that is not told."""
    told = record.rec_headers.get_header("WARC-Date") or record.rec_headers.get_header("archive-date") or ""
    date = _DATE.match(told)
    return "".join(date.groups()) if date else ""


def answer_of(record: Any, max_body: int) -> Answer:
    """The answer, with up to `max_body` bytes of its body. What is cut short or damaged has a fault."""
    fields = record.http_headers

    def field(name: str) -> str:
        return (fields.get_header(name) or "") if fields is not None else ""

    kind, charset = media_type(field("content-type") if fields is not None else record.content_type or "")
    body, fault = _body(record, field("content-encoding"), "chunked" in field("transfer-encoding").lower(), max_body)
    return Answer(
        status=status_of(record),
        content_type=kind,
        charset=charset,
        location=field("location"),
        body=body,
        size=len(body),
        fault=fault,
        etag=validator(field("etag")),
        last_modified=validator(field("last-modified")),
        robots=robots_tag([field("x-robots-tag")]),
    )


def _body(record: Any, coding: str, is_chunked: bool, limit: int) -> tuple[bytes, str]:
    body = bytearray()
    try:
        decoder = Decoder(coding, limit)
        body = decoder.body
        for piece in _dechunked(record.raw_stream) if is_chunked else _pieces(record.raw_stream):
            decoder.feed(piece)
            if decoder.over:
                return bytes(body), f"the body is longer than {limit} bytes; the rest was left out"
    except DecodingError as error:
        return bytes(body), str(error)
    except FAULTS:
        return bytes(body), "the archive is damaged here"
    return bytes(body), _fault(record)


def _fault(record: Any) -> str:
    """What is wrong with a record that was read to its end."""
    if why := record.rec_headers.get_header("WARC-Truncated"):
        return f"the archive holds only its beginning ({why[:40]})"
    if getattr(record.raw_stream, "limit", 0) > 0:
        return "the archive ends in the middle of it"
    return "it is not what was archived: its digest differs" if record.digest_checker.passed is False else ""


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def _dechunked(stream: Any) -> Iterator[bytes]:
    """The body within chunks (RFC 9112, section 7.1); what does not begin with one was never chunked, and is given as it is."""
    first = True
    while line := stream.readline(80):
        size = _CHUNK_SIZE.fullmatch(line)
        if size is None:
            if first:
                yield line
                yield from _pieces(stream)
            return
        first, left = False, int(size[1], 16)
        if not left:
            while stream.read(_PIECE):  # trailers; the digest is one of all
                pass
            return
        while left and (piece := stream.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
        stream.readline(2)
