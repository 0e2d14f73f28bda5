"""Content codings (RFC 9110 section 8.4.1), undone and done again as a stream, a bounded piece at a time. Knows no headers.

`br` and `zstd` are there where their optional packages are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from migrator.errors import UpstreamError

PIECE = 64 * 1024  # bytes that zlib and brotli give at most at a time

# zstandard cannot be told how much to give at most, but it takes four bytes of input or more to make a block of 128 KiB.
_ZSTD_SLICE = 128
_ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 9659 section 2: more may not be asked of a recipient

_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_LEVEL, _BROTLI_LEVEL, _ZSTD_LEVEL = 4, 4, 3


class Decoder(Protocol):
    """Undoes one coding of one body."""

    @property
    def finished(self) -> bool:
        """Whether the coded stream has come to its own end."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """The content that `data` yields, in pieces. Raises UpstreamError where it is not in the coding."""


class Encoder(Protocol):
    """Does one coding of one body."""

    def encode(self, data: bytes) -> bytes:
        """Take more content; return what is ready."""

    def flush(self) -> bytes:
        """What the recipient still needs to see all content so far."""

    def finish(self) -> bytes:
        """The end of the coded stream."""


def decodable() -> tuple[str, ...]:
    """The codings that can be undone and done again here."""
    return tuple(_CODINGS)


def decoder(coding: str) -> Decoder:
    """A fresh decoder of one of the `decodable` codings."""
    return _CODINGS[coding][0]()


def encoder(coding: str) -> Encoder:
    """A fresh encoder of one of the `decodable` codings."""
    return _CODINGS[coding][1]()


class _Inflate:
    """gzip, of any number of members (RFC 1952 section 2.2), or deflate with and without the zlib header that some leave out."""

    def __init__(self, form: int) -> None:
        self._form = form
        self._first = b""
        self._inflate: Any = None

    @property
    def finished(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            data = self._first + data
            if len(data) < 2:
                self._first = data
                return
            headless = data[0] & 0x0F != 8 or int.from_bytes(data[:2], "big") % 31 != 0
            self._form = _RAW_DEFLATE if self._form == _ZLIB and headless else self._form
            self._inflate = zlib.decompressobj(self._form)
        full = False
        while data or full:
            if self._inflate.eof:
                if self._form != _GZIP or not data.startswith(b"\x1f"):
                    return  # padding
                self._inflate = zlib.decompressobj(self._form)
            try:
                piece = self._inflate.decompress(data, PIECE)
            except zlib.error as error:
                raise UpstreamError(f"the body is not what its Content-Encoding says: {error}") from None
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            full = len(piece) == PIECE and not self._inflate.eof
            if piece:
                yield piece


class _Deflate:
    def __init__(self, form: int) -> None:
        self._deflate = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, form)

    def encode(self, data: bytes) -> bytes:
        return self._deflate.compress(data)

    def flush(self) -> bytes:
        return self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._deflate.flush(zlib.Z_FINISH)


class _BrotliDecoder:
    def __init__(self, brotli: ModuleType) -> None:
        self._error = brotli.error
        self._decompressor = brotli.Decompressor()

    @property
    def finished(self) -> bool:
        return bool(self._decompressor.is_finished())

    def decode(self, data: bytes) -> Iterator[bytes]:
        while not self.finished:
            try:
                piece = self._decompressor.process(data, output_buffer_limit=PIECE)
            except self._error as error:
                raise UpstreamError(f"the body is not what its Content-Encoding says: {error}") from None
            data = b""
            if not piece:
                return
            yield piece


class _BrotliEncoder:
    def __init__(self, brotli: ModuleType) -> None:
        self._compressor = brotli.Compressor(quality=_BROTLI_LEVEL)

    def encode(self, data: bytes) -> bytes:
        return bytes(self._compressor.process(data))

    def flush(self) -> bytes:
        return bytes(self._compressor.flush())

    def finish(self) -> bytes:
        return bytes(self._compressor.finish())


class _ZstdDecoder:
    """zstd, of any number of frames (RFC 8878 section 3.1)."""

    def __init__(self, zstandard: ModuleType) -> None:
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame = self._decompressor.decompressobj()
        self.finished = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            part = data[start : start + _ZSTD_SLICE]
            while part:
                if self.finished:
                    self._frame = self._decompressor.decompressobj()
                try:
                    piece = self._frame.decompress(part)
                except self._error as error:
                    raise UpstreamError(f"the body is not what its Content-Encoding says: {error}") from None
                self.finished = self._frame.eof
                part = self._frame.unused_data if self.finished else b""
                if piece:
                    yield piece


class _ZstdEncoder:
    def __init__(self, zstandard: ModuleType) -> None:
        self._flush_block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        self._compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()

    def encode(self, data: bytes) -> bytes:
        return bytes(self._compressor.compress(data))

    def flush(self) -> bytes:
        return bytes(self._compressor.flush(self._flush_block))

    def finish(self) -> bytes:
        return bytes(self._compressor.flush())


def _optional(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ImportError:
        return None


def _codings() -> dict[str, tuple[Callable[[], Decoder], Callable[[], Encoder]]]:
    codings: dict[str, tuple[Callable[[], Decoder], Callable[[], Encoder]]] = {
        "gzip": (lambda: _Inflate(_GZIP), lambda: _Deflate(_GZIP)),
        "deflate": (lambda: _Inflate(_ZLIB), lambda: _Deflate(_ZLIB)),
    }
    # Older ones cannot be told to stop, and would write a gigabyte of zeros to memory.
    if (brotli := _optional("brotli")) and hasattr(brotli.Decompressor, "can_accept_more_data"):
        codings["br"] = (lambda: _BrotliDecoder(brotli), lambda: _BrotliEncoder(brotli))
    if zstandard := _optional("zstandard"):
        codings["zstd"] = (lambda: _ZstdDecoder(zstandard), lambda: _ZstdEncoder(zstandard))
    return codings


_CODINGS = _codings()
