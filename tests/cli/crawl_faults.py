"""Fails or kills a crawl at its Nth write to the store, by strace, runs it again, and compares with an undisturbed run.

`scripts/prove/crawl-faults` does it at many writes, one after the other.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.cli.crawl_kills import Runner, dump, prepared, undisturbed, words

PAGES = 30
FAULTS = (  # what is injected (strace(1), "Tampering"), and into which call
    "pwrite64:error=EIO",
    "pwrite64:error=ENOSPC",
    "pwrite64:signal=KILL",
    "fdatasync:error=EIO",
    "fdatasync:signal=KILL",
)
_ENDINGS = ("", "-wal", "-journal")  # of the files of a store, but for the one that is only shared memory
_ENDED, _REFUSED = 0, 3


def injects() -> bool:
    """Whether strace is here and may do it."""
    command = ["strace", "-qq", "-e", "trace=getpid", "-e", "inject=getpid:error=EIO", "true"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def disturbed(config: Path, store: str, fault: str, at: int) -> tuple[int, bool]:
    """Crawl with that fault at the store's `at`th call of that kind, and at all after it unless it kills.

    The exit status, and whether it came to that call at all. Raises where it did not end as it should.
    """
    call, _, what = fault.partition(":")
    log = Path(f"{store}.strace")
    files = (part for ending in _ENDINGS for part in ("-P", f"{store}{ending}"))
    when = f"{at}" if "signal" in what else f"{at}+"
    tracing = ("strace", "-f", "-qq", "-o", str(log), *files, "-e", f"trace={call}", "-e", f"inject={fault}:when={when}")
    ran = subprocess.run(
        [*tracing, sys.executable, "-m", "migrator", *words(config, store)], capture_output=True, text=True, check=False
    )
    came = "INJECTED" in log.read_text() or ran.returncode == -signal.SIGKILL
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode == (_ENDED if not came else -signal.SIGKILL if "signal" in what else _REFUSED), (fault, at, ran)
    return ran.returncode, came


def resumed(runner: Runner, config: Path, store: str) -> None:
    """Crawl on, to the end."""
    assert runner.run(words(config, store)) == _ENDED


def prove(faults: Iterable[str], places: Iterable[int], pages: int = PAGES) -> Counter[str]:
    """Inject each fault at each of the places, in stores of their own; how often each came to pass. Raises where one differs."""
    came: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name, prepared(Path(name), pages) as (_, config, runner):
        wanted = undisturbed(runner, config, f"{name}/undisturbed.db", 1)
        for fault, at in ((fault, at) for fault in faults for at in places):
            store = f"{name}/{len(came)}-{came.total()}-{at}.db"
            status, has_come = disturbed(config, store, fault, at)
            if not has_come:
                continue
            came[fault] += 1
            resumed(runner, config, store)
            kept = dump(store)
            for table, rows in wanted.items():
                assert kept[table] == rows, f"{fault} at {at}, which ended with {status}: {table} differs"
    return came


def spread(number: int, seed: int) -> Iterator[int]:
    """So many places: the first calls make the store, and of those after it some are drawn."""
    dice = random.Random(seed)
    yield from range(1, number // 4 + 1)
    yield from (dice.randrange(number // 4 + 1, 400) for _ in range(number - number // 4))


def main() -> int:
    """Read the command line and prove; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=40, help="of each of the faults; 40 unless told")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    told = parser.parse_args()
    if not injects():
        parser.error("strace is not installed, or may not trace here")
    print(f"seed {told.seed}", file=sys.stderr)
    came = prove(FAULTS, list(spread(told.places, told.seed)))
    print("; ".join(f"{fault}: {number} times" for fault, number in came.items()) + ": every store equals an undisturbed one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
