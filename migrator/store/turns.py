"""Whose turn it is to ask a host: one at a time, and a pause after each, over all workers on all machines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import ColumnElement, select, update

from migrator.store.database import Database
from migrator.store.tables import hosts

HELD = 120.0  # seconds; a turn that is not ended by then belongs to nobody
_LOOK_AGAIN = 0.05  # seconds until a turn that another has may be over
_LOOKS = 20  # in a row at another's turn, and then it is asked whether that one is still there
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Turns:
    """The turns of one worker at one host."""

    def __init__(self, database: Database, host: str, worker: str, bury: Callable[[], None]) -> None:
        self._database = database
        self._host = host
        self._worker = worker
        self._bury = bury  # frees the turn of a worker that is gone
        self._looked = 0
        self._known = False

    def take(self) -> float:
        """0 where the turn is ours now, else how many seconds to wait before asking again."""
        with self._database.writing() as connection:
            if not self._known:
                row = {"host": self._host, "worker": "", "next_allowed": _LONG_AGO}
                connection.execute(self._database.insert(hosts).values(row).on_conflict_do_nothing())
            now = self._database.now()
            free = (hosts.c.host == self._host) & (hosts.c.next_allowed <= now)
            taken = update(hosts).where(free).values(worker=self._worker, next_allowed=now + dt.timedelta(seconds=HELD))
            is_ours = connection.execute(taken.returning(hosts.c.host)).first() is not None
            if not is_ours:
                holder, allowed = connection.execute(select(hosts.c.worker, hosts.c.next_allowed).where(self._mine())).one()
        self._known = True
        if is_ours or not holder:
            self._looked = 0
            return 0.0 if is_ours else max(0.001, (allowed - now).total_seconds())
        self._looked += 1
        if self._looked % _LOOKS == _LOOKS - 1:
            self._bury()
        return _LOOK_AGAIN

    def end(self, pause: float) -> None:
        """The answer is there; the host rests for `pause` seconds."""
        until = self._database.now() + dt.timedelta(seconds=pause)
        with self._database.writing() as connection:
            mine = self._mine() & (hosts.c.worker == self._worker)
            connection.execute(update(hosts).where(mine).values(worker="", next_allowed=until))

    def rest(self, seconds: float) -> None:
        """The host is to be asked nothing for `seconds` from now, at least."""
        until = self._database.now() + dt.timedelta(seconds=seconds)
        with self._database.writing() as connection:
            sooner = self._mine() & (hosts.c.next_allowed < until)
            connection.execute(update(hosts).where(sooner).values(next_allowed=until))

    def _mine(self) -> ColumnElement[bool]:
        return hosts.c.host == self._host
