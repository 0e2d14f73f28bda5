"""Small files of values that are replaced whole and carry their own checksum: what was cut off or altered is taken for absent."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

LARGEST = 256 << 20  # bytes


def write_sealed(path: Path, value: Any) -> None:
    """Put `value`, of what JSON knows, in place of the file: whole, and lasting. Raises OSError."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    write_whole(path, body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n")


def read_sealed(path: Path) -> Any:
    """The value, or None where there is no file, or not the one that was written."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        body, seal, rest = path.read_bytes().rsplit(b"\n", 2)
        if rest or hashlib.sha256(body).hexdigest().encode() != seal:
            return None
        return json.loads(body.decode("utf-8", "surrogatepass"))
    except (OSError, ValueError, RecursionError):
        return None


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in place of the file at `path`, so that a reader or a crash only ever meets the old one or the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
