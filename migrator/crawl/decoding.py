"""Bytes off the wire to a body of bounded size, whatever they would swell to. No network here.

`br` and `zstd` are there where their optional packages are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

MAX_MEMBERS = 1000  # of one gzip or zstd body; honest ones have one or a few
MAX_SWELL = 200  # times its size that a body may grow to, once it is larger than FREE; pages of real sites reach 30
FREE = 2_000_000  # bytes
_SLICE = 4_096  # bytes taken at a time, so that what swells is seen in time
_PIECE = 65_536  # bytes given at a time
_MEMBER = b"\x1f\x8b"  # how a gzip member begins
_GZIP = 31  # zlib's window bits
_DEFLATE = 15
_RAW_DEFLATE = -15
# zstandard cannot be told how much to give at most, but it takes four bytes or more to make a block of 128 KiB.
_ZSTD_SLICE = 128
_ZSTD_WINDOW = 8 * 1024 * 1024  # RFC 9659 section 2: more may not be asked of a recipient


class DecodingError(ValueError):
    """The body cannot be decoded: an unknown coding, or bytes that are not what they say."""


class Decoder:
    """Decodes one body as it comes in. `body` never grows beyond `limit`; `over` says that there was more."""

    def __init__(self, coding: str, limit: int) -> None:
        coding = coding.strip().lower()
        if coding not in _CODINGS:
            raise DecodingError(f"the content coding {coding[:40]!r} was not asked for")
        make = _CODINGS[coding]
        self._undoing = make() if make else None
        self._limit = limit
        self._taken = 0
        self.body = bytearray()
        self.over = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises DecodingError where they are not of that coding, or swell beyond all measure."""
        if self._undoing is None:
            self._keep(data)
            return
        for start in range(0, len(data), _SLICE):
            slice_ = data[start : start + _SLICE]
            self._taken += len(slice_)
            for piece in self._undoing.pieces(slice_):
                self._keep(piece)
                if self.over:
                    return
                if len(self.body) > max(FREE, MAX_SWELL * self._taken):
                    self.body.clear()
                    raise DecodingError(f"the body swells to more than {MAX_SWELL} times its size")

    def _keep(self, data: bytes) -> None:
        room = self._limit - len(self.body)
        self.over = self.over or len(data) > room
        self.body += data[:room]


def accepted() -> str:
    """What can be decoded here, as Accept-Encoding says it."""
    return ", ".join(name for name in ("gzip", "br", "zstd", "identity") if name in _CODINGS)


def gunzipped(data: bytes, limit: int) -> bytes:
    """A gzip file's content, cut at `limit`. Raises DecodingError where it is none."""
    decoder = Decoder("gzip", limit)
    decoder.feed(data)
    return bytes(decoder.body)


class _Undoing(Protocol):
    """Undoes one coding of one body."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What `data` decodes to, a bounded piece at a time. Raises DecodingError."""


class _Inflater:
    """zlib with several gzip members, and with deflate as it is really sent."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._stream = zlib.decompressobj(bits)
        self._members = 0
        self._begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            piece, data = self._inflate(data)
            yield piece

    def _inflate(self, data: bytes) -> tuple[bytes, bytes]:
        """Some decoded bytes, and what of `data` is still to be decoded."""
        if self._stream.eof:
            if not data.startswith(_MEMBER):
                return b"", b""  # padding after the last member
            self._members = _one_more(self._members)
            self._stream = zlib.decompressobj(self._bits)
        try:
            piece = self._stream.decompress(data, _PIECE)
        except zlib.error as error:
            if self._begun or self._bits != _DEFLATE:
                raise _unlike() from error
            # RFC 9110 section 8.4.1.2: some send deflate without its zlib wrapper.
            self._bits = _RAW_DEFLATE
            self._stream = zlib.decompressobj(self._bits)
            return b"", data
        self._begun = True
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail


class _Brotli:
    def __init__(self, brotli: ModuleType) -> None:
        self._error = brotli.error
        self._stream: Any = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while not self._stream.is_finished():
            try:
                piece = self._stream.process(data, output_buffer_limit=_PIECE)
            except self._error as error:
                raise _unlike() from error
            data = b""
            if not piece:
                return
            yield piece


class _Zstd:
    """zstd, of several frames (RFC 8878 section 3.1)."""

    def __init__(self, zstandard: ModuleType) -> None:
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame: Any = self._decompressor.decompressobj()
        self._frames = 0

    def pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SLICE):
            part = data[start : start + _ZSTD_SLICE]
            while part:
                if self._frame.eof:
                    self._frames = _one_more(self._frames)
                    self._frame = self._decompressor.decompressobj()
                try:
                    piece = self._frame.decompress(part)
                except self._error as error:
                    raise _unlike() from error
                part = self._frame.unused_data if self._frame.eof else b""
                yield piece


def _one_more(members: int) -> int:
    if members + 1 >= MAX_MEMBERS:
        raise DecodingError(f"the body has more than {MAX_MEMBERS} members")
    return members + 1


def _unlike() -> DecodingError:
    return DecodingError("the body is not what its Content-Encoding says")


def _optional(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ImportError:
        return None


def _codings() -> Mapping[str, Callable[[], _Undoing] | None]:
    codings: dict[str, Callable[[], _Undoing] | None] = {
        "": None,
        "identity": None,
        "gzip": lambda: _Inflater(_GZIP),
        "x-gzip": lambda: _Inflater(_GZIP),
        "deflate": lambda: _Inflater(_DEFLATE),
    }
    # Older ones cannot be told to stop, and would write a gigabyte of zeros to memory.
    if (brotli := _optional("brotli")) and hasattr(brotli.Decompressor, "can_accept_more_data"):
        codings["br"] = lambda: _Brotli(brotli)
    if zstandard := _optional("zstandard"):
        codings["zstd"] = lambda: _Zstd(zstandard)
    return codings


_CODINGS = _codings()
