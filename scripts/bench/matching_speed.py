"""Times the matcher on made sites that moved, each size in a process of its own, and says what memory it takes.

scripts/bench/matching_speed              5,000, 20,000 and 50,000 pages on each side: a table and a line
scripts/bench/matching_speed --bars       the same; exit 1 where a bar is missed
scripts/bench/matching_speed --sizes N N  other sizes

The bars are on CPU time, which is what it takes where nothing else runs: the matcher works in one process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

from moved_site import moved_site

from migrator.pages.matching import match

SIZES = (5_000, 20_000, 50_000)
JUDGED = 20_000  # the size that the first two bars are on
SECONDS_BAR, GIGABYTES_BAR = 90.0, 4.0
GROWTH_BAR = 1.75  # how much longer a page may take among the most than among the fewest
RECALL_BAR = 0.97  # of the made moves, which are easy ones


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="pages on each side")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one)))
        return 0
    print(f"{'pages':>8} {'words':>6} {'CPU s':>7} {'wall s':>7} {'ms/page':>8} {'GB':>6} {'recall@1':>9}")
    rows = []
    for size in options.sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
        row = rows[-1]
        each = row["cpu"] / size * 1000
        line = f"{size:>8,} {row['words']:>6.0f} {row['cpu']:>7.1f} {row['wall']:>7.1f} {each:>8.2f}"
        print(f"{line} {row['gigabytes']:>6.2f} {row['recall']:>9.3f}", flush=True)
    missed, summary = judged(rows)
    print(f"\n{summary}: {'missed: ' + ', '.join(missed) if missed else 'all bars met'}")
    return int(options.bars and bool(missed))


def measured(pages: int) -> dict[str, float]:
    """What matching a site of so many pages takes, in this process."""
    site = moved_site(pages)
    words = sum(page.content.text.count(" ") + 1 for page in site.legacy) / len(site.legacy)
    wall, cpu = time.monotonic(), time.process_time()
    found = match(site.legacy, site.new)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    right = sum(one.best is not None and one.best.url == site.became.get(one.old_url) for one in found)
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    recall = right / len(site.became)
    return {"pages": pages, "words": words, "cpu": cpu, "wall": wall, "gigabytes": gigabytes, "recall": recall}


def judged(rows: list[dict[str, float]]) -> tuple[list[str], str]:
    """The bars that were missed, and what was measured, in a line."""
    row = min(rows, key=lambda one: abs(one["pages"] - JUDGED))
    first, last = rows[0], rows[-1]
    growth = (last["cpu"] / last["pages"]) / (first["cpu"] / first["pages"])
    share = row["pages"] / JUDGED
    met = {
        "seconds": row["cpu"] <= SECONDS_BAR * share,
        "memory": row["gigabytes"] <= GIGABYTES_BAR * share,
        "growth": growth <= GROWTH_BAR,
        "recall": min(one["recall"] for one in rows) >= RECALL_BAR,
    }
    summary = (
        f"{row['pages']:,.0f} × {row['pages']:,.0f} pages: {row['cpu']:.0f} s of CPU (bar {SECONDS_BAR * share:.0f}), "
        f"{row['gigabytes']:.1f} GB (bar {GIGABYTES_BAR * share:.1f}); a page takes {growth:.2f} times as long among "
        f"{last['pages']:,.0f} as among {first['pages']:,.0f} (bar {GROWTH_BAR})"
    )
    return [name for name, is_met in met.items() if not is_met], summary


if __name__ == "__main__":
    sys.exit(main())
