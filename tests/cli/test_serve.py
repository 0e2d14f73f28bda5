"""`migrator serve` as an operator runs it: one process or several, its signals, its exit codes and what it writes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.serve.hardened import connect, read_to_end, status_of
from tests.serve.live import eventually, talk
from tests.serve.raw_upstream import Asked, raw_upstream

REQUEST = b"GET /page HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n"
MOVED = b"GET /moved HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n"
ANNOUNCED = 2  # lines after the first that say how to try it and how to stop it
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


@dataclass
class Serving:
    """A running command: its address, its process, and the lines it has written so far."""

    base: str
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def children(self) -> list[int]:
        """The process ids of its workers."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(number)
        return self.process.wait(10)


def command_for(folder: Path, legacy: str, server: str = "") -> list[str]:
    """`migrator serve` with a config file of its own."""
    config = folder / "redirects.yaml"
    sites = f'{{main: {{hosts: [old.example], legacy: "{legacy}", new: "https://new.example"}}}}'
    config.write_text(f"version: 1\nsites: {sites}\nredirects: {{/moved: /there}}\n{server}", encoding="utf-8")
    return [sys.executable, "-m", "migrator", "serve", "--config", str(config)]


@contextmanager
def serving(folder: Path, legacy: str, *words: str, server: str = "") -> Iterator[Serving]:
    """Run `migrator serve` on a free port."""
    command = [*command_for(folder, legacy, server), "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        run = Serving(found[0], process)
        reader = threading.Thread(target=lambda: run.lines.extend(process.stderr or []), daemon=True)
        reader.start()
        try:
            assert status_of(talk(run.base, MOVED, seconds=15)) == 301
            yield run
        finally:
            process.kill()
            reader.join(5)


async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Answer in two parts, a second apart."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhello")
    await writer.drain()
    await asyncio.sleep(0.8)
    writer.write(b"there")
    writer.close()


async def breaking_off(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Promise more than is sent."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(("number", "words"), [(signal.SIGINT, ()), (signal.SIGTERM, ("--workers", "2"))])
def test_a_signal_lets_requests_under_way_finish_and_ends_with_0(tmp_path: Path, number: int, words: tuple[str, ...]) -> None:
    with raw_upstream(slowly) as upstream, serving(tmp_path, upstream.url, *words) as run, connect(run.base) as connection:
        workers = run.children()
        connection.sendall(REQUEST)
        while b"hello" not in connection.recv(65536):
            pass
        run.process.send_signal(number)
        assert eventually(lambda: is_refused(run.base), seconds=0.7)
        assert read_to_end(connection) == b"there"
        assert run.process.wait(10) == 0
        assert not any(is_alive(pid) for pid in workers)

    assert run.lines[ANNOUNCED:] == []


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with raw_upstream(slowly) as upstream, serving(tmp_path, upstream.url) as run, connect(run.base) as connection:
        connection.sendall(REQUEST)
        assert connection.recv(65536)
        run.process.send_signal(signal.SIGTERM)
        assert eventually(lambda: is_refused(run.base))
        began = time.monotonic()
        assert run.stop(signal.SIGTERM) == 128 + signal.SIGTERM
        assert time.monotonic() - began < 0.5


def test_a_worker_that_is_killed_is_replaced_and_the_others_go_on(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--workers", "2") as run:
        first, second = run.children()
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: len(run.children()) == 2 and first not in run.children(), seconds=1)
        assert second in run.children()
        assert all(status_of(talk(run.base, MOVED)) == 301 for _ in range(20))
        assert run.stop(signal.SIGTERM) == 0

    assert any(f"worker {first} ended" in line for line in run.lines)


def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--workers", "2") as run:
        workers = run.children()
        run.process.kill()
        assert eventually(lambda: not any(is_alive(pid) for pid in workers))


def test_a_port_that_is_taken_is_a_clear_message_and_exit_code_3(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*command_for(tmp_path, "http://127.0.0.1:9"), "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert result.returncode == 3
    assert result.stderr == f"could not listen on 127.0.0.1:{port}: Address already in use\n"


def test_the_log_has_one_line_an_event_and_the_visitor_no_traceback(tmp_path: Path) -> None:
    with raw_upstream(breaking_off) as upstream, serving(tmp_path, upstream.url, "--access-log") as run:
        answer = talk(run.base, REQUEST)
        assert (status_of(answer), answer.endswith(b"hello")) == (200, True)
        talk(run.base, b"nonsense\r\n\r\n")
        assert run.stop(signal.SIGTERM) == 0

    assert not any("Traceback" in line for line in run.lines)
    lines = run.lines[ANNOUNCED:]
    assert [re.sub(r"^\S+ ", "", line)[:6] for line in lines] == ["INFO 1", "INFO 1", "ERROR "]
    assert '"GET /moved HTTP/1.1" 301' in lines[0]


def test_the_visitors_address_and_a_larger_body_are_as_the_file_says(tmp_path: Path) -> None:
    server = "server: {trusted_proxies: [127.0.0.0/8], max_body: 1KB}\n"
    told = REQUEST.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 198.51.100.1, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n")
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, server=server) as run:
        talk(run.base, told)
        refused = talk(run.base, b"POST / HTTP/1.1\r\nHost: old.example\r\nContent-Length: 1025\r\n\r\n")

    assert upstream.asked[0].field("x-forwarded-for") == [b"203.0.113.9"]
    assert upstream.asked[0].field("x-forwarded-proto") == [b"https"]
    assert (status_of(refused), len(upstream.asked)) == (413, 1)


def is_refused(base: str) -> bool:
    """Whether nobody listens any more."""
    try:
        connect(base).close()
    except ConnectionRefusedError:
        return True
    return False


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
