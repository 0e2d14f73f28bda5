"""Exact rules that lie in a file rather than in memory: how one becomes a compact record, and a record a rule again.

Bytes to values and back. Who reads and writes the file is not known here; see `Records`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol
from zlib import crc32

from migrator.errors import Place
from migrator.rules.compiled import CompiledRule
from migrator.rules.decision import Redirect
from migrator.rules.rule import Kind, Rule, Site
from migrator.rules.target import Target
from migrator.urls import Folding, Origin, origin_of, query_names, split_url

LONGEST_TEXT = 0xFFFF  # bytes of an address or a target

_HEAD = struct.Struct("<IHHIHH")  # checksum of key and rest; status and flags; file; line; lengths of source and `to`
_GONE, _SETTLED, _ON_NEW_SITE = 1 << 12, 1 << 13, 1 << 14
_STATUS = (1 << 12) - 1
_CHECKSUM = 4  # bytes


class Records(Protocol):
    """The records of one site, wherever they lie. Each is what `packed` made; keys are those of exact rules."""

    def read(self, key: str) -> bytes | None:
        """The record of that key, or None."""

    def leading_back(self) -> Iterator[tuple[str, bytes]]:
        """Keys and records of the rules that lead to a host of the file itself, of which chains and loops are made."""

    def __len__(self) -> int: ...


class StoredRule(Rule):
    """A rule of a sheet, whose texts are unpacked when somebody asks for them; few requests do."""

    __slots__ = ("_record", "_rules")

    _record: bytes
    _rules: StoredRules

    def __init__(self, record: bytes, rules: StoredRules) -> None:
        _set(self, "_record", record)
        _set(self, "_rules", rules)

    def is_active(self, today: object) -> bool:
        """Always: a sheet has no column for days."""
        return True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        source, to, place, bits = self._rules.texts(self._record)
        Rule.__init__(
            self, self._rules.site.name, source, Kind.EXACT, place, to=to, gone=bool(bits & _GONE), status=bits & _STATUS
        )
        return getattr(self, name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StoredRule):
            return self._record == other._record and self._rules is other._rules
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._record)


_set = object.__setattr__  # a rule is frozen


class StoredRules:
    """The exact rules of one site that lie in a file. `files` are the names of the sheets, by the numbers in the records."""

    def __init__(self, records: Records, site: Site, files: Sequence[str]) -> None:
        self.site = site
        self.damaged = 0  # records that were not what had been written, and were taken for absent
        self._records = records
        self._read = records.read
        self._files = files
        self._base = str(origin_of(site.new) or "")
        self._origin = origin_of(site.new) or Origin("https", "")
        self._last: tuple[str, CompiledRule | None] = ("", None)

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> CompiledRule | None:
        """The rule with that key, or None. The same key asked twice in a row, as a request does, is read once."""
        last_key, last = self._last
        if last_key == key:
            return last
        record = self._read(key)
        found = None if record is None else self.unpacked(key, record)
        self._last = key, found
        return found

    def leading_back(self) -> Iterator[CompiledRule]:
        """The rules that lead to a host of the file itself."""
        for key, record in self._records.leading_back():
            found = self.unpacked(key, record)
            if found is not None:
                yield found

    def unpacked(self, key: str, record: bytes) -> CompiledRule | None:
        """The rule of a record; None where its checksum does not fit."""
        if len(record) < _HEAD.size or not record.startswith(checksum(key, record[_CHECKSUM:])):
            self.damaged += 1
            return None
        _, bits, _, _, source, to = _HEAD.unpack_from(record)
        rule = StoredRule(record, self)
        start = _HEAD.size + source
        consumed = _names_spent(record[_HEAD.size : start].decode(), self.site.folding) if b"?" in record[:start] else _NONE
        if bits & _GONE:
            return CompiledRule(rule, consumed=consumed)
        location = record[start + to :].decode("ascii")
        if bits & _ON_NEW_SITE:
            location = self._base + record[start : start + to].decode("ascii")
            target = Target((location,), self._origin)
        else:
            target = Target((location,), _origin_of(location[: location.find("/", 8)]))
        settled = Redirect(location, bits & _STATUS, self.site.cache, rule, self.site) if bits & _SETTLED else None
        return CompiledRule(rule, None, "", None, target, "", consumed, settled)

    def texts(self, record: bytes) -> tuple[str, str, Place, int]:
        """Source and target as written, the place, and the bits of a record."""
        _, bits, file, line, source, to = _HEAD.unpack_from(record)
        start = _HEAD.size + source
        name = self._files[file] if file < len(self._files) else "?"
        return record[_HEAD.size : start].decode(), record[start : start + to].decode(), Place(name, line, 1), bits


_NONE: frozenset[str] = frozenset()


def packed(
    key: str, rule: tuple[str, str, int, bool], place: tuple[int, int], location: str, base: str, *, settled: bool
) -> bytes:
    """The record of a rule: (source, to, status, gone), its place as (number of the file, line), and the Location it has.

    `base` is the new site's origin. Raises struct.error where a text is longer than LONGEST_TEXT bytes.
    """
    source, to, status, gone = rule
    short = location == base + to
    bits = status | (_GONE if gone else 0) | (_SETTLED if settled else 0) | (_ON_NEW_SITE if short else 0)
    texts = source.encode(), to.encode()
    head = _HEAD.pack(0, bits, *place, len(texts[0]), len(texts[1]))[_CHECKSUM:]
    rest = head + texts[0] + texts[1] + (b"" if short else location.encode("ascii"))
    return checksum(key, rest) + rest


def checksum(key: str, rest: bytes) -> bytes:
    """What a record begins with."""
    return crc32(rest, crc32(key.encode())).to_bytes(_CHECKSUM, "little")


def same_answer(first: CompiledRule, second: CompiledRule) -> bool:
    """Whether two rules for one address say the same."""
    return first.answer == second.answer


@lru_cache(maxsize=4096)
def _origin_of(base: str) -> Origin:
    return origin_of(base) or Origin("https", "")


def _names_spent(source: str, folding: Folding) -> frozenset[str]:
    return query_names(split_url(source)[2], folding)
