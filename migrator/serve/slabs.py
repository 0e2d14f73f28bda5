"""Numbers that processes share: a slab of memory for each worker, made before the fork, written without a lock, read by anybody.

A slab outlives its worker: who comes in its place goes on counting where that one stopped. What they mean is not known here.
"""

from __future__ import annotations

import json
import mmap
import struct
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

SERIES = 512  # of one worker; more are counted as one that is lost
LONGEST_NAME = 240  # bytes
LONGEST_NOTE = 8000  # bytes

_FLAGS = 64  # bytes, for all workers
_NOTE_ROOM = 8192
_NAMES = 8 + _NOTE_ROOM  # where the names begin in a slab; before them their number, then the note
_VALUES = _NAMES + SERIES * (LONGEST_NAME + 2)
_SIZE = (_VALUES + SERIES * 8 + 63) // 64 * 64
_NOTE = struct.Struct("<II")  # length, checksum
_LENGTH = struct.Struct("<H")
_COUNT = struct.Struct("<Q")


class Series(NamedTuple):
    """One number: of which metric, with which values of its labels."""

    metric: str
    labels: tuple[str, ...]
    value: float


class Slab:
    """One worker's numbers. `values[slot]` may be written from any thread that is the only one to write it."""

    def __init__(self, memory: memoryview) -> None:
        self._memory = memory
        self.values = memory[_VALUES : _VALUES + SERIES * 8].cast("d")
        self._lock = threading.Lock()
        self._slots = {(one.metric, one.labels): slot for slot, one in enumerate(self.series())}

    def slot(self, metric: str, *labels: str) -> int:
        """Where the number of these labels is; a new one is 0. The last slot is that of all for which there is no room."""
        found = self._slots.get((metric, labels))
        return self._added(metric, labels) if found is None else found

    def _added(self, metric: str, labels: tuple[str, ...]) -> int:
        name = json.dumps([metric, *labels]).encode()
        with self._lock:
            slot = self._slots.get((metric, labels), len(self._slots))
            if slot >= SERIES - 1 or len(name) > LONGEST_NAME:
                return SERIES - 1
            start = _NAMES + slot * (LONGEST_NAME + 2)
            _LENGTH.pack_into(self._memory, start, len(name))
            self._memory[start + 2 : start + 2 + len(name)] = name
            self._slots[metric, labels] = slot
            _COUNT.pack_into(self._memory, 0, len(self._slots))
        return slot

    def add(self, metric: str, *labels: str, amount: float = 1.0) -> None:
        """Add to a number."""
        self.values[self.slot(metric, *labels)] += amount

    def put(self, value: float, metric: str, *labels: str) -> None:
        """Set a number."""
        self.values[self.slot(metric, *labels)] = value

    def series(self) -> list[Series]:
        """Every number there is."""
        (count,) = _COUNT.unpack_from(self._memory, 0)
        return [self._series(slot) for slot in range(min(count, SERIES - 1))]

    @property
    def lost(self) -> float:
        """What was counted of numbers for which there was no room."""
        return self.values[SERIES - 1]

    def _series(self, slot: int) -> Series:
        start = _NAMES + slot * (LONGEST_NAME + 2)
        (length,) = _LENGTH.unpack_from(self._memory, start)
        metric, *labels = json.loads(bytes(self._memory[start + 2 : start + 2 + length]))
        return Series(metric, tuple(labels), self.values[slot])

    def write_note(self, note: Any) -> bool:
        """Leave a small JSON value; whether there is room for it. A reader sees all of it or none."""
        text = json.dumps(note).encode()
        if len(text) > LONGEST_NOTE:
            return False
        self._memory[8 + _NOTE.size : 8 + _NOTE.size + len(text)] = text
        _NOTE.pack_into(self._memory, 8, len(text), crc32(text))
        return True

    def note(self) -> Any:
        """What was left last; None where there is nothing, or somebody is writing."""
        length, seal = _NOTE.unpack_from(self._memory, 8)
        text = bytes(self._memory[8 + _NOTE.size : 8 + _NOTE.size + min(length, LONGEST_NOTE)])
        return json.loads(text) if length and seal == crc32(text) else None

    def clear(self, metrics: Sequence[str]) -> None:
        """Put the numbers of these metrics back to 0: they spoke of a worker that is no more."""
        for (metric, _), slot in self._slots.items():
            if metric in metrics:
                self.values[slot] = 0.0
        _NOTE.pack_into(self._memory, 8, 0, 0)


class Slabs:
    """The slabs of `count` workers, and the one flag they share. Processes that are forked later share them too.

    The metrics `always` have no labels and a place in every slab, so that others than its worker may write them.
    """

    def __init__(self, count: int, always: Sequence[str] = ()) -> None:
        self._memory = memoryview(mmap.mmap(-1, _FLAGS + count * _SIZE))
        self.count = count
        self._slabs = [self._made(number) for number in range(count)]
        for slab in self._slabs:
            for metric in always:
                slab.slot(metric)

    def slab(self, number: int) -> Slab:
        """The slab of worker `number`, from 0."""
        return self._slabs[number]

    def taken_over(self, number: int) -> Slab:
        """The slab of that worker, with all that a former one has put there: for a process that begins to count in it."""
        self._slabs[number] = self._made(number)
        return self._slabs[number]

    def _made(self, number: int) -> Slab:
        start = _FLAGS + number * _SIZE
        return Slab(self._memory[start : start + _SIZE])

    def all(self) -> list[Slab]:
        """Every slab, to be read."""
        return list(self._slabs)

    @property
    def is_stopping(self) -> bool:
        """Whether the service has been told to stop."""
        return self._memory[0] != 0

    def stop(self) -> None:
        """Tell all that the service stops."""
        self._memory[0] = 1
