"""One worker's regular duties in its event loop: a sign of life, the state of the map, and counts handed to the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from migrator.serve import metrics
from migrator.serve.ledger import Ledger, today
from migrator.serve.recorder import Recorder

BEAT = 0.25  # seconds
_PATIENCE = 3.0  # seconds that an end waits for the store
_LONGEST_PROBLEM = 400  # characters
_MOST_PROBLEMS = 8

# What `state` gives: the keys of the note that readiness and /map speak from.
State = Callable[[], Mapping[str, Any]]


class Pulse:
    """Beats from `start` to `stop`, both called in the event loop. A crash loses what was counted in the last `every` seconds."""

    def __init__(self, recorder: Recorder, ledger: Ledger | None, state: State, every: float) -> None:
        self._recorder = recorder
        self._ledger = ledger
        self._state = state
        self._every = every
        self._day = today()
        self._due = 0.0
        self._told: Mapping[str, Any] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to beat."""
        if self._ledger is not None:
            self._ledger.start()
        self._due = time.monotonic() + self._every
        self._beat()

    async def stop(self) -> None:
        """End; what was counted is kept first, unless the store takes too long."""
        if self._timer is not None:
            self._timer.cancel()
        self._recorder.settle()
        if self._ledger is not None:
            self._ledger.give(self._recorder.collect(self._day))
            await asyncio.to_thread(self._ledger.stop, _PATIENCE)

    def _beat(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(BEAT, self._beat)
        self._recorder.settle()
        self._recorder.slab.put(time.time(), metrics.HEARTBEAT)
        self._tell(self._state())
        day = today()
        if self._ledger is not None and (time.monotonic() >= self._due or day != self._day):
            self._due = time.monotonic() + self._every
            self._ledger.give(self._recorder.collect(self._day))
        self._day = day

    def _tell(self, state: Mapping[str, Any]) -> None:
        slab = self._recorder.slab
        slab.put(float(bool(state.get("busy"))), metrics.BUSY)
        if state == self._told:
            return
        self._told = dict(state)
        slab.put(float(state["ok"]), metrics.RELOAD_OK)
        slab.put(state["since"], metrics.RELOADED)
        slab.put(state["version"], metrics.MAP_VERSION)
        problems = [str(problem)[:_LONGEST_PROBLEM] for problem in state["problems"][:_MOST_PROBLEMS]]
        slab.write_note({**state, "problems": problems, "problem_count": len(state["problems"])})
