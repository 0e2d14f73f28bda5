"""Writes the LMDB file of exact rules from records in any order, in bounded memory: sorted runs on disk, merged, appended.

What a record means is not known here; who adds two records for one key is told of both.
"""

from __future__ import annotations

import heapq
import marshal
import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import lmdb

from migrator.errors import StoreError
from migrator.store.exact_file import file_key, leading_back_key, site_of_key
from migrator.store.whole_files import put_in_place

_RUN = 400_000  # records in memory at a time, of some 500 bytes each
_BLOCK = 4_000  # records read back at once from each run
_BATCH = 100_000  # records a transaction
_PAGE_SHARE = 4  # the file's bound, in sizes of what goes into it; only what is used takes space

Entry = tuple[bytes, int, bytes]  # key, number in the order of adding, record
Doubled = Callable[[int, bytes, bytes], None]  # site, the record that stays, the one that does not


class ExactBuild:
    """One file in the making, in `folder`. A context manager: leaving it clears away the runs, and the file if not finished."""

    def __init__(self, folder: Path, doubled: Doubled) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix=".runs-", dir=folder)
        self._doubled = doubled
        self._runs: list[Path] = []
        self._waiting: list[Entry] = []
        self._added = 0
        self._bytes = 0

    def __enter__(self) -> ExactBuild:
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.cleanup()

    def add(self, site: int, key: str, record: bytes, *, leads_back: bool) -> None:
        """Take in one rule; the first one of a key stays."""
        self._take(file_key(site, key), record)
        if leads_back:
            self._take(leading_back_key(site, key), record)

    def finish(self, path: Path) -> int:
        """Write all to `path`, synced, and give how many entries there are. Raises StoreError."""
        temporary = Path(self._scratch.name, "exact.lmdb")
        try:
            count = self._write(temporary)
            os.chmod(temporary, 0o444)
            put_in_place(temporary, path)
        except (lmdb.Error, OSError) as error:
            raise StoreError(f"{path}: the compiled map cannot be written: {error}") from error
        return count

    def _take(self, key: bytes, record: bytes) -> None:
        self._waiting.append((key, self._added, record))
        self._added += 1
        self._bytes += len(key) + len(record) + 16
        if len(self._waiting) >= _RUN:
            self._spill()

    def _spill(self) -> None:
        self._waiting.sort()
        path = Path(self._scratch.name, f"run-{len(self._runs)}")
        with path.open("wb") as file:
            for start in range(0, len(self._waiting), _BLOCK):
                marshal.dump(self._waiting[start : start + _BLOCK], file)
        self._runs.append(path)
        self._waiting = []

    def _write(self, path: Path) -> int:
        size = self._bytes * _PAGE_SHARE + (64 << 20)
        environment = lmdb.open(str(path), subdir=False, map_size=size, sync=False, lock=False, meminit=False)
        count = 0
        try:
            entries = self._single()
            while batch := list(islice(entries, _BATCH)):
                with environment.begin(write=True) as transaction, transaction.cursor() as cursor:
                    cursor.putmulti(batch, append=True)
                count += len(batch)
        finally:
            environment.close()
        return count

    def _single(self) -> Iterator[tuple[bytes, bytes]]:
        """Every key once, in order."""
        last_key, last = b"", b""
        for key, _, record in self._merged():
            if key == last_key:
                self._tell(key, last, record)
                continue
            last_key, last = key, record
            yield key, record

    def _tell(self, key: bytes, first: bytes, second: bytes) -> None:
        site = site_of_key(key)
        if site is not None:
            self._doubled(site, first, second)

    def _merged(self) -> Iterator[Entry]:
        self._waiting.sort()
        if not self._runs:
            yield from self._waiting
            return
        self._spill()
        files = [path.open("rb") for path in self._runs]
        try:
            yield from heapq.merge(*map(_read_back, files))
        finally:
            for file in files:
                file.close()


def _read_back(file: BinaryIO) -> Iterator[Entry]:
    while True:
        try:
            block = marshal.load(file)  # noqa: S302 - written a moment ago, in a folder of our own
        except EOFError:
            return
        yield from block
