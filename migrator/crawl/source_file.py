"""Reads a file of addresses through once, uncompressed, in bounded pieces, and knows it again by digest and size afterwards."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from migrator.errors import SourceError

PIECE = 262_144  # bytes that are read at a time
_GZIP = b"\x1f\x8b"
STDIN = Path("-")


class SourceFile:
    """One file, or stdin where its path is `-`. `pieces` may be read once; `digest` and `size` are whole after that.

    `digests_at` holds what the digest was after as many bytes as each of `sizes`, so that a file that has grown is known by its
    beginning. `fault` says why a compressed file ended before its end.
    """

    def __init__(self, path: Path, sizes: Iterable[int] = (), tell: Callable[[int, int], None] | None = None) -> None:
        self.path = path
        self.name = "stdin" if path == STDIN else path.name
        self.size = 0
        self.fault = ""
        self.digests_at: dict[int, str] = {}
        self._sizes = sorted(set(sizes), reverse=True)
        self._hash = hashlib.sha256()
        self._tell = tell

    @property
    def digest(self) -> str:
        """The SHA-256 of what was read so far."""
        return self._hash.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """What is in the file, piece by piece. Raises OSError where it cannot be opened or read."""
        with self._opened() as raw:
            whole = _length(raw)
            for piece in self._uncompressed(raw):
                self._note(piece)
                if self._tell:
                    self._tell(_position(raw), whole)
                yield piece
            self._note(b"")

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        if self.path == STDIN:
            yield sys.stdin.buffer
            return
        if self.path.is_dir():
            raise SourceError(f"{self.path} is a folder\n    name the files in it")
        with self.path.open("rb") as file:
            yield file

    def _uncompressed(self, raw: IO[bytes]) -> Iterator[bytes]:
        first = raw.read(2)
        rest = cast(IO[bytes], _Rejoined(first, raw))
        if first != _GZIP:
            while piece := rest.read(PIECE):
                yield piece
            return
        with gzip.GzipFile(fileobj=rest) as file:
            try:
                while piece := file.read1(PIECE):
                    yield piece
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                self.fault = f"the compressed file is damaged ({error}); what could be read was taken"

    def _note(self, piece: bytes) -> None:
        while self._sizes and self.size + len(piece) >= self._sizes[-1]:
            size = self._sizes.pop()
            at = self._hash.copy()
            at.update(piece[: size - self.size])
            self.digests_at[size] = at.hexdigest()
        self._hash.update(piece)
        self.size += len(piece)


class _Rejoined:
    """A stream whose beginning was read already; the rest need not be seekable."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        """The next bytes; b"" at the end."""
        if self._first:
            first, self._first = self._first, b""
            return first
        return self._rest.read(size)

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """The stream is another's."""


def _length(raw: IO[bytes]) -> int:
    """How long an ordinary file is; 0 where that is not known beforehand."""
    try:
        status = os.fstat(raw.fileno())
    except OSError:  # a stream in memory
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _position(raw: IO[bytes]) -> int:
    try:
        return raw.tell()
    except OSError:
        return 0
