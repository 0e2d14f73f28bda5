"""The records of one web archive file (WARC, ARC), plain or compressed, in bounded memory. Needs the optional part `warc`."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

MAX_HEAD = 1_000_000  # bytes of lines before a record's body
MAX_FAULTS = 1_000  # of one file, and then it is given up
_SCANNED = 1 << 20
_BLOCK = 8_192  # compressed bytes at a time, which may swell a thousandfold
_ZIP_MEMBER = b"\x1f\x8b\x08"
_PLAIN_RECORD = b"\nWARC/"
FAULTS = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    EOFError,
    ValueError,
    zlib.error,
    AttributeError,
    TypeError,
    IndexError,
)

logging.getLogger("warcio").setLevel(logging.ERROR)  # what it mends by itself nobody needs to know


class NotSeekable(Exception):
    """The file is compressed as a whole: no record can be found in it without reading all before it."""


class _BoundedReader(DecompressingBufferedReader):  # type: ignore[misc]
    """Decompresses; what is damaged is an error, and lines that go on for ever are too."""

    decompressor: Any

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, block_size=_BLOCK)
        self.head = 0

    def readline(self, length: int | None = None) -> bytes:
        """The next line, of a megabyte at most before `head` is set back."""
        line: bytes = super().readline(min(length or MAX_HEAD, MAX_HEAD))
        self.head += len(line)
        if self.head > MAX_HEAD:
            raise ArchiveLoadFailed("a record whose head has no end")
        return line

    def _decompress(self, data: bytes) -> bytes:
        if self.decompressor is None or not data:
            return data
        try:
            return bytes(self.decompressor.decompress(data))
        except zlib.error as error:
            if self.num_block_read:
                raise ArchiveLoadFailed("damaged compression") from error
            self.decompressor = None
            return data


class _Records(ArchiveIterator):  # type: ignore[misc]
    INC_RECORD = ""  # warcio writes it to stderr

    def __init__(self, file: IO[bytes], check_digests: bool) -> None:
        super().__init__(file, check_digests=check_digests)
        self.reader = _BoundedReader(self.fh)

    def _next_record(self, next_line: bytes | None) -> Any:
        self.reader.head = 0
        return super()._next_record(next_line)

    def _consume_blanklines(self) -> Any:
        self.reader.head = 0
        return super()._consume_blanklines()

    def _raise_invalid_gzip_err(self) -> None:
        raise NotSeekable


def records(file: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """Every record with its offset in the file; (offset, None) for each place where the file is damaged, behind which it goes on.

    Raises NotSeekable where the file is compressed as a whole.
    """
    start: int | None = 0
    faults = 0
    while start is not None and faults < MAX_FAULTS:
        file.seek(start)
        reader = _Records(file, check_digests=False)
        try:
            for record in reader:
                yield reader.offset, record
            return
        except FAULTS:
            faults += 1
            yield reader.offset, None
            start = _next_start(file, max(start, reader.offset) + 1)


def record_at(file: IO[bytes], offset: int) -> Any:
    """The record at an offset that `records` told; its digests are checked while it is read. Raises one of FAULTS."""
    file.seek(offset)
    return next(iter(_Records(file, check_digests=True)))


def _next_start(file: IO[bytes], position: int) -> int | None:
    """Where the next record may begin; None where there is none."""
    file.seek(0)
    mark = _ZIP_MEMBER if file.read(2) == _ZIP_MEMBER[:2] else _PLAIN_RECORD
    shift = mark.startswith(b"\n")
    position -= shift
    file.seek(position)
    rest = b""
    while block := file.read(_SCANNED):
        rest += block
        if (found := rest.find(mark)) >= 0:
            return position + found + shift
        position += max(len(rest) - len(mark) + 1, 0)
        rest = rest[-len(mark) + 1 :]
    return None
