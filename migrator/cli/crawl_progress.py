"""How a crawl goes and how it ended, in words: one line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import click

from migrator.pages.visit import Visit
from migrator.store.counts import Counts

LOOK_EVERY = 1.0  # seconds, on a terminal
LINE_EVERY = 10.0  # seconds, where nobody watches


class Progress:
    """Counts the visits of this run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pages = self.failures = self.skipped = 0
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long this run has taken."""
        return time.monotonic() - self._started

    def count(self, visit: Visit) -> None:
        """Take note of one visit."""
        page = visit.page
        self.pages += page is not None
        self.failures += page is not None and (page.status == 0 or page.status >= 400)
        self.skipped += page is None

    def line(self, due: int) -> str:
        """How it goes, where that many addresses are still due."""
        rate = self.pages / max(self.seconds, 0.001)
        left = f", about {_duration(due / rate)} left" if due and self.pages else ""
        counted = f"{plural(self.pages, 'page')}, {due} due, {self.failures} failed, {self.skipped} skipped"
        return f"{self.name}: {counted}, {rate:.1f} pages/s{left}"


@asynccontextmanager
async def shown(progress: Progress, due: Callable[[], int]) -> AsyncIterator[None]:
    """Tell on stderr how it goes, for as long as the block runs. `due` is asked in a thread."""
    on_terminal = sys.stderr.isatty()
    with _status_line(progress.name) if on_terminal else _log() as show:
        telling = asyncio.create_task(_tell(progress, due, show, LOOK_EVERY if on_terminal else LINE_EVERY))
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


def summary(counts: Counts, progress: Progress) -> str:
    """How the crawl stands when a run has ended."""
    lines = [
        f"{progress.name}: {plural(counts.pages, 'page')} kept, {progress.pages} of them in this run of"
        f" {_duration(progress.seconds)}; {plural(counts.redirects, 'redirect')}, {plural(counts.failures, 'failure')}"
        + (f"; {counts.unchanged} unchanged since the crawl before" if counts.unchanged else "")
    ]
    lines += [f"  skipped {number}: {reason}" for reason, number in sorted(counts.skipped.items(), key=lambda item: -item[1])]
    if counts.due:
        lines.append(f"  still due: {counts.due}; the same command goes on with them")
    return "\n".join(lines)


def plural(number: int, one: str, many: str = "") -> str:
    """`number` with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


async def _tell(progress: Progress, due: Callable[[], int], show: Callable[[str], None], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        show(progress.line(await asyncio.to_thread(due)))


@contextmanager
def _status_line(name: str) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(f"{name}: reading robots.txt and sitemaps")) as status:
        yield lambda line: status.update(Text(line))


@contextmanager
def _log() -> Iterator[Callable[[str], None]]:
    yield lambda line: click.echo(line, err=True)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
