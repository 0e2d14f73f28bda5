"""A process beside the workers that waits on the operator. It ends with whoever started it; one that dies is started again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import TracebackType

_LOOK_EVERY = 0.2  # seconds
_DEAF_TO = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Attendant:
    """A forked process that runs `begin`, which starts threads, from the first `keep` until this context is left."""

    def __init__(self, begin: Callable[[], None] | None) -> None:
        self._begin = begin
        self._process: BaseProcess | None = None

    def __enter__(self) -> Attendant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def keep(self) -> None:
        """See that it is there, where it is wanted."""
        if self._begin is None or (self._process is not None and self._process.is_alive()):
            return
        self._process = multiprocessing.get_context("fork").Process(target=_attend, args=(self._begin, os.getpid()), daemon=True)
        self._process.start()


def _attend(begin: Callable[[], None], parent: int) -> None:
    os.setpgid(0, 0)  # the terminal's Ctrl-C is for the parent
    for number in _DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    begin()
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
