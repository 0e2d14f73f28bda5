"""What `verify` has seen so far, kept beside the config so that a run that was cut short goes on; gone once a run is through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from migrator.pages.expectation import Expected, Seen


class VerifyState:
    """A file of lines, one for each address that was looked at; `whose` tells runs against other servers apart."""

    def __init__(self, path: Path, whose: str) -> None:
        self._path = path
        self._whose = whose
        self._file: TextIO | None = None
        self.known: Mapping[str, Seen] = {}

    def begin(self, fresh: bool) -> None:
        """Read what an earlier run has seen, unless everything is to be asked anew. A line cut short counts as none."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.known = {} if fresh else dict(self._read())
        self._file = self._path.open("w" if fresh else "a", encoding="utf-8")
        self._file.write("\n")  # ends the line that a crash may have left

    def keep(self, expected: Expected, seen: Seen) -> None:
        """Remember what was seen of one address; what could not be seen is asked again next time."""
        if self._file is not None and not seen.error:
            self._file.write(json.dumps([self._key(expected), list(seen)]) + "\n")
            self._file.flush()

    def of(self, expected: Expected) -> Seen | None:
        """What an earlier run has seen of an address, if the map expects the same of it now."""
        return self.known.get(self._key(expected))

    def forget(self) -> None:
        """The run is through: the next one asks for everything."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def _key(self, expected: Expected) -> str:
        return f"{self._whose} {expected.url} {expected.status} {expected.location}"

    def _read(self) -> list[tuple[str, Seen]]:
        found: list[tuple[str, Seen]] = []
        if self._path.is_file():
            for line in self._path.read_text("utf-8", "replace").splitlines():
                try:
                    key, seen = json.loads(line)
                    found.append((key, Seen(*seen)))
                except (ValueError, TypeError):
                    continue
        return found
