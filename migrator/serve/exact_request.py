"""aiohttp's request with its fields and target written to the byte. It decides nothing about what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiohttp import ClientConnectionResetError, ClientRequest, ClientResponse
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection
from aiohttp.http import StreamWriter
from multidict import CIMultiDict

from migrator.serve.headers import Headers


def text_of(raw: bytes) -> str:
    """`raw` as the text that an ExactRequest writes as `raw` again: bytes that are no UTF-8 stand as lone surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def texts_of(headers: Headers) -> list[tuple[str, str]]:
    """`text_of` every field's name and value."""
    return [(name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")) for name, value in headers]


class ExactRequest(ClientRequest):
    """A request whose method, target and fields may hold any bytes, by way of `text_of`.

    aiohttp's own writer leaves lone surrogates out, and which writer is used is no parameter: `send` here is aiohttp's, less
    what an upstream needs none of (proxies, tracing, compression, Expect).
    """

    _skip_auto_headers = CIMultiDict({"Content-Type": None})

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:
        """Add no field; leaving each out by name, as aiohttp's own does, takes several copies of all fields."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Write the request on `conn`."""
        line = f"{self.method} {self.url.raw_path_qs} HTTP/{self.version.major}.{self.version.minor}"
        if line.isascii() and "".join(self.headers.values()).isascii():
            return await super().send(conn)
        protocol = conn.protocol
        if protocol is None or self.response_class is None:
            raise ClientConnectionResetError("the connection was closed before it was used")
        writer = _ExactWriter(protocol, self.loop)
        if self.chunked is not None:
            writer.enable_chunking()
        await writer.write_headers(line, self.headers)
        self._writer = task = asyncio.create_task(self._write(writer, conn))
        response = self.response_class(
            self.method,
            self.original_url,
            writer=task,
            continue100=None,
            timer=self._timer,
            request_info=self.request_info,
            traces=[],
            loop=self.loop,
            session=self._session,
            stream_writer=writer,
        )
        self.response = response  # type: ignore[assignment]  # aiohttp declares it None
        return response

    async def _write(self, writer: AbstractStreamWriter, conn: Connection) -> None:
        """The body, or none; either way the fields that wait in `writer` go out with it."""
        await self.write_bytes(writer, conn, self._get_content_length())


class _ExactWriter(StreamWriter):
    async def write_headers(self, status_line: str, headers: CIMultiDict[str]) -> None:
        lines = [status_line, *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._headers_buf = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        self._headers_written = False
