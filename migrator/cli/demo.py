"""`migrator demo`: the whole journey on two small sites, to look at or to check."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from migrator.demo.expected import expected
from migrator.demo.journey import LOOPBACK, Demo, failures, live_sites, prepare, refuse_taken, transition_site, verify
from migrator.errors import RefusalError

TRY = ("/fieldwork/water.html", "/item.asp?id=7", "/appeals/raffle2004.html")
PAGES = ("/_transition/", "/_transition/search?q=water")


@click.command()
@click.option("--once", is_flag=True, help="Walk the journey, check every old address over HTTP, and exit.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where the transition site listens.")
@click.option("--new-port", type=click.IntRange(0, 65535), default=0, help="Where the new site listens. [default: a free port]")
@click.option("--host", default=LOOPBACK, show_default=True, help="The address that both listen on; 0.0.0.0 in a container.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the map and the store there. [default: a folder that is deleted]",
)
@click.pass_context
def demo(ctx: click.Context, once: bool, port: int, new_port: int, host: str, folder: Path | None) -> None:
    """Serve an old and a new site, crawl both, match, publish, and serve the transition site until Ctrl-C."""
    port = _free_port() if once or not port else port
    refuse_taken(port)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)  # so that what was started is stopped, and the folder deleted
    with _workplace(folder) as place, live_sites(0, new_port, host) as (legacy, new):
        _say(f"The old site is at {legacy}, the new one at {new}; files in {place}")
        prepare(place, legacy, new, _say)
        with transition_site(place, port, _say, host) as address:
            running = Demo(place, legacy, new, address)
            ctx.exit(_judged(running)) if once else _wait(running)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _judged(running: Demo) -> int:
    """Check every old address; the exit code."""
    verify(running, _say)
    wrong = failures(running)
    for failure in wrong:
        click.echo(f"wrong: {failure}")
    total = len(expected())
    click.echo(f"{total - len(wrong)} of {total} old addresses answer as the editors decided")
    return 1 if wrong else 0


def _wait(running: Demo) -> None:
    _say(f"\nThe transition site is at {running.transition} . Try these old addresses:")
    for path in TRY:
        click.echo(f"  {running.transition}{path}")
    click.echo("And pages of its own: how far the move is, and one search over both sites:")
    for path in PAGES:
        click.echo(f"  {running.transition}{path}")
    _say(f"The map is {running.folder / 'redirects.yaml'}. Ctrl-C stops.")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


@contextlib.contextmanager
def _workplace(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RefusalError(f"{folder} is not empty; name a new folder, so that nothing of yours is overwritten")
        yield folder
        return
    place = Path(tempfile.mkdtemp(prefix="migrator-demo-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(text: str) -> None:
    click.secho(text, bold=True)
