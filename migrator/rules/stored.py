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
from migrator.urls import Origin, origin_of, query_names, split_url

LONGEST_TEXT = 0xFFFF  # bytes of an address or a target
_REMEMBERED = 8192  # rules, of about a kilobyte each

_HEAD = struct.Struct("<IHHIHH")  # checksum of the rest; status and flags; file; line; lengths of source and `to`
_unpack = _HEAD.unpack_from
_GONE, _SETTLED, _ON_NEW_SITE = 1 << 12, 1 << 13, 1 << 14
_STATUS = (1 << 12) - 1
_CHECKSUM = 4  # bytes


class Records(Protocol):
    """The records of one site, wherever they lie. Each is what `packed` made; keys are those of exact rules."""

    def read(self, key: str) -> bytes | None:
        """The record of that key, or None."""

    def leading_back(self) -> Iterator[bytes]:
        """The records of the rules that lead to a host of the file itself, of which chains and loops are made."""

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


class StoredCompiled(CompiledRule):
    """The same of a compiled rule: what most requests ask for is there, the rest is unpacked when somebody asks."""

    __slots__ = ()

    rule: StoredRule

    def __init__(self, rule: StoredRule, settled: Redirect | None) -> None:
        _set(self, "rule", rule)
        _set(self, "settled", settled)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        record, rules = self.rule._record, self.rule._rules
        source = self.rule.source
        consumed = query_names(split_url(source)[2], rules.site.folding) if "?" in source else frozenset[str]()
        CompiledRule.__init__(self, self.rule, target=rules.target(record), consumed=consumed, settled=self.settled)
        return getattr(self, name)


_set = object.__setattr__  # rules are frozen


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
        self._recent: dict[str, CompiledRule] = {}
        self._missed = ""

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> CompiledRule | None:
        """The rule with that key, or None. What was read lately is not read again: visitors ask for the same few."""
        found = self._recent.get(key)
        if found is not None or key == self._missed:
            return found
        record = self._read(key)
        found = None if record is None else self.unpacked(record)
        if found is None:
            self._missed = key  # a request asks twice
        else:
            if len(self._recent) >= _REMEMBERED:
                self._recent.clear()
            self._recent[key] = found
        return found

    def leading_back(self) -> Iterator[CompiledRule]:
        """The rules that lead to a host of the file itself."""
        for record in self._records.leading_back():
            found = self.unpacked(record)
            if found is not None:
                yield found

    def unpacked(self, record: bytes) -> CompiledRule | None:
        """The rule of a record; None where its checksum does not fit."""
        if len(record) < _HEAD.size:
            self.damaged += 1
            return None
        seal, bits, _, _, source, to = _unpack(record)
        if seal != crc32(record[_CHECKSUM:]):
            self.damaged += 1
            return None
        rule = StoredRule(record, self)
        if not bits & _SETTLED:
            return StoredCompiled(rule, None)
        start = _HEAD.size + source
        text = record[start : start + to] if bits & _ON_NEW_SITE else record[start + to :]
        location = text.decode("ascii")
        if bits & _ON_NEW_SITE:
            location = self._base + location
        return StoredCompiled(rule, Redirect(location, bits & _STATUS, self.site.cache, rule, self.site))

    def target(self, record: bytes) -> Target | None:
        """Where the rule of a record leads; None for one that is gone."""
        _, bits, _, _, source, to = _unpack(record)
        start = _HEAD.size + source
        if bits & _GONE:
            return None
        if bits & _ON_NEW_SITE:
            return Target((self._base + record[start : start + to].decode("ascii"),), self._origin)
        location = record[start + to :].decode("ascii")
        return Target((location,), _origin_of(location[: location.find("/", 8)]))

    def texts(self, record: bytes) -> tuple[str, str, Place, int]:
        """Source and target as written, the place, and the bits of a record."""
        _, bits, file, line, source, to = _HEAD.unpack_from(record)
        start = _HEAD.size + source
        name = self._files[file] if file < len(self._files) else "?"
        return record[_HEAD.size : start].decode(), record[start : start + to].decode(), Place(name, line, 1), bits


def packed(rule: tuple[str, str, int, bool], place: tuple[int, int], location: str, base: str, *, settled: bool) -> bytes:
    """The record of a rule: (source, to, status, gone), its place as (number of the file, line), and the Location it has.

    `base` is the new site's origin. Raises struct.error where a text is longer than LONGEST_TEXT bytes.
    """
    source, to, status, gone = rule
    short = location == base + to
    bits = status | (_GONE if gone else 0) | (_SETTLED if settled else 0) | (_ON_NEW_SITE if short else 0)
    texts = source.encode(), to.encode()
    head = _HEAD.pack(0, bits, *place, len(texts[0]), len(texts[1]))[_CHECKSUM:]
    rest = head + texts[0] + texts[1] + (b"" if short else location.encode("ascii"))
    return crc32(rest).to_bytes(_CHECKSUM, "little") + rest


@lru_cache(maxsize=4096)
def _origin_of(base: str) -> Origin:
    return origin_of(base) or Origin("https", "")
