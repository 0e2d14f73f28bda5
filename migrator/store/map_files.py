"""The files of a map as they lie on disk: which an entry of `include` names, and their text. What they say is not known here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrator.errors import Place, Problem

LARGEST_FILE = 1 << 30  # bytes


class Files:
    """Where the files of a map are: on disk. Somebody who keeps copies stands in for this."""

    def text(self, path: Path) -> tuple[str, Problem | None]:
        """The text of a file, or what keeps it from being read."""
        return read_text(path)

    def matching(self, config: Path, pattern: str) -> list[Path]:
        """The files that an entry of `include` names, in order."""
        try:
            return sorted(config.parent.glob(pattern)) if pattern else []
        except (ValueError, NotImplementedError):
            return []

    def apart(self, paths: Sequence[Path]) -> frozenset[Path]:
        """Those of all included files that somebody else reads."""
        return frozenset()


def read_text(path: Path) -> tuple[str, Problem | None]:
    """The text of a file without its byte order mark, or what keeps it from being read."""
    place = Place(str(path))
    try:
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            return "", Problem(place, "too-large", "the file is larger than 1 GiB", "Split it and list the parts under include.")
        if path.is_char_device() or path.is_block_device():
            return "", Problem(place, "unreadable", "this is a device, not a file", "Name a file; a device may never end.")
        return path.read_bytes().decode("utf-8-sig"), None
    except FileNotFoundError:
        return "", Problem(
            place, "no-file", "there is no such file", "Make one with `migrator init`, or name another with --config."
        )
    except IsADirectoryError:
        return "", Problem(
            place, "is-a-folder", "this is a folder, not a file", f"Name the file in it: {path / 'redirects.yaml'}."
        )
    except PermissionError:
        return "", Problem(place, "no-permission", "the file may not be read", "Give this user the right to read it.")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - before.rfind(b"\n")
        found = Place(str(path), line, column)
        return "", Problem(
            found, "not-utf-8", f"the byte {error.object[error.start]:#04x} is not UTF-8", "Save the file as UTF-8."
        )
    except OSError as error:
        return "", Problem(place, "unreadable", f"the file cannot be read: {error.strerror}", "Check the path and the disk.")


def is_map_in_yaml(path: Path) -> bool:
    """Whether an included file is YAML; all others are sheets."""
    return path.suffix.lower() in (".yaml", ".yml")
