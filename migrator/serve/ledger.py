"""Brings what was counted into the store, from a thread of its own: no request waits for it, whatever the store does."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable

from migrator.errors import MigratorError
from migrator.pages.counts import Batch
from migrator.store.open import open_store
from migrator.store.store import Store

logger = logging.getLogger(__name__)

KEPT_DAYS = 400
MOST_WAITING = 100_000  # rules and addresses that wait for a store that fails


class Ledger:
    """Takes batches by `give`, adds each to the store at that address. `lost` hears of counts that never got there.

    A store that fails is tried again with the next batch; what waits for it is bounded.
    """

    def __init__(self, store_url: str, lost: Callable[[str, int], None], opened: Callable[[str], Store] = open_store) -> None:
        self._url = store_url
        self._lost = lost
        self._opened = opened
        self._given: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._waiting: dict[str, Batch] = {}  # by day
        self._store: Store | None = None
        self._failed = False
        self._pruned = ""
        self._thread = threading.Thread(target=self._run, name="counts-ledger", daemon=True)

    def start(self) -> None:
        """Begin, in a thread that ends with the process."""
        self._thread.start()

    def give(self, batch: Batch) -> None:
        """Have a batch kept; returns at once."""
        if batch or self._waiting:
            self._given.put(batch)

    def stop(self, patience: float) -> None:
        """Keep what was given, and end; wait no longer than `patience` seconds for that."""
        self._given.put(None)
        if self._thread.ident is not None:
            self._thread.join(patience)
            if self._thread.is_alive():
                logger.warning("the store takes too long: hits and missing addresses that it has not taken yet are lost")

    def _run(self) -> None:
        while (batch := self._given.get()) is not None:
            self._hold(batch)
            self._keep()
        if self._waiting:
            self._keep()
        for left in self._waiting.values():
            self._lose(left)
        if self._store is not None:
            self._store.close()

    def _hold(self, batch: Batch) -> None:
        waiting = sum(len(one.hits) + len(one.missing) for one in self._waiting.values())
        if waiting + len(batch.hits) + len(batch.missing) > MOST_WAITING:
            self._lose(batch)
        elif batch:
            former = self._waiting.get(batch.day)
            self._waiting[batch.day] = former.with_(batch) if former else batch

    def _keep(self) -> None:
        try:
            store = self._store = self._store or self._opened(self._url)
            for day in sorted(self._waiting):
                store.add_counts(self._waiting[day])
                del self._waiting[day]
                self._prune(store, day)
        except (MigratorError, OSError) as error:
            if not self._failed:
                logger.warning("hits and missing addresses wait to be kept: %s", str(error).partition("\n")[0])
            self._failed = True
        else:
            if self._failed:
                logger.warning("hits and missing addresses are kept again")
            self._failed = False

    def _prune(self, store: Store, day: str) -> None:
        """Once a day, forget what is too old to matter."""
        if day != self._pruned:
            self._pruned = day
            store.forget_counts((dt.date.fromisoformat(day) - dt.timedelta(days=KEPT_DAYS)).isoformat())

    def _lose(self, batch: Batch) -> None:
        self._lost("hits", sum(batch.hits.values()))
        self._lost("missing", sum(batch.missing.values()))


def today() -> str:
    """The day to count for: an ISO date, UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime())
