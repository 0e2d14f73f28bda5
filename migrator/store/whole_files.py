"""Puts files in place so that a reader, or a crash, only ever meets the old one or the new one, whatever they hold."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

FOR_ALL = 0o644


def write_whole(path: Path, data: bytes, mode: int = FOR_ALL) -> None:
    """Put `data` in place of the file at `path`, making its folder where there is none.

    Temporary file in the same folder, fsync, rename, fsync of the folder. Raises OSError, and then leaves all as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def put_in_place(made: Path, path: Path) -> None:
    """Put a file that was made beside `path` in its place, lastingly. Raises OSError."""
    _sync(made)
    made.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last, where the system can."""
    with contextlib.suppress(OSError):
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
