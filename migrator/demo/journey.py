"""The demonstration's journey: two live sites, the commands a user would type, and the transition site at the end."""

from __future__ import annotations

import contextlib
import csv
import io
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx
import uvicorn
from starlette.types import ASGIApp

from migrator.demo.expected import Expected, Fate, expected
from migrator.demo.sites import legacy_site, new_site
from migrator.errors import MigratorError

LOOPBACK = "127.0.0.1"
PATIENCE = 20.0  # seconds for a server to begin to answer
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """A demonstration under way: its folder, and the three sites."""

    folder: Path
    legacy: str
    new: str
    transition: str


@contextlib.contextmanager
def live_sites(legacy_port: int, new_port: int, host: str = LOOPBACK) -> Iterator[tuple[str, str]]:
    """Serve both sites (port 0 takes a free one), the new one on `host`, and give their addresses on loopback."""
    with _served(legacy_site(), legacy_port) as legacy, _served(new_site(), new_port, host) as new:
        yield legacy, new


def prepare(folder: Path, legacy: str, new: str, say: Say) -> None:
    """Walk the journey up to the published map, with the commands that a user would type. Raises MigratorError."""
    starter = files("migrator.demo").joinpath("redirects.yaml").read_text(encoding="utf-8")
    (folder / "redirects.yaml").write_text(starter.replace("<LEGACY>", legacy).replace("<NEW>", new), encoding="utf-8")
    (folder / "updates").mkdir()
    for update in files("migrator.demo").joinpath("updates").iterdir():
        (folder / "updates" / update.name).write_bytes(update.read_bytes())
    for words in (
        ["crawl", "legacy", "--own-site"],
        ["crawl", "new", "--own-site"],
        ["match", "--csv", "review.csv"],
        ["publish", "--min-confidence", "0.98"],
    ):
        _run(folder, words, say)
    say("An editor looks through the others in review.csv and fills in a column `verdict`:")
    _review(folder / "review.csv", folder / "reviewed.csv")
    _run(folder, ["publish", "--csv", "reviewed.csv", "--why", "reviewed by an editor"], say)
    _run(folder, ["check"], say)
    _run(folder, ["search", "build"], say)


@contextlib.contextmanager
def transition_site(folder: Path, port: int, say: Say, host: str = LOOPBACK) -> Iterator[str]:
    """Run `migrator serve` on what `prepare` made, and give its address on loopback."""
    words = ["serve", "--host", host, "--port", str(port), "--name-rules"]
    say(f"$ migrator {' '.join(words)}")
    process = subprocess.Popen(_command(words), cwd=folder, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, process)
        yield address
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()


def verify(demo: Demo, say: Say) -> None:
    """Have every known address asked of the running site, as an operator would. Raises MigratorError where one fails."""
    _run(demo.folder, ["verify", "--base", demo.transition, "--own-site"], say)


def failures(demo: Demo) -> list[str]:
    """What the transition site answers otherwise than the editors decided, for every old address; empty where all is right."""
    with httpx.Client(base_url=demo.transition, trust_env=False, timeout=10) as client:
        found = [_failure(client, demo, row) for row in expected()]
    return [failure for failure in found if failure]


def _failure(client: httpx.Client, demo: Demo, row: Expected) -> str:
    answer = client.get(row.old)
    location = answer.headers.get("location", "")
    if row.fate in (Fate.MOVED, Fate.MERGED, Fate.UNMOVED):
        as_wished = answer.status_code == 301 and location == f"{demo.new}{row.new}"
    elif row.fate is Fate.GONE:
        as_wished = answer.status_code == 410
    else:
        as_wished = answer.status_code == 200 and _has_one_banner(answer)
    return "" if as_wished else f"{row.old} should be {row.fate} {row.new}, but answered {answer.status_code} {location}"


def _has_one_banner(answer: httpx.Response) -> bool:
    wanted = 0 if "pdf" in answer.headers["content-type"] or b"<frameset" in answer.content else 1
    return answer.content.count(b" data-migrator-banner") == wanted  # the space: the banner's own script names its attribute too


def _review(sheet: Path, reviewed: Path) -> None:
    """Fill in the verdicts as the demonstration's editor decides: one row per old page, in a sheet of its own."""
    with sheet.open(encoding="utf-8", newline="") as file:
        listed = {row["old_url"] for row in csv.DictReader(file)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["old_url", "new_url", "confidence", "rank", "evidence", "verdict"])
    verdicts = {Fate.GONE: "gone", Fate.KEPT: "kept"}
    for row in expected():
        if row.old in listed or row.old.removesuffix("index.html") in listed:
            writer.writerow([row.old, row.new, "", 1, row.note, verdicts.get(row.fate, "accepted")])
    reviewed.write_text(out.getvalue(), encoding="utf-8")


def _run(folder: Path, words: list[str], say: Say) -> None:
    say(f"$ migrator {shlex.join(words)}")
    result = subprocess.run(_command(words), cwd=folder, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
    if result.returncode:
        raise MigratorError(f"`migrator {shlex.join(words)}` ended with {result.returncode}")


def _command(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "migrator", *words]


def refuse_taken(port: int) -> None:
    """Raise MigratorError where nobody could listen on that port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise MigratorError(f"port {port} cannot be used: {error.strerror}; choose another with --port") from error


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(address, trust_env=False)
            return
        time.sleep(0.05)
    raise MigratorError(f"the transition site did not start on {address}")


@contextlib.contextmanager
def _served(app: ASGIApp, port: int, host: str = LOOPBACK) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise MigratorError(f"could not listen on {host}:{port}")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
