"""Writes one text file so that a reader, or a crash, only ever meets the old one or the new one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from migrator.errors import PublishError


@contextlib.contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold `lock` while the block runs; a second publisher on this machine is refused rather than kept waiting."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PublishError("somebody else is publishing right now; try again when they are done") from None
        yield


def replace_text(path: Path, before: bytes, after: bytes) -> None:
    """Put `after` in place of the file at `path`, which must still hold `before`.

    Temporary file in the same folder, fsync, rename, fsync of the folder; mode kept, a symbolic link followed.
    Raises PublishError where the file changed meanwhile.
    """
    path = path.resolve()
    if path.read_bytes() != before:
        raise PublishError(f"{path} changed while the new map was made; nothing was written, run the command again")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise PublishError(f"{path} could not be written: {error.strerror}; it is as it was") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
