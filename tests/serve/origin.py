"""An old site as caches like it: it tags and dates its pages, confirms them, compresses them, and counts who asks."""

from __future__ import annotations

import asyncio
import gzip

from tests.serve.raw_upstream import Asked

PAGE = b"<!doctype html><html lang=en><head><title>Old</title></head><body><p>A page of the old site.</body></html>"
PDF = b"%PDF-1.4 " + bytes(range(256)) * 8


class Origin:
    """Answers any path with a page, or, under /data, with a file; assign its attributes to change what it says."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.reset()

    def reset(self) -> None:
        """Say again what a new one says."""
        self.tag = b'"v1"'
        self.control = b"max-age=3600"
        self.fields: list[bytes] = []

    def times(self, target: str) -> int:
        """How often that was asked for."""
        return sum(1 for asked in self.asked if asked.target == target.encode())

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Answer one request and keep the connection."""
        self.asked.append(asked)
        fields = [b"ETag: " + self.tag, b"Cache-Control: " + self.control, *self.fields]
        if self.tag in b",".join(asked.field("if-none-match")):
            writer.write(_head(b"304 Not Modified", fields))
        else:
            status, body, more = self._whole(asked)
            writer.write(_head(status, [*fields, *more, b"Content-Length: %d" % len(body)]))
            writer.write(b"" if asked.method == "HEAD" else body)
        await writer.drain()

    def _whole(self, asked: Asked) -> tuple[bytes, bytes, list[bytes]]:
        if asked.target.startswith(b"/data"):
            return _part(asked)
        language = b",".join(asked.field("accept-language"))
        page = PAGE.replace(b"A page", b"Une page") if language.startswith(b"fr") else PAGE
        kind = [b"Content-Type: text/html"]
        if asked.target.startswith(b"/zip"):
            kind.append(b"Vary: Accept-Encoding")
            if b"gzip" in b",".join(asked.field("accept-encoding")):
                return b"200 OK", gzip.compress(page), [*kind, b"Content-Encoding: gzip"]
        return b"200 OK", page, kind


def _part(asked: Asked) -> tuple[bytes, bytes, list[bytes]]:
    kind = [b"Content-Type: application/pdf", b"Accept-Ranges: bytes"]
    if not asked.field("range"):
        return b"200 OK", PDF, kind
    first, _, last = asked.field("range")[0].removeprefix(b"bytes=").partition(b"-")
    place = b"Content-Range: bytes %b-%b/%d" % (first, last, len(PDF))
    return b"206 Partial Content", PDF[int(first) : int(last) + 1], [*kind, place]


def _head(status: bytes, fields: list[bytes]) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", b""])
