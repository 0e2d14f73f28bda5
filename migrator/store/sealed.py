"""Small files of values that are replaced whole and carry their own checksum: what was cut off or altered is taken for absent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from migrator.store.whole_files import write_whole

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
