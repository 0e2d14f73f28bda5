"""When to leave an unreachable upstream alone: a state machine, told the time by its caller. It opens no connection."""

from __future__ import annotations

from collections import deque


class Breaker:
    """Opens after `failures` within `window` seconds; then lets one probe through every `probe_every` seconds until one succeeds.

    Times are seconds of any clock that never goes back.
    """

    def __init__(self, *, failures: int = 5, window: float = 10.0, probe_every: float = 5.0) -> None:
        self._window = window
        self._probe_every = probe_every
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._next_probe: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the upstream is being left alone."""
        return self._next_probe is not None

    def allows(self, now: float) -> bool:
        """Whether a request may try the upstream at `now`. Where that makes it the probe, the next one has to wait."""
        if self._next_probe is None:
            return True
        if now < self._next_probe:
            return False
        self._next_probe = now + self._probe_every
        return True

    def failed(self, now: float) -> bool:
        """The upstream could not be reached at `now`; whether that is what opens the breaker."""
        self._failed_at.append(now)
        enough = len(self._failed_at) == self._failed_at.maxlen and now - self._failed_at[0] <= self._window
        if self.is_open or not enough:
            return False
        self._next_probe = now + self._probe_every
        return True

    def succeeded(self) -> None:
        """The upstream answered: whatever it said, it is there."""
        self._failed_at.clear()
        self._next_probe = None
