"""Tells the service manager when all workers answer, and when a reload is over. What is told is notify.py's matter."""

from __future__ import annotations

import time
from collections.abc import Callable

from migrator.serve import metrics
from migrator.serve.exposition import value_of
from migrator.serve.notify import notify_ready, notify_reloading
from migrator.serve.slabs import Slabs

_SHORTEST_RELOAD = 1.0  # seconds; until then no worker may have heard of it yet
_LONGEST_RELOAD = 60.0  # seconds after which the service is ready again, whatever the map does


class Readiness:
    """`look` now and then; it speaks when something changed."""

    def __init__(self, slabs: Slabs, clock: Callable[[], float] = time.monotonic) -> None:
        self._slabs = slabs
        self._clock = clock
        self._is_ready = False
        self._reloads_since: float | None = None

    def reloading(self) -> None:
        """A reload was asked for."""
        if self._is_ready:
            notify_reloading()
            self._is_ready = False
            self._reloads_since = self._clock()

    def look(self) -> None:
        """Say that all is ready, once it is."""
        if self._is_ready or not self._may_be_ready():
            return
        series = [slab.series() for slab in self._slabs.all()]
        busy = self._reloads_since is not None and any(value_of(one, metrics.BUSY) for one in series)
        waited = 0.0 if self._reloads_since is None else self._clock() - self._reloads_since
        if all(value_of(one, metrics.UP) for one in series) and (not busy or waited > _LONGEST_RELOAD):
            self._is_ready, self._reloads_since = True, None
            version = max((value_of(one, metrics.MAP_VERSION) for one in series), default=0)
            notify_ready(f"{len(series)} {'workers' if len(series) > 1 else 'worker'}, map version {version:.0f}")

    def _may_be_ready(self) -> bool:
        return self._reloads_since is None or self._clock() - self._reloads_since >= _SHORTEST_RELOAD
