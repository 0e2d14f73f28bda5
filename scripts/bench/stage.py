"""Processes of one benchmark, pinned to cores, in a folder of their own. However the benchmark ends, both go first."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIGRATOR = Path(sys.executable).with_name("migrator")

_TICKS = os.sysconf("SC_CLK_TCK")
_START_WITHIN = 180.0  # seconds; a big map is compiled first
_STOP_WITHIN = 5.0  # seconds, before a process is killed
_IDLE_WITHIN = 15.0  # seconds
_LOOK_EVERY = 0.1  # seconds
_LAST_WORDS = 2000  # characters of a log


Command = Callable[[int], Sequence[str | Path]]  # for a port


class StageError(Exception):
    """A process that does not do what the benchmark needs of it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `port` is on 127.0.0.1."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time spent so far, by the process and its living children."""
        return sum(_cpu_ticks(pid) for pid in _with_children(self.pid)) / _TICKS

    def fetch(self, target: str, host: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One answer: status, fields, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", target, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def settle(self) -> None:
        """Wait until it does no more work, such as for clients that have left."""
        deadline, before = time.monotonic() + _IDLE_WITHIN, -1.0
        while time.monotonic() < deadline and (now := self.cpu_seconds()) != before:
            before = now
            time.sleep(_LOOK_EVERY)


class Stage:
    """A temporary folder and the processes started in it. `server_core` is for what is measured, `load_core` for the rest."""

    def __init__(self, folder: Path) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self.load_core, self.server_core = cores[0], cores[-1]
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        if len(cores) < 2:
            print("only one core: load and servers share it, so the figures say little", file=sys.stderr)

    def start(self, name: str, command: Command, *, core: int, environment: Mapping[str, str] | None = None) -> Server:
        """Start what `command` makes for a free port, and wait until it answers HTTP there. Raises StageError."""
        port = free_port()
        log = self.folder / f"{name.replace(' ', '-').replace('/', '-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*pinned(core), *command(port)],
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        server = Server(name, port, process.pid)
        deadline = time.monotonic() + _START_WITHIN
        while not _answers(server):
            if process.poll() is not None or time.monotonic() > deadline:
                raise StageError(f"{name} did not start:\n{log.read_text(errors='replace')[-_LAST_WORDS:]}")
            time.sleep(_LOOK_EVERY)
        return server

    def stop(self) -> None:
        """End every process, the gentle way first."""
        for process in self._running:
            process.terminate()
        deadline = time.monotonic() + _STOP_WITHIN
        for process in self._running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def staged(name: str) -> Iterator[Stage]:
    """A stage that is cleared at the end of the block, on Ctrl-C and SIGTERM too; errors of what runs on it end the program."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the first is ignored in what a script starts in the background
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix=f"migrator-bench-{name}-") as folder:
        stage = Stage(Path(folder))
        stage.folder.chmod(0o755)  # nginx's worker is another user where this one is root
        try:
            yield stage
        except KeyboardInterrupt:
            sys.exit(130)
        except StageError as error:
            sys.exit(f"{name}: {error}")
        finally:
            stage.stop()


def pinned(core: int) -> tuple[str, ...]:
    """What to put before a command so that it stays on one core, and ends should this program be killed."""
    return ("setpriv", "--pdeathsig", "TERM", "taskset", "--cpu-list", str(core))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _answers(server: Server) -> bool:
    try:
        server.fetch("/", "localhost")
    except (OSError, http.client.HTTPException):
        return False
    return True


def _with_children(pid: int) -> set[int]:
    parents = {int(entry.name): _fields(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found, more = set[int](), {pid}
    while more:
        found |= more
        more = {one for one, fields in parents.items() if fields and int(fields[1]) in found} - found
    return found


def _cpu_ticks(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name (proc(5)): state, parent, ...; none where the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
