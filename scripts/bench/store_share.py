"""Runs `migrator` with the words that follow a file's name, and writes into that file what its writes to the store took.

The frontier's writes run in threads, each of which the system tells how long it has used a processor.
"""

from __future__ import annotations

import functools
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from migrator.cli.main import main
from migrator.store.frontier import StoredFrontier

WRITES = ("finish", "claim", "add", "mark_finished")
spent = {"cpu": 0.0, "wall": 0.0}


def timed(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with its time taken."""

    @functools.wraps(work)
    def measured(*arguments: Any, **named: Any) -> Any:
        cpu, wall = time.thread_time(), time.monotonic()
        try:
            return work(*arguments, **named)
        finally:
            spent["cpu"] += time.thread_time() - cpu
            spent["wall"] += time.monotonic() - wall

    return measured


def run(told: Path) -> None:
    """Run the command to its end, whatever that is, and tell."""
    for name in WRITES:
        setattr(StoredFrontier, name, timed(getattr(StoredFrontier, name)))
    began = time.monotonic()
    try:
        main(sys.argv[2:])
    finally:
        usages = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        whole = {"all_cpu": sum(usage.ru_utime + usage.ru_stime for usage in usages), "all_wall": time.monotonic() - began}
        told.write_text(json.dumps(spent | whole))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
