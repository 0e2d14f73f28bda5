"""The files of a map as they are at one moment: read once, remembered with their digests; big sheets only by their digest."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from migrator.errors import Problem
from migrator.maps.folder import MapFolder, Version, digest_of
from migrator.store.exact_file import checksum_of, identity_of
from migrator.store.map_files import LARGEST_FILE, Files, is_map_in_yaml, read_text
from migrator.store.sealed import read_sealed, write_sealed

BIG = 8 << 20  # bytes of all sheets together; more of them are not kept in memory
_CLOCK_STEP = 2_000_000_000  # nanoseconds; the coarsest clock of a file system
_SMALL_ENOUGH_TO_HASH = 16 << 20  # bytes


def big_from() -> int:
    """From how many bytes of sheets on these are compiled into a file: $MIGRATOR_BIG_MAP, or 8 MiB."""
    named = os.environ.get("MIGRATOR_BIG_MAP", "")
    return int(named) if named.isdecimal() else BIG


class Snapshot(Files):
    """Reads every file once. `sheets` are those that are too big for memory, by path, each with its digest."""

    def __init__(self, config: Path, folder: MapFolder) -> None:
        self.copies: dict[str, bytes] = {}
        self.patterns: dict[str, list[str]] = {}
        self.sheets: dict[Path, str] = {}
        self._config = config
        self._seen = _Seen(folder)
        self._identities: dict[Path, list[int]] = {}

    def text(self, path: Path) -> tuple[str, Problem | None]:
        """The text of a file; its bytes are kept."""
        text, problem = read_text(path)
        self.copies[self._name(path)] = text.encode() if problem is None else str(problem).encode()
        return text, problem

    def matching(self, config: Path, pattern: str) -> list[Path]:
        """The files that an entry of `include` names, noted."""
        found = super().matching(config, pattern)
        self.patterns[pattern] = [self._name(path) for path in found]
        return found

    def apart(self, paths: Sequence[Path]) -> frozenset[Path]:
        """The sheets, where all of them together are big."""
        sheets = [path for path in dict.fromkeys(paths) if not is_map_in_yaml(path) and path.is_file()]
        if sum(path.stat().st_size for path in sheets) < big_from():
            return frozenset()
        for path in sheets:
            self._identities[path] = identity_of(path)
            self.sheets[path] = self._seen.digest(path, self._identities[path])
        self.remember()
        return frozenset(sheets)

    def digest(self) -> str:
        """One digest of all the files that were read."""
        names = {name: digest_of(data) for name, data in self.copies.items()}
        sheets = {self._name(path): digest for path, digest in self.sheets.items()}
        return digest_of(json.dumps([names, sheets, self.patterns], sort_keys=True).encode())

    def is_still_so(self) -> bool:
        """Whether nobody wrote to a sheet since; the other files were read whole, so that it does not matter."""
        try:
            return all(identity_of(path) == identity for path, identity in self._identities.items())
        except OSError:
            return False

    def remember(self) -> None:
        """Have the digests of the sheets known to the next one who asks, now that some time has passed."""
        self._seen.remember(self._identities, self.sheets)

    def sheet_names(self) -> tuple[str, ...]:
        """The names of the sheets that are too big for memory."""
        return tuple(self._name(path) for path in self.sheets)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._config.parent).as_posix()


def is_unchanged(config: Path, folder: MapFolder, version: Version) -> bool:
    """Whether the files are those of the version; they are compared, not read as YAML."""
    snapshot = Snapshot(config, folder)
    for name in version.files:
        snapshot.text(config.parent / name)
    found = [path for pattern in version.patterns for path in snapshot.matching(config, pattern)]
    snapshot.apart(found)
    return snapshot.digest() == version.digest


class Kept(Files):
    """The files of a version: what it has copies of, under the names that they had."""

    def __init__(self, config: Path, folder: MapFolder, version: Version) -> None:
        self._folder = folder
        self._version = version
        self._parent = config.parent
        self._apart = frozenset(config.parent / name for name in version.apart)

    def text(self, path: Path) -> tuple[str, Problem | None]:
        """The text of a copy. Raises StoreError where it is damaged."""
        data = self._folder.copy(self._version, path.relative_to(self._parent).as_posix())
        return data.decode("utf-8"), None

    def matching(self, config: Path, pattern: str) -> list[Path]:
        """The files that the entry stood for."""
        return [self._parent / name for name in self._version.patterns.get(pattern, ())]

    def apart(self, paths: Sequence[Path]) -> frozenset[Path]:
        """The sheets that are in the exact file."""
        return self._apart


def fingerprint(config: Path, patterns: Mapping[str, Any] | Sequence[str]) -> dict[str, object]:
    """What tells whether a file changed: of each its state on disk, and of all but the biggest what is in it."""
    files = Files()
    paths = [config, *(path for pattern in patterns for path in files.matching(config, pattern))]
    return {str(path): _state_of(path) for path in paths}


def _state_of(path: Path) -> object:
    try:
        identity = identity_of(path)
        if not path.is_file():
            return identity
        return [identity, checksum_of(path) if identity[2] <= min(_SMALL_ENOUGH_TO_HASH, LARGEST_FILE) else ""]
    except OSError as error:
        return error.errno


class _Seen:
    """Digests of big files by their identity, so that a file that nobody wrote to is not read again."""

    def __init__(self, folder: MapFolder) -> None:
        self._path = folder.path / "seen"
        found = read_sealed(self._path)
        self._known: dict[str, list[Any]] = found if isinstance(found, dict) else {}

    def digest(self, path: Path, identity: list[int]) -> str:
        known = self._known.get(str(path.resolve()))
        return str(known[1]) if known and known[0] == identity else checksum_of(path)

    def remember(self, identities: Mapping[Path, list[int]], digests: Mapping[Path, str]) -> None:
        before = time.time_ns() - _CLOCK_STEP  # what was written later may be written to again without a new time
        now = {str(path.resolve()): [one, digests[path]] for path, one in identities.items() if one[3] < before}
        if now != self._known:
            with contextlib.suppress(OSError):  # it is only slower without
                write_sealed(self._path, now)
                self._known = now


def hexdigest(*texts: str) -> str:
    """A short digest of several texts."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
