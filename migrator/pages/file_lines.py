"""From the bytes of a text file, as they come, to its lines: whatever its encoding and line ends, and however long a line is."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

LONGEST = 65_536  # bytes of a line; a longer one is told as None and costs nothing
_MARKS = ((codecs.BOM_UTF8, ""), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LOOKED_AT = 512  # bytes that show the encoding


def byte_lines(chunks: Iterable[bytes], longest: int = LONGEST) -> Iterator[bytes | None]:
    """Every line without its end, CR LF or LF; None for one that is too long."""
    rest, skipping = b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if skipping or len(line) > longest:
                yield None
                skipping = False
            else:
                yield line.removesuffix(b"\r")
        if len(rest) > longest:
            rest, skipping = b"", True
    if skipping:
        yield None
    elif rest:
        yield rest.removesuffix(b"\r")


def text_lines(chunks: Iterable[bytes]) -> Iterator[str | None]:
    """Every line as text: UTF-8 or UTF-16 by its mark or look, and what is no UTF-8 as Windows-1252. None as in `byte_lines`."""
    for line in byte_lines(as_utf8(chunks)):
        yield None if line is None else decoded(line)


def decoded(line: bytes) -> str:
    """One line as text."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text without a byte order mark and with LF where lines end; UTF-16 becomes UTF-8."""
    rest = iter(chunks)
    first = b""
    while len(first) < _LOOKED_AT and (more := next(rest, None)) is not None:
        first += more
    mark, encoding = next(((mark, name) for mark, name in _MARKS if first.startswith(mark)), (b"", _by_look(first)))
    everything = chain([first[len(mark) :]], rest)
    text = _transcoded(everything, encoding) if encoding else everything
    start = next(text, b"")
    only_returns = b"\r" in start and b"\n" not in start
    for chunk in chain([start], text):
        yield chunk.replace(b"\r", b"\n") if only_returns else chunk


def _by_look(first: bytes) -> str:
    """UTF-16 without a mark: every other byte of plain text is NUL."""
    look = first[:_LOOKED_AT]
    if len(look) < 4:
        return ""
    even, odd = look[::2].count(0), look[1::2].count(0)
    half = len(look) // 4
    return "utf-16-le" if odd > half and not even else "utf-16-be" if even > half and not odd else ""


def _transcoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()
