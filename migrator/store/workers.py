"""Who is at work on a crawl: each process with a lease, what it claimed, and what becomes of that when it is gone."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, delete, exists, or_, select, update

from migrator.store.database import Database
from migrator.store.entering import CLAIMED, state_when_given_back
from migrator.store.tables import frontier, hosts, workers

LEASE = dt.timedelta(minutes=5)


def this_machine() -> str:
    """This host since it was started, and within it this container: whoever tells the same sees the same processes."""
    marks = [socket.gethostname()]
    with contextlib.suppress(OSError):  # where this is no Linux, the name must do
        marks += [Path("/proc/sys/kernel/random/boot_id").read_text().strip(), os.readlink("/proc/self/ns/pid")]
    return "/".join(marks)


def this_process() -> str:
    """This process's number and, since numbers are used again, when it was started."""
    pid = os.getpid()
    return f"{pid}.{_started(pid)}"


@dataclass(frozen=True, slots=True)
class Worker:
    """One process at work: `machine` is where its `process` number means something, so that others there see that it is gone."""

    machine: str = field(default_factory=this_machine)
    process: str = field(default_factory=this_process)
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def id(self) -> str:
        """Its name in the store."""
        return f"{self.machine.partition('/')[0]}:{self.process.partition('.')[0]}:{self.token}"


def is_alive(process: str) -> bool:
    """Whether the process that told this name on this machine is still there."""
    pid, _, started = process.partition(".")
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is there, and somebody else's
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """When a process was started, in ticks since the machine was; "gone" where it has ended, "" where that cannot be known."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "gone" if state in "ZX" else fields[18]


def check_in(connection: Connection, database: Database, worker: Worker, crawl: int) -> None:
    """Enter the worker, or renew its lease."""
    until = database.now() + LEASE
    row = {"id": worker.id, "crawl_id": crawl, "machine": worker.machine, "process": worker.process, "lease_until": until}
    entered = database.insert(workers).values(row)
    connection.execute(entered.on_conflict_do_update(index_elements=["id"], set_={"crawl_id": crawl, "lease_until": until}))


def bury(connection: Connection, database: Database, crawl: int, worker: Worker) -> None:
    """Take what those that are gone had claimed back: it is due again, and the hosts that they were asking may be asked."""
    here = select(workers.c.id, workers.c.process).where(workers.c.crawl_id == crawl, workers.c.machine == worker.machine)
    gone = [row.id for row in connection.execute(here) if not is_alive(row.process)]
    late = workers.c.lease_until < database.now()
    connection.execute(delete(workers).where(workers.c.crawl_id == crawl, or_(late, workers.c.id.in_(gone))))
    _free(connection, database, crawl)


def leave(connection: Connection, database: Database, crawl: int, worker: Worker) -> None:
    """Give back what the worker has claimed and not finished; it is at work no more."""
    connection.execute(delete(workers).where(workers.c.id == worker.id))
    _free(connection, database, crawl)


def others(connection: Connection, crawl: int, worker: Worker) -> int:
    """How many others are at work on the crawl; `bury` comes first."""
    chosen = select(workers.c.id).where(workers.c.crawl_id == crawl, workers.c.id != worker.id)
    return len(connection.execute(chosen).all())


def _free(connection: Connection, database: Database, crawl: int) -> None:
    """What nobody who is at work holds is free."""
    at_work = exists().where(workers.c.id == frontier.c.worker)
    orphaned = (frontier.c.crawl_id == crawl) & (frontier.c.state == CLAIMED) & ~at_work
    connection.execute(update(frontier).where(orphaned).values(state=state_when_given_back(), worker=""))
    asking = exists().where(workers.c.id == hosts.c.worker)
    freed = update(hosts).where(hosts.c.worker != "", ~asking)
    connection.execute(freed.values(worker="", next_allowed=database.now()))
