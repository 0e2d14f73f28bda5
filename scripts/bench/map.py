"""Times big maps: compiling sheets of 1,000,000 and 10,000,000 exact rules, starting with them, deciding, and memory.

scripts/bench/map                 both sizes, beside nginx's `map` of 1,000,000 where it is there; 8 GB of disk
scripts/bench/map --bars          the same; exit 1 where a bar is missed
scripts/bench/map --quick         100,000 rules only, in a few seconds
scripts/bench/map --sizes 1000000 these sizes

Compiling is judged by the CPU time of its process, since other work on the machine only ever adds to the other; both are shown.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from migrator.maps.loading import start_map
from migrator.maps.opening import load_version
from migrator.rules.decision import Redirect, Serve
from migrator.rules.table import Request, RuleTable

BARS = {"compile s": 20.0, "compile MB": 1536.0, "start s": 0.5, "hit µs": 8.0, "miss µs": 6.0, "worker MB": 60.0}
ONE_MILLION = 1_000_000  # the size that the first two bars are for; the others are for every size
SIZES = (ONE_MILLION, 10 * ONE_MILLION)
ASKED = 20_000  # different addresses
ROUNDS = 7
SITE = 'sites: {main: {hosts: [www.old.example], legacy: "http://127.0.0.1:9", new: "https://www.new.example"}}'


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--quick", action="store_true", help="100,000 rules only")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(*inside(options.inside, options.sizes[0]))
        return 0
    missed: list[str] = []
    print(f"{'rules':>11} {'compile wall':>12}", *(f"{name:>11}" for name in BARS), flush=True)
    for size in (100_000,) if options.quick else options.sizes:
        figures = measured(size)
        print(f"{size:>11,} {figures['wall']:>10.1f} s", *(f"{figures[name]:>11.2f}" for name in BARS), flush=True)
        judged = BARS if size <= ONE_MILLION else list(BARS)[2:]
        missed += [f"{name} at {size:,}" for name in judged if figures[name] > BARS[name]]
    if not options.quick:
        print(beside_nginx(ONE_MILLION))
    bars = ", ".join(f"{name} {bar:g}" for name, bar in BARS.items())
    print(f"\nbars: {bars}: {'missed: ' + ', '.join(missed) if missed else 'all met'}")
    return int(options.bars and bool(missed))


def old(number: int) -> str:
    """The old address of a rule: 60 bytes or so."""
    return f"/Departments/Section-{number % 97}/Archive/Year-{number % 31}/Old_Page-{number}.html"


def new(number: int) -> str:
    """Its new one."""
    return f"/library/collections/{number % 997}/reading-room/articles/page-{number}"


def measured(size: int) -> dict[str, float]:
    """All figures for a map of that size."""
    with tempfile.TemporaryDirectory(prefix="bench-map-") as folder:
        config = written(Path(folder, "big"), size)
        figures = compiled(config)
        empty = asked_inside(written(Path(folder, "empty"), 0), 0)
        full = asked_inside(config, size)
        names = ("start s", "hit µs", "miss µs", "worker MB")
        figures |= dict(zip(names, full, strict=True))
        figures["worker MB"] = full[3] - empty[3]
        return figures


def written(folder: Path, size: int) -> Path:
    """A config whose sheet has that many rules."""
    folder.mkdir()
    config = folder / "redirects.yaml"
    config.write_text(f"version: 1\n{SITE}\n" + ("include: [big.csv]\n" if size else ""), encoding="utf-8")
    with (folder / "big.csv").open("w", encoding="utf-8") as sheet:
        sheet.write("old,new\n")
        sheet.writelines(f"{old(number)},{new(number)}\n" for number in range(size))
    return config


def compiled(config: Path) -> dict[str, float]:
    """What compiling takes, in the process of its own that it runs in: seconds of wall and CPU, MB at its peak."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "migrator", "map", "compile", "--config", str(config)], stderr=-1)
    said = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(said.decode())
    wall = time.perf_counter() - began
    return {"wall": wall, "compile s": used.ru_utime + used.ru_stime, "compile MB": used.ru_maxrss / 1024}


def asked_inside(config: Path, size: int) -> list[float]:
    """What `inside` finds, in a fresh process."""
    command = [sys.executable, __file__, "--inside", str(config), "--sizes", str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [float(word) for word in done.stdout.split()]


def inside(config: Path, size: int) -> tuple[float, float, float, float]:
    """Seconds of a start, CPU microseconds of a decision that hits and of one that misses, private MB after all."""
    began = time.perf_counter()
    start = start_map(config)
    table = load_version(config, start.folder, start.version).table
    started = time.perf_counter() - began
    gc.freeze()
    chance = random.Random(7)  # noqa: S311 - the same addresses every time, no secret
    hits = [old(chance.randrange(size)) for _ in range(ASKED)] if size else []
    misses = [f"/Departments/Section-{chance.randrange(97)}/Nobody/no-{chance.randrange(10**9)}.html" for _ in range(ASKED)]
    figures = microseconds(table, hits, Redirect), microseconds(table, misses, Serve)
    return started, *figures, private_megabytes()


def microseconds(table: RuleTable, paths: Sequence[str], wanted: type) -> float:
    """CPU time of a decision in the best of several rounds."""
    requests = [Request(path.encode(), b"", "www.old.example") for path in paths]
    if not all(isinstance(table.decide(request), wanted) for request in requests):
        raise SystemExit("an address got another answer")
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for request in requests:
            table.decide(request)
        best = min(best, time.process_time() - began)
    return best / max(1, len(requests)) * 1e6


def private_megabytes() -> float:
    """Memory that no other process shares; the pages of a mapped file are not among it."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1024


def beside_nginx(size: int) -> str:
    """What nginx needs for a `map` of that size, where it is there."""
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        entries = Path(folder, "entries")
        with entries.open("w", encoding="utf-8") as file:
            file.writelines(f"{old(number)} {new(number)};\n" for number in range(size))
        config = Path(folder, "nginx.conf")
        config.write_text(
            f"pid {folder}/pid; events {{}} http {{ map_hash_max_size {size * 2}; map_hash_bucket_size 256;"
            f" map $uri $to {{ include {entries}; }} }}",
            encoding="utf-8",
        )
        try:
            process = subprocess.Popen(["nginx", "-t", "-q", "-c", str(config), "-e", f"{folder}/log"])
        except FileNotFoundError:
            return "nginx is not here"
        _, status, used = os.wait4(process.pid, 0)
        if status:
            return f"nginx ended with {status}"
        return f"nginx `map` of {size:,}: {used.ru_maxrss / 1024:.0f} MB in each process"


if __name__ == "__main__":
    sys.exit(main())
