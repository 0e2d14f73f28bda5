"""Servers under the same load by turns, so that a machine's moods hit all alike; ratios are taken within a round."""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stage import Server, Stage, StageError, pinned

CONNECTIONS = 64
HOST = "www.old.example"

_ROUNDS = 5
_SECONDS = 5
_WARM_UP = 1  # seconds
_SCRIPT = Path(__file__).with_name("load.lua")
_TO_MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
_BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9,fr;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Referer": "https://www.search.example/",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
    "Cookie": "session=0123456789abcdef0123456789abcdef; consent=all",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One server in one round."""

    rate: float  # requests a second
    p99: float  # milliseconds
    cpu: float  # microseconds a request
    busy: float  # share of its core


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach, or may not exceed; `value` is None where it could not be measured."""

    text: str
    value: float | None
    limit: float
    unit: str = ""
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it is reached; what was not measured misses nothing."""
        return self.value is None or (self.value <= self.limit if self.at_most else self.value >= self.limit)

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.3g}{self.unit}"
        limit = f"{'≤' if self.at_most else '≥'} {self.limit:g}"
        return f"{self.text} {value} ({'bar' if self.is_met else 'MISSED, bar'} {limit})"


def options(description: str | None) -> argparse.Namespace:
    """What every contest can be told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help=f"turns of every server; {_ROUNDS} unless told")
    parser.add_argument("--seconds", type=int, default=_SECONDS, help=f"of load a turn; {_SECONDS} unless told")
    parser.add_argument("--browser", action="store_true", help="send the fields that a browser sends, not Host alone")
    parser.add_argument("--no-peers", action="store_true", help="only Migrator and nginx; nothing comes from PyPI")
    return parser.parse_args()


class Contest:
    """Measures `servers` in their order, round by round; the first is what the others are compared with.

    Each is asked for the addresses in the file `paths`, or in one of its own, by its name.
    """

    def __init__(
        self,
        stage: Stage,
        servers: Sequence[Server],
        paths: Path,
        chosen: argparse.Namespace,
        own_paths: Mapping[str, Path] | None = None,
    ) -> None:
        self._stage = stage
        self._servers = servers
        self._paths = paths
        self._own_paths = own_paths or {}
        self._chosen = chosen
        self.results: dict[str, list[Figures]] = {server.name: [] for server in servers}

    def run(self) -> None:
        """Warm every server up, then measure all rounds."""
        for server in self._servers:
            self._load(server, _WARM_UP)
        for number in range(self._chosen.rounds):
            for server in self._servers:
                _show(f"round {number + 1} of {self._chosen.rounds}: {server.name}")
                self.results[server.name].append(self._load(server, self._chosen.seconds))
        _show("")

    def median(self, name: str, figure: Callable[[Figures], float]) -> float:
        """The median of one server's figure."""
        return statistics.median(map(figure, self.results[name]))

    def ratio(self, name: str, other: str, figure: Callable[[Figures], float] = lambda one: one.rate) -> float:
        """The median over the rounds of one server's figure to that of another in the same round."""
        return statistics.median(
            figure(one) / figure(two) for one, two in zip(self.results[name], self.results[other], strict=True)
        )

    def advantage(self, name: str, others: Sequence[str]) -> float | None:
        """How often one server's rate is that of the best of others; None where none of them is here."""
        ratios = [self.ratio(name, other) for other in others if other in self.results]
        return min(ratios) if ratios else None

    def table(self) -> str:
        """All figures, one line a server."""
        first = self._servers[0].name
        width = max(len(server.name) for server in self._servers)
        lines = [f"{'':<{width}}  × {first}  requests/s  CPU µs a request  p99 ms  of its core"]
        for name in self.results:
            rate, p99 = self.median(name, lambda one: one.rate), self.median(name, lambda one: one.p99)
            cpu, busy = self.median(name, lambda one: one.cpu), self.median(name, lambda one: one.busy)
            ratio = f"{self.ratio(name, first):.4f}"
            lines.append(f"{name:<{width}}  {ratio:>{len(first) + 2}}  {rate:>10,.0f}  {cpu:>16,.1f}  {p99:>6.1f}  {busy:>10.0%}")
        return "\n".join(lines)

    def _load(self, server: Server, seconds: int) -> Figures:
        """Ask `server` for the addresses of the file, over and over, and see what it costs."""
        fields = _BROWSER if self._chosen.browser else {}
        command = [
            *pinned(self._stage.load_core),
            *("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", "--timeout", "30s"),
            *("--latency", "--script", str(_SCRIPT), "--header", f"Host: {HOST}"),
            *(part for name, value in fields.items() for part in ("--header", f"{name}: {value}")),
            *(f"http://127.0.0.1:{server.port}", "--", str(self._own_paths.get(server.name, self._paths))),
        ]
        before = server.cpu_seconds()
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
        spent = server.cpu_seconds() - before
        server.settle()
        return _figures(server.name, run.stdout + run.stderr, spent, seconds)


def _figures(name: str, said: str, spent: float, seconds: int) -> Figures:
    count = re.search(r"(\d+) requests in ", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    p99 = re.search(r"\s99%\s+([\d.]+)(us|ms|s|m)", said)
    wrong = re.search(r"Non-2xx or 3xx responses: .*|Socket errors: .*", said)
    if not (count and rate and p99 and int(count[1])) or wrong:
        raise StageError(f"{name} under load: {wrong[0] if wrong else said.strip() or 'no answer'}")
    return Figures(float(rate[1]), float(p99[1]) * _TO_MILLISECONDS[p99[2]], spent / int(count[1]) * 1e6, spent / seconds)


def _show(progress: str) -> None:
    if sys.stderr.isatty():
        print(f"{progress:<78}", end="\r", file=sys.stderr, flush=True)


def verdict(contest: Contest, bars: Sequence[Bar], *, binding: bool) -> int:
    """Print the table and, last, one line on the bars; the exit code."""
    print(contest.table(), end="\n\n")
    print("; ".join(map(str, bars)))
    return int(binding and not all(bar.is_met for bar in bars))
