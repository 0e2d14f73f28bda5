"""Crawls 3,000 generated pages of about 60 KB with 80 links on a loopback nginx: Migrator with --own-site beside Scrapy.

Each learns the same of a page and keeps it (Migrator in its store, Scrapy in a file of JSON lines), from start to end as a user
would run it, by turns, on all cores. Scrapy asks for 32 pages at a time. It also runs with a set of seen addresses before it
makes requests, which spares it most of its work on links. Ratios are medians over the rounds; the last line is the summary.

scripts/bench/crawl                              about five minutes
scripts/bench/crawl --rounds 1 --pages 300       whether it works
scripts/bench/crawl --bars                       exit 1 where a bar is missed
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contest import Bar
from stage import MIGRATOR, StageError, staged
from tools import need, nginx, peer

PAGES, SIZE, LINKS, MENU = 3_000, 60_000, 80, 30
WORDS = ("water", "children", "school", "programme", "health", "report", "village", "season", "and", "the", "of", "to", "with")
OURS, SCRAPY, SEEN = "migrator crawl --own-site", "Scrapy", "Scrapy, seen first"
PEER = ("scrapy", "scrapy==2.19.0")
SHARE = Path(__file__).with_name("store_share.py")
SPIDER = Path(__file__).with_name("peer_crawler.py")
_WITHIN = 600  # seconds
_SETTINGS = {
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": True,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
}

Run = Callable[[int], Sequence[str | Path]]  # the command of a round
Count = Callable[[int], int]  # the pages that it kept


@dataclass(frozen=True, slots=True)
class Figures:
    """One crawler in one round."""

    rate: float  # pages a second
    cpu: float  # milliseconds a page, of all its processes


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    chosen = options()
    need("nginx", "taskset", "setpriv")
    with staged("crawl") as stage:
        site = stage.folder / "site"
        write_site(site, chosen.pages)
        listen = f"server {{ listen 127.0.0.1:PORT; root {site}; index index.html; }}"
        start = f"http://127.0.0.1:{nginx(stage, 'nginx', listen, core=stage.load_core).port}/"
        crawlers = {OURS: migrator(stage.folder, start)}
        if not chosen.no_peers and (programs := peer(*PEER)):
            crawlers |= {SCRAPY: scrapy(programs, stage.folder, start), SEEN: scrapy(programs, stage.folder, start, seen="1")}
        results = contest(crawlers, chosen.rounds, chosen.pages, stage.folder)
        return verdict(results, stored(crawlers[OURS][0](chosen.rounds), chosen.pages, stage.folder), binding=chosen.bars)


def options() -> argparse.Namespace:
    """What it can be told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--rounds", type=int, default=3, help="turns of every crawler; 3 unless told")
    parser.add_argument("--pages", type=int, default=PAGES, help=f"of the site; {PAGES} unless told")
    parser.add_argument("--no-peers", action="store_true", help="only Migrator; nothing comes from PyPI")
    return parser.parse_args()


def write_site(folder: Path, pages: int) -> None:
    """The site as files, the same at every run."""
    folder.mkdir()
    folder.chmod(0o755)
    for number in range(pages):
        (folder / f"{number}.html").write_text(markup(number, pages))
    (folder / "index.html").write_text(markup(pages, pages))
    (folder / "robots.txt").write_text("User-agent: *\nAllow: /\n")


def markup(number: int, pages: int) -> str:
    """One page: a menu that all have, text, and links to the next page and to some others."""
    dice = random.Random(number)  # noqa: S311 - it decides nothing but words

    def words(count: int) -> str:
        return " ".join(dice.choices(WORDS, k=count))

    def link(to: int) -> str:
        return f'<a class="link" href="/{to % pages}.html">{words(3)}</a>'

    name = f"{number}.html" if number < pages else ""
    menu = "".join(f'<li class="item"><a class="menu-link" href="/{to % pages}.html">Topic {to}</a></li>' for to in range(MENU))
    others = [number + 1, *(dice.randrange(pages) for _ in range(LINKS - MENU - 1))]
    blocks = [
        f'<h2 class="part">{words(4)}</h2><div class="block"><p>{words(70)} {link(to)} {words(70)}</p></div>' for to in others
    ]
    filling = words(max(0, SIZE - sum(map(len, blocks)) - len(menu)) // 6)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {number}: {words(4)}</title>'
        f'<meta name="description" content="{words(20)}"><link rel="canonical" href="/{name}"></head>'
        f"<body><header><nav><ul>{menu}</ul></nav></header><main><h1>Page {number}</h1>{''.join(blocks)}"
        f"<p>{filling}</p></main></body></html>"
    )


def migrator(folder: Path, start: str) -> tuple[Run, Count]:
    """Migrator as a user starts it, with a new store for each round."""
    config = folder / "redirects.yaml"
    config.write_text(f"version: 1\nsites:\n  main: {{hosts: [old.example], legacy: '{start}', new: 'https://new.example'}}\n")

    def command(number: int) -> Sequence[str | Path]:
        return (MIGRATOR, "crawl", "legacy", "--own-site", "--json", "--config", config, "--store", folder / f"{number}.db")

    def count(number: int) -> int:
        return int(json.loads((folder / f"{slug(OURS)}-{number}.log").read_text().splitlines()[-1])["pages"])

    return command, count


def scrapy(programs: Path, folder: Path, start: str, seen: str = "") -> tuple[Run, Count]:
    """Scrapy with a spider that learns the same."""
    settings = [part for name, value in _SETTINGS.items() for part in ("-s", f"{name}={value}")]

    def out(number: int) -> Path:
        return folder / f"scrapy-{seen}-{number}.jsonl"

    def command(number: int) -> Sequence[str | Path]:
        told = ["-a", f"start={start}", "-a", f"seen={seen}", "-o", str(out(number))]
        return (programs / "scrapy", "runspider", *settings, *told, SPIDER)

    def count(number: int) -> int:
        with out(number).open(encoding="utf-8") as lines:
            return sum(len(json.loads(line)["links"]) == LINKS for line in lines)

    return command, count


def contest(crawlers: Mapping[str, tuple[Run, Count]], rounds: int, pages: int, folder: Path) -> dict[str, list[Figures]]:
    """Every crawler in every round, by turns."""
    results: dict[str, list[Figures]] = {name: [] for name in crawlers}
    for number in range(rounds):
        for name, (command, count) in crawlers.items():
            if sys.stderr.isatty():
                print(f"{f'round {number + 1} of {rounds}: {name}':<78}", end="\r", file=sys.stderr, flush=True)
            results[name].append(measured(name, number, command(number), functools.partial(count, number), pages, folder))
    return results


def measured(
    name: str, number: int, command: Sequence[str | Path], count: Callable[[], int], pages: int, folder: Path
) -> Figures:
    """Run one crawler to its end; raises StageError where it did not keep every page."""
    log = folder / f"{slug(name)}-{number}.log"
    with log.open("wb") as output, log.with_suffix(".err").open("wb") as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
    if process.returncode or count() != pages + 1:
        raise StageError(f"{name} ended with {process.returncode}:\n{log.with_suffix('.err').read_text()[-2000:]}")
    return Figures(pages / seconds, (usage.ru_utime + usage.ru_stime) / pages * 1000)


def stored(command: Sequence[str | Path], pages: int, folder: Path) -> float:
    """What share of a crawl's processor time writing to the store takes, in percent: a run of its own with clocks in it."""
    told = folder / "share.json"
    measured("store", 0, (sys.executable, SHARE, told, *command[1:]), lambda: pages + 1, pages, folder)
    share = json.loads(told.read_text())
    print(
        f"writing to the store: {share['cpu'] / pages * 1000:.1f} ms of {share['all_cpu'] / pages * 1000:.1f} ms of CPU a page;"
        f" in {100 * share['wall'] / share['all_wall']:.0f} % of the time a page is being written, beside fetching and reading"
    )
    return float(100 * share["cpu"] / share["all_cpu"])


def slug(name: str) -> str:
    """A name as a file may have it."""
    return name.replace(" ", "-").replace(",", "")


def ratio(results: Mapping[str, Sequence[Figures]], name: str, other: str) -> float | None:
    """The median over the rounds of one crawler's rate to another's in the same round; None where that one is not here."""
    if other not in results:
        return None
    return statistics.median(one.rate / two.rate for one, two in zip(results[name], results[other], strict=True))


def verdict(results: Mapping[str, Sequence[Figures]], share: float, *, binding: bool) -> int:
    """Print the table and, last, one line on the bars; the exit code."""
    width = max(map(len, results))
    print(f"{'':<{width}}  × Scrapy  pages/s  CPU ms a page")
    for name, figures in results.items():
        times = ratio(results, name, SCRAPY)
        rate, cpu = statistics.median(one.rate for one in figures), statistics.median(one.cpu for one in figures)
        print(f"{name:<{width}}  {'' if times is None else f'{times:.2f}':>8}  {rate:>7.1f}  {cpu:>13.1f}")
    bars = [
        Bar("a crawl of one's own site is", ratio(results, OURS, SCRAPY), 2, " × Scrapy"),
        Bar("writing to the store takes", share, 10, " % of it", at_most=True),
    ]
    print()
    print("; ".join(map(str, bars)))
    return int(binding and not all(bar.is_met for bar in bars))


if __name__ == "__main__":
    sys.exit(main())
