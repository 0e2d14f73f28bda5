"""What the status page is made of, read from disk: the snapshot of figures and the updates. The store is never asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from migrator.errors import Level, Place, Problem
from migrator.pages.progress import Progress, Snapshot
from migrator.pages.updates import LARGEST_UPDATE, MOST_UPDATES, Update, read_update

LARGEST_SNAPSHOT = 16 << 20  # bytes
RECHECK = 1.0  # seconds

_log = logging.getLogger(__name__)
_Signature = tuple[tuple[str, int, int], ...]  # name, time of change in ns, size


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusContent:
    """The accounts by site, the updates, and when either last changed (seconds since 1970)."""

    progress: dict[str, Progress] = field(default_factory=dict)
    updates: tuple[Update, ...] = ()
    changed: float = 0.0
    problems: tuple[Problem, ...] = ()


class StatusFiles:
    """The files of one config, read again when they change. Two threads may ask at once: each gets a whole content."""

    def __init__(self, snapshot: Path, updates: Path, recheck: float = RECHECK) -> None:
        self._snapshot, self._updates, self._recheck = snapshot, updates, recheck
        self._signature: _Signature | None = None
        self._checked = 0.0
        self.content = StatusContent()

    @property
    def is_due(self) -> bool:
        """Whether to call `refresh`, which touches the disk."""
        return self._signature is None or time.monotonic() - self._checked >= self._recheck

    def refresh(self) -> StatusContent:
        """The content as it is on disk now; what is wrong with it is logged once."""
        signature = tuple(_signature(self._snapshot, self._updates))
        if signature != self._signature:
            self.content = read_content(self._snapshot, self._updates)
            for problem in self.content.problems:
                _log.warning("%s", problem)
            self._signature = signature
        self._checked = time.monotonic()
        return self.content


def read_content(snapshot: Path, updates: Path) -> StatusContent:
    """Both, with everything that is wrong with them; a file at fault is left out, the others are shown."""
    progress, at_fault = read_snapshot(snapshot)
    found, problems = read_updates(updates)
    changed = max((nanoseconds / 1e9 for _, nanoseconds, _ in _signature(snapshot, updates)), default=0.0)
    return StatusContent(progress=progress, updates=tuple(found), changed=changed, problems=(*at_fault, *problems))


def read_snapshot(path: Path) -> tuple[dict[str, Progress], list[Problem]]:
    """The accounts by site; none where the file is not there yet, or cannot be read, which is then told."""
    try:
        if path.stat().st_size > LARGEST_SNAPSHOT:
            raise ValueError("it is larger than 16 MiB")
        return dict(msgspec.json.decode(path.read_bytes(), type=Snapshot).sites), []
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return {}, [Problem(Place(str(path)), "snapshot", f"no figures can be read here: {error}", "Run `migrator status`.")]


def read_updates(folder: Path) -> tuple[list[Update], list[Problem]]:
    """The updates in the Markdown files of a folder, and what is wrong with them; none where there is no such folder."""
    updates: dict[tuple[str, str], Update] = {}
    problems: list[Problem] = []
    paths = sorted(_markdown_files(folder))
    if len(paths) > MOST_UPDATES:
        message = f"{len(paths)} updates are more than {MOST_UPDATES}; the last ones by name are shown"
        problems.append(Problem(Place(str(folder)), "update-number", message, "Move old ones away.", Level.WARNING))
    for path in paths[-MOST_UPDATES:]:
        update, found = _read(path)
        problems += (replace(problem, level=Level.WARNING) for problem in found)  # the map can be served for all that
        if update and updates.setdefault((update.name, update.language), update) is not update:
            message = f"`{update.name}` stands here twice in one language"
            mend = "Name the language in one head, or rename one."
            problems.append(Problem(Place(str(path)), "update-name", message, mend, Level.WARNING))
    return list(updates.values()), problems


def _read(path: Path) -> tuple[Update | None, list[Problem]]:
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_UPDATE + 1)
        if len(data) > LARGEST_UPDATE:
            return None, [Problem(place, "update-size", "an update may have 64 KiB", "Shorten it, and link to the rest.")]
        return read_update(data.decode("utf-8-sig"), str(path), path.stem)
    except UnicodeDecodeError:
        return None, [Problem(place, "not-utf-8", "the update is not UTF-8 text", "Save the file as UTF-8.")]
    except OSError as error:
        return None, [Problem(place, "unreadable", f"the update cannot be read: {error.strerror}", "Check the file's rights.")]


def _markdown_files(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if path.suffix == ".md" and path.name[0] != "." and path.is_file())
    except OSError:
        return


def _signature(snapshot: Path, updates: Path) -> Iterator[tuple[str, int, int]]:
    for path in (snapshot, updates, *sorted(_markdown_files(updates))):
        try:
            state = path.stat()
        except OSError:
            continue
        yield path.name, state.st_mtime_ns, state.st_size
