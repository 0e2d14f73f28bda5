"""Watches the files and the pointer from a thread: one process of all compiles what is new, each takes it in whole.

Whoever holds the lock of the folder compiles, in a child process; when it dies, another takes over. Requests are not seen here.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from watchfiles import watch

from migrator.errors import ConfigError, Problem, StoreError
from migrator.maps.compiling import Outcome
from migrator.maps.folder import Version
from migrator.maps.loading import Start, compile_in_child
from migrator.maps.opening import LoadedMap, load_version
from migrator.maps.sources import fingerprint, is_unchanged
from migrator.maps.state import ReloadState, state_from
from migrator.store.sealed import read_sealed, write_sealed

logger = logging.getLogger(__name__)

_MOST_LINES = 20  # of problems in the log, for one map
_NOTHING_NEW = {"same": "the files say what is served", "held": "the files are those that were rolled back from"}
_EXPECTED = (OSError, StoreError, ConfigError, ValueError, MemoryError)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the keeper looks, in seconds: at the pointer, at all files, and how long these must be at rest."""

    pointer: float = 0.5
    files: float = 10.0
    settle: float = 1.0


Take = Callable[[LoadedMap], Sequence[str]]  # swaps the map; gives the sections whose change waits for a restart


class Keeper:
    """Keeps one process's map up to date. `take` is called from the keeper's thread with each new map."""

    def __init__(
        self, start: Start, take: Take, pace: Pace | None = None, compiled: Callable[..., Outcome] = compile_in_child
    ) -> None:
        now = time.time()
        version = start.version
        problems = tuple(map(str, start.problems))
        self.state = ReloadState(
            not problems, version.number, version.digest, version.rules, now, now, problems, now if problems else 0.0
        )
        self._start, self._folder, self._config = start, start.folder, start.config
        self._take, self._pace, self._compiled = take, pace or Pace(), compiled
        self._patterns = list(start.patterns or version.patterns)
        self._stamp = start.folder.stamp()
        self._is_first_look = not start.problems
        self._tried: object = None  # the files, as they were when last compiled
        self._resting: tuple[object, float] = (None, 0.0)  # the files as they were seen last, and since when they are so
        self._lock: IO[str] | None = None
        self._next_look = 0.0
        self._owes_word = False  # whoever asks is answered, also where nothing is new
        self._asked = False  # no Event: its lock would hold up for good a signal that comes within another's handler
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in a thread that ends with the process."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="map-keeper", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, and give the lock back. Waits for what is under way, but not for a map that is being compiled."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2.0)

    def look_now(self) -> None:
        """Compare the files now, whatever they look like from outside. Safe in a signal handler."""
        self._asked = True

    @property
    def is_busy(self) -> bool:
        """Whether this process is looking at files that changed, or was asked to look."""
        return self._lock is not None and (self._asked or self._resting[0] is not None)

    def _run(self) -> None:
        try:
            for changed in self._wakes():
                if self._stop.is_set():
                    return
                try:
                    self._tick(changed)
                except _EXPECTED as error:
                    logger.error("the map could not be looked at: %s", error)
        finally:
            if self._lock is not None:
                self._lock.close()

    def _wakes(self) -> Iterator[bool]:
        """Once every so often, with whether something changed in a folder of the map. Where watching fails, looking goes on."""
        own = self._folder.path.resolve()
        with contextlib.suppress(OSError, RuntimeError):
            for changes in watch(
                *{self._config.parent, self._config.resolve().parent, self._folder.path},
                watch_filter=None,
                debounce=100,
                stop_event=self._stop,
                rust_timeout=int(self._pace.pointer * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
            ):
                yield any(not Path(path).is_relative_to(own) for _, path in changes)
            return
        while not self._stop.wait(self._pace.pointer):
            yield False

    def _tick(self, changed: bool) -> None:
        self._follow()
        now = time.monotonic()
        if not self._is_compiling():
            self._read_state()
            return
        asked = self._asked
        if not (changed or asked or self._resting[0] is not None or now >= self._next_look):
            return
        self._asked, self._owes_word = False, self._owes_word or asked
        self._next_look = now + self._pace.files
        found = fingerprint(self._config, self._patterns)
        if found == self._tried and not self._owes_word:
            self._resting = (None, now)
        elif self._is_first_look and is_unchanged(self._config, self._folder, self._start.version):
            self._tried = found
            self._say_same("same")
        elif found != self._resting[0]:
            self._resting = (found, now)
        elif now - self._resting[1] >= self._pace.settle:
            self._tried = found
            self._compile()
            self._resting = (None, now)
        self._is_first_look = False

    def _is_compiling(self) -> bool:
        if self._lock is None:
            self._lock = self._folder.try_to_keep()
            self._note(self.state)  # where it is kept now, in the place of what an earlier run left there
        return self._lock is not None

    def _compile(self) -> None:
        outcome = self._compiled(self._config, self._folder)
        now = time.time()
        self._patterns = list(outcome.patterns) or self._patterns
        if outcome.word == "refused":
            problems = tuple(map(str, outcome.problems))
            if self._owes_word or problems != self.state.problems:
                self._say_refused(outcome.problems)
            self._note(replace(self.state, ok=False, looked=now, problems=problems, refused_at=now))
        else:
            self._say_same(outcome.word)
            self._note(replace(self.state, ok=True, looked=now, problems=(), refused_at=0.0))
            self._follow()

    def _say_same(self, word: str) -> None:
        if word in _NOTHING_NEW and (self._owes_word or not self.state.ok):
            logger.info("%s; map version %d goes on", _NOTHING_NEW[word], self.state.version)
        self._owes_word = False

    def _say_refused(self, problems: Sequence[Problem]) -> None:
        self._owes_word = False
        age = time.time() - self.state.since
        logger.error("a new map is refused, version %d goes on (in use for %.0f s)", self.state.version, age)
        for problem in problems[:_MOST_LINES]:
            logger.error("%s", str(problem).replace("\n", " "))

    def _follow(self) -> None:
        """Take in the version that the pointer names, where it is another one."""
        stamp = self._folder.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        version = self._folder.current()
        if version is None:
            logger.error("%s: the pointer or its version is damaged; version %d goes on", self._folder.path, self.state.version)
        elif version.number != self.state.version or version.digest != self.state.digest:
            self._swap(version)

    def _swap(self, version: Version) -> None:
        waiting = tuple(self._take(load_version(self._config, self._folder, version)))
        now = time.time()
        state = replace(self.state, version=version.number, digest=version.digest, rules=version.rules, since=now)
        state = replace(state, ok=True, problems=(), refused_at=0.0)  # whoever named it meant it to be served
        self._note(replace(state, restart_needed=tuple(sorted({*self.state.restart_needed, *waiting}))))
        logger.info("map version %d is in use: %d rules", version.number, version.rules)
        for section in waiting:
            logger.warning("%s changed: that waits for a restart", section)

    def _note(self, state: ReloadState) -> None:
        self.state = state
        if self._lock is not None:
            with contextlib.suppress(OSError):
                write_sealed(self._folder.path / "state", state.as_dict())

    def _read_state(self) -> None:
        """Take over what the process that compiles knows of a newer map; the version in use is this process's own."""
        other = state_from(read_sealed(self._folder.path / "state"))
        if other is not None:
            mine = self.state
            self.state = replace(mine, ok=other.ok, looked=other.looked, problems=other.problems, refused_at=other.refused_at)
