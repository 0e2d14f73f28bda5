"""Bytes off the wire to a body of bounded size, whatever they would swell to. No network here."""

from __future__ import annotations

import zlib

MAX_MEMBERS = 1000  # of one gzip body; honest ones have one or a few
_SLICE = 65_536
_MEMBER = b"\x1f\x8b"  # how a gzip member begins
_GZIP = 31  # zlib's window bits
_DEFLATE = 15
_RAW_DEFLATE = -15
_CODINGS = {"": None, "identity": None, "gzip": _GZIP, "x-gzip": _GZIP, "deflate": _DEFLATE}


class DecodingError(ValueError):
    """The body cannot be decoded: an unknown coding, or bytes that are not what they say."""


class Decoder:
    """Decodes one body as it comes in. `body` never grows beyond `limit`; `over` says that there was more."""

    def __init__(self, coding: str, limit: int) -> None:
        coding = coding.strip().lower()
        if coding not in _CODINGS:
            raise DecodingError(f"the content coding {coding[:40]!r} was not asked for")
        bits = _CODINGS[coding]
        self._inflater = _Inflater(bits) if bits else None
        self._limit = limit
        self.body = bytearray()
        self.over = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises DecodingError where they are not of that coding."""
        if self._inflater is None:
            self._keep(data)
            return
        for start in range(0, len(data), _SLICE):
            rest = data[start : start + _SLICE]
            while rest and not self.over:
                # One byte more than fits tells a body that ends here from one that goes on.
                piece, rest = self._inflater.inflate(rest, self._limit - len(self.body) + 1)
                self._keep(piece)

    def _keep(self, data: bytes) -> None:
        room = self._limit - len(self.body)
        self.over = self.over or len(data) > room
        self.body += data[:room]


class _Inflater:
    """zlib with several gzip members, and with deflate as it is really sent."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._stream = zlib.decompressobj(bits)
        self._members = 0
        self._begun = False

    def inflate(self, data: bytes, room: int) -> tuple[bytes, bytes]:
        """Up to `room` decoded bytes, and what of `data` is still to be decoded."""
        if self._stream.eof:
            if not data.startswith(_MEMBER):
                return b"", b""  # padding after the last member
            self._next_member()
        try:
            piece = self._stream.decompress(data, room)
        except zlib.error as error:
            if self._begun or self._bits != _DEFLATE:
                raise DecodingError("the body is not what its Content-Encoding says") from error
            # RFC 9110 section 8.4.1.2: some send deflate without its zlib wrapper.
            self._bits = _RAW_DEFLATE
            self._stream = zlib.decompressobj(self._bits)
            return b"", data
        self._begun = True
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _next_member(self) -> None:
        self._members += 1
        if self._members >= MAX_MEMBERS:
            raise DecodingError(f"the body has more than {MAX_MEMBERS} gzip members")
        self._stream = zlib.decompressobj(self._bits)


def gunzipped(data: bytes, limit: int) -> bytes:
    """A gzip file's content, cut at `limit`. Raises DecodingError where it is none."""
    decoder = Decoder("gzip", limit)
    decoder.feed(data)
    return bytes(decoder.body)
