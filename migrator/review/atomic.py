"""Writes files so that a reader, or a crash, only ever meets the old ones or the new ones."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from migrator.errors import PublishError, RefusalError
from migrator.store.whole_files import sync_folder, write_whole


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

    The mode is kept, a symbolic link followed. Raises PublishError where the file changed meanwhile.
    """
    path = path.resolve()
    if path.read_bytes() != before:
        raise PublishError(f"{path} changed while the new map was made; nothing was written, run the command again")
    try:
        write_whole(path, after, path.stat().st_mode & 0o7777)
    except OSError as error:
        raise PublishError(f"{path} could not be written: {error.strerror}; it is as it was") from error


def write_folder(folder: Path, files: Mapping[str, bytes], mark: str) -> None:
    """Put a folder of these files, by their paths below it, in the place of an earlier one, which must have the file `mark`.

    It is made whole beside its place and then exchanged. Raises RefusalError where another folder or file is there, or OSError;
    then all is as it was.
    """
    folder = folder.resolve()
    is_there = folder.exists()
    if is_there and not (folder.is_dir() and ((folder / mark).is_file() or not any(folder.iterdir()))):
        raise RefusalError(f"{folder} holds other files, which would be lost; name a new or an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent) as made:
        new, old = Path(made) / "new", Path(made) / "old"
        for name, data in files.items():
            write_whole(new / name, data)
        new.chmod(0o755)
        if is_there:
            folder.replace(old)
        try:
            new.replace(folder)
        except OSError:
            if is_there:
                old.replace(folder)
            raise
    sync_folder(folder.parent)
