"""Exact rules in a read-only LMDB file that all workers share: finds a record by its key, and verifies the file.

LMDB trusts its pages, so a file is opened only once its checksum has been compared. What a record means is not known here.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import lmdb

from migrator.errors import StoreError

LONGEST_KEY = 500  # bytes; LMDB takes 511, and longer keys go by their hash
_RULES, _LEADING_BACK = b"\x01", b"\x02"  # what a key in the file begins with, before the number of its site
_SITE = struct.Struct(">H")
_PIECE = 1 << 20


def file_key(site: int, key: str) -> bytes:
    """The key in the file of a rule of that site."""
    return _RULES + _site_key(site, key)


def leading_back_key(site: int, key: str) -> bytes:
    """The key in the file of the same rule, in the list of those that lead back to a host of their own map."""
    return _LEADING_BACK + _site_key(site, key)


def site_of_key(key: bytes) -> int | None:
    """The number of the site that a key in the file is of; None for an entry of the other list."""
    return int(_SITE.unpack_from(key, 1)[0]) if key.startswith(_RULES) else None


def checksum_of(path: Path) -> str:
    """The BLAKE2 checksum of a file, in hexadecimal. Raises OSError."""
    digest = hashlib.blake2b(digest_size=32)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def identity_of(path: Path) -> list[int]:
    """What changes whenever somebody writes to a file: device, inode, size, and the times of content and state in ns."""
    found = path.stat()
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


class ExactFile:
    """An open file. One object a process and path; it is closed when nobody holds it any more."""

    _open: ClassVar[WeakValueDictionary[tuple[int, str], ExactFile]] = WeakValueDictionary()

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._environment: Any = lmdb.open(
                str(path), subdir=False, readonly=True, lock=False, readahead=False, max_readers=1, create=False
            )
            self._transaction = self._environment.begin(buffers=False)
        except lmdb.Error as error:
            raise StoreError(f"{path}: the compiled map cannot be opened: {error}") from error
        self.read = self._transaction.get

    @classmethod
    def at(cls, path: Path) -> ExactFile:
        """The open file at that path. Raises StoreError. LMDB takes no second one in the same process."""
        key = (os.getpid(), str(path.resolve()))
        found = cls._open.get(key)
        if found is None:
            found = cls._open[key] = cls(path)
        return found

    def entries(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys, without the prefix, and records of all that begin with it, in the order of the keys."""
        with self._environment.begin() as transaction, transaction.cursor() as cursor:
            if not cursor.set_range(prefix):
                return
            for key, value in cursor:
                if not key.startswith(prefix):
                    return
                yield key[len(prefix) :], value


class SiteRecords:
    """The records of the site with that number in an open file; see migrator.rules.stored.Records."""

    def __init__(self, file: ExactFile, site: int, count: int) -> None:
        self._file = file
        self._site = site
        self._count = count
        self._get = file.read
        self._prefix = file_key(site, "").decode("latin-1")

    def __len__(self) -> int:
        return self._count

    def read(self, key: str) -> bytes | None:
        """The record of that key, or None."""
        if len(key) > LONGEST_KEY:
            found: bytes | None = self._get(file_key(self._site, key))
        else:
            found = self._get((self._prefix + key).encode("latin-1"))
        return found

    def leading_back(self) -> Iterator[bytes]:
        """The records of the rules that lead to a host of the map itself."""
        return (record for _, record in self._file.entries(leading_back_key(self._site, "")))


def _site_key(site: int, key: str) -> bytes:
    raw = key.encode("ascii")
    if len(raw) > LONGEST_KEY:
        raw = b"\xff" + hashlib.blake2b(raw, digest_size=32).digest()
    return _SITE.pack(site) + raw
