"""How the service stands, read off the slabs of its workers: alive, ready, started, and which map it serves. No HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from migrator.serve import metrics
from migrator.serve.exposition import value_of
from migrator.serve.slabs import Slabs

STUCK_AFTER = 30.0  # seconds without a sign of life, after which a worker is no longer alive
SILENT_AFTER = 10.0  # and after which it does not count as ready

Verdict = tuple[bool, dict[str, Any]]


class Health:
    """`clock` tells Unix time."""

    def __init__(self, slabs: Slabs, clock: Callable[[], float] = time.time) -> None:
        self._slabs = slabs
        self._clock = clock
        self._began = clock()

    def alive(self) -> Verdict:
        """Whether a restart would help: no worker has shown a sign of life for long. It asks nothing of any upstream."""
        ages = self._ages()
        age = min(ages) if ages else self._clock() - self._began
        return age < STUCK_AFTER, {"workers": len(ages), "youngest_sign_of_life_seconds": round(age, 1)}

    def started(self) -> Verdict:
        """Whether every worker has begun to take requests at least once."""
        begun = sum(value_of(slab.series(), metrics.STARTED) > 0 for slab in self._slabs.all())
        return begun == self._slabs.count, {"started": begun, "workers": self._slabs.count}

    def ready(self) -> Verdict:
        """Whether requests should be sent here, with every reason why not, and how the map stands."""
        ages, notes = self._ages(), self._notes()
        reasons = []
        if self._slabs.is_stopping:
            reasons.append("stopping")
        if not ages:
            reasons.append("no worker takes requests yet")
        elif min(ages) > SILENT_AFTER:
            reasons.append(f"no worker has shown a sign of life for {min(ages):.0f} s")
        if ages and not notes:
            reasons.append("no map is loaded")
        return not reasons, {"ready": not reasons, "reasons": reasons, "workers": len(ages), "map": self._map(notes)}

    def map(self) -> Verdict:
        """Which map is served."""
        found = self._map(self._notes())
        return bool(found), found

    def _map(self, notes: list[dict[str, Any]]) -> dict[str, Any]:
        """The oldest of the maps in use, so that nobody believes too early that a new one is served everywhere."""
        if not notes:
            return {}
        oldest = min(notes, key=lambda note: int(note["version"]))
        told = ("version", "digest", "rules", "problems", "problem_count", "restart_needed")
        now = self._clock()
        return {
            **{key: oldest.get(key) for key in told},
            "age_seconds": round(now - oldest["since"], 1),
            "files_are_served": all(note["ok"] for note in notes),
            "refused_seconds_ago": round(now - oldest["refused_at"], 1) if oldest["refused_at"] else None,
            "versions": sorted({int(note["version"]) for note in notes}),
        }

    def _notes(self) -> list[dict[str, Any]]:
        return [note for slab in self._slabs.all() if value_of(slab.series(), metrics.UP) and (note := slab.note())]

    def _ages(self) -> list[float]:
        now = self._clock()
        series = [slab.series() for slab in self._slabs.all()]
        return [max(now - value_of(one, metrics.HEARTBEAT), 0.0) for one in series if value_of(one, metrics.UP)]
