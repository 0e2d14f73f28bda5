"""Several processes that do the same work on shared sockets: one that dies is replaced, all end together. POSIX only."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from migrator.serve.metrics import UP
from migrator.serve.notify import notify_stopping
from migrator.serve.options import ServerOptions
from migrator.serve.readiness import Readiness
from migrator.serve.slabs import Slabs

logger = logging.getLogger(__name__)

_STOPPING = (signal.SIGINT, signal.SIGTERM)
_LOOK_EVERY = 0.2  # seconds
_SHORT_LIFE = 2.0  # seconds; who dies sooner will do so again
_LONGEST_PAUSE = 10.0  # seconds between two attempts at a worker
_EXTRA_GRACE = 3.0  # seconds beyond the workers' own patience, before they are killed


class Workers:
    """A process for each slab that runs `work` with its number, kept at it until SIGINT or SIGTERM; a second ends them at once.

    From the first signal on it takes `options.drain` seconds until they are told. `beside` is called before each look at them.
    """

    def __init__(
        self,
        work: Callable[[int], None],
        slabs: Slabs,
        sockets: Iterable[socket.socket],
        options: ServerOptions,
        beside: Callable[[], None],
    ) -> None:
        self._work = work
        self._slabs = slabs
        self._sockets = tuple(sockets)
        self._grace, self._drain = options.grace, options.drain
        self._beside = beside
        self._numbers: dict[BaseProcess, int] = {}
        self._readiness = Readiness(slabs)
        self._context = multiprocessing.get_context("fork")
        self._running: dict[BaseProcess, float] = {}  # each with the moment of its start
        self._early_deaths = 0
        self._not_before = 0.0
        self._signals = self._last_signal = 0

    def run(self) -> None:
        """Work until told to stop."""
        former = {number: signal.signal(number, self._on_signal) for number in _STOPPING}
        former[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._on_hangup)
        try:
            while not self._signals:
                self._beside()
                self._replace()
                wait([process.sentinel for process in self._running], timeout=_LOOK_EVERY)
                self._bury()
                self._readiness.look()
            self._begin_to_end()
            self._end()
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
        self._last_signal = number

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._readiness.reloading()
        for process in list(self._running):
            self._send(process, signal.SIGHUP)

    def _begin_to_end(self) -> None:
        """Refuse readiness first, and go on for a while: whoever spreads the requests needs that time to hear of it."""
        self._slabs.stop()
        notify_stopping()
        ends = time.monotonic() + self._drain
        while self._signals < 2 and time.monotonic() < ends:
            time.sleep(min(_LOOK_EVERY, max(ends - time.monotonic(), 0)))
            self._bury()

    def _replace(self) -> None:
        while len(self._running) < self._slabs.count and time.monotonic() >= self._not_before and not self._signals:
            number = min(set(range(self._slabs.count)) - set(self._numbers.values()))
            process = self._context.Process(target=self._begin, args=(number,))
            signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)  # until the child has handlers of its own
            process.start()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
            self._running[process] = time.monotonic()
            self._numbers[process] = number

    def _begin(self, worker: int) -> None:
        os.setpgid(0, 0)  # the terminal's Ctrl-C is for the parent, who passes it on once
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the server has a handler; its default would end this process
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        self._work(worker)

    def _bury(self) -> None:
        now = time.monotonic()
        for process, began in [(process, began) for process, began in self._running.items() if not process.is_alive()]:
            del self._running[process]
            self._slabs.slab(self._numbers.pop(process)).put(0, UP)
            if self._signals:
                continue
            self._early_deaths = self._early_deaths + 1 if now - began < _SHORT_LIFE else 0
            pause = min(2.0 ** (self._early_deaths - 1), _LONGEST_PAUSE) if self._early_deaths > 1 else 0.0
            self._not_before = now + pause
            logger.error("worker %s ended (%s); a new one starts in %g s", process.pid, process.exitcode, pause)

    def _end(self) -> None:
        """Pass the signal on and wait; at a second signal, or when patience is over, kill."""
        for one in self._sockets:  # else connections would go on being made, and nobody would take them
            one.close()
        for process in self._running:
            self._send(process, signal.SIGTERM)
        ends = time.monotonic() + self._grace + _EXTRA_GRACE
        while self._running and self._signals < 2 and time.monotonic() < ends:
            wait([process.sentinel for process in self._running], timeout=_LOOK_EVERY)
            self._bury()
        for process in self._running:
            self._send(process, signal.SIGKILL)
            process.join()
        if self._signals > 1:
            raise SystemExit(128 + self._last_signal)

    def _send(self, process: BaseProcess, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if process.pid is not None:
                os.kill(process.pid, number)
