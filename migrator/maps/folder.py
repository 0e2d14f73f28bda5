"""The folder of map versions, beside the store: one folder a version, a pointer to the one that is served, and locks.

    .migrator/maps/current         which version is served, and the state of the files that it is served in spite of
    .migrator/maps/12/map          what version 12 is: its files with their digests, who made it when, how many rules
    .migrator/maps/12/0, 1, …      copies of its files, but for sheets that are kept as an exact file
    .migrator/maps/exact-….lmdb    big sheets, compiled; versions with the same sheets share it

Everything is replaced whole. What versions hold is not judged here.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from migrator.errors import StoreError
from migrator.store.sealed import read_sealed, write_sealed
from migrator.store.whole_files import sync_folder, write_whole

KEPT = 10  # versions
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Version:
    """One version. File names are relative to the folder of the main file, which comes first in `files`."""

    number: int
    digest: str  # of all its files, sheets too
    rules: int
    made: str  # ISO 8601, UTC
    by: str
    files: Mapping[str, str]  # name to the digest of its copy, in the order of the copies
    patterns: Mapping[str, list[str]]  # entry of `include` to the names of the files it stood for
    apart: tuple[str, ...] = ()  # the sheets that are in the exact file
    exact: str = ""  # the name of that
    counts: Mapping[str, int] = field(default_factory=dict)  # rules in it, by site


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version is served. While the files have the digest `held`, that is so by decision: it was rolled back to."""

    version: int
    held: str = ""


class MapFolder:
    """The versions in one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pointer(self) -> Pointer | None:
        """What is served, or None where nothing was ever, or the pointer is damaged."""
        value = read_sealed(self.path / "current")
        try:
            return Pointer(int(value["version"]), str(value["held"]))
        except (TypeError, KeyError, ValueError):
            return None

    def stamp(self) -> tuple[int, int] | None:
        """What changes with every new pointer."""
        try:
            found = (self.path / "current").stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def current(self) -> Version | None:
        """The version that is served, or None."""
        pointer = self.pointer()
        return self.version(pointer.version) if pointer else None

    def version(self, number: int) -> Version | None:
        """A version by its number; None where it is not kept, or damaged."""
        value = read_sealed(self.path / str(number) / "map")
        try:
            if value.pop("format") != _FORMAT or value["number"] != number:
                return None
            value["apart"] = tuple(value["apart"])
            return Version(**value)
        except (AttributeError, TypeError, KeyError):
            return None

    def versions(self) -> list[Version]:
        """All that are kept and whole, the newest first."""
        found = (self.version(number) for number in sorted(self._numbers(), reverse=True))
        return [version for version in found if version is not None]

    def copy(self, version: Version, name: str) -> bytes:
        """The copy of one of its files. Raises StoreError where it is not what was written."""
        path = self.path / str(version.number) / str(list(version.files).index(name))
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreError(f"{path}: a file of map version {version.number} cannot be read: {error.strerror}") from error
        if digest_of(data) != version.files[name]:
            raise StoreError(f"{path}: a file of map version {version.number} is damaged")
        return data

    def add(self, copies: Mapping[str, bytes], **what: Any) -> Version:
        """Keep a new version with these files; it is not served yet. Raises OSError."""
        number = max(self._numbers(), default=0) + 1
        made = datetime.now(UTC).isoformat(timespec="seconds")
        digests = {name: digest_of(data) for name, data in copies.items()}
        version = Version(number, rules=what.pop("rules"), made=made, by=who(), files=digests, **what)
        scratch = Path(tempfile.mkdtemp(prefix=".version-", dir=self.path))
        try:
            for position, data in enumerate(copies.values()):
                write_whole(scratch / str(position), data)
            write_sealed(scratch / "map", {"format": _FORMAT, **asdict(version)})
            scratch.chmod(0o755)
            scratch.rename(self.path / str(number))
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        sync_folder(self.path)
        return version

    def serve(self, pointer: Pointer) -> None:
        """Make a version the one that is served, at once and whole; the oldest beyond those kept go. Raises OSError."""
        write_sealed(self.path / "current", asdict(pointer))
        numbers = sorted(self._numbers(), reverse=True)
        for number in numbers[KEPT:]:
            if number != pointer.version:
                shutil.rmtree(self.path / str(number), ignore_errors=True)
        in_use = {version.exact for version in self.versions()}
        for path in self.path.glob("exact-*"):
            if path.name.partition(".")[0] not in in_use:
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to add versions, waiting for whoever holds it. Makes the folder. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._clear_away()
            yield

    def try_to_keep(self) -> IO[str] | None:
        """An open lock that makes this process the one that compiles new versions; None where another one is."""
        file = (self.path / "keeper").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        os.set_inheritable(file.fileno(), False)
        return file

    def _numbers(self) -> list[int]:
        try:
            return [int(path.name) for path in self.path.iterdir() if path.name.isdecimal() and path.name.isascii()]
        except OSError:
            return []

    def _clear_away(self) -> None:
        """Remove what somebody who was killed left half done; called only by who holds the lock."""
        for path in self.path.glob(".*"):
            if path.name.startswith((".version-", ".runs-")):
                shutil.rmtree(path, ignore_errors=True)


def digest_of(data: bytes) -> str:
    """The digest by which copies are compared."""
    return hashlib.sha256(data).hexdigest()


def who() -> str:
    """The user who runs this, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
