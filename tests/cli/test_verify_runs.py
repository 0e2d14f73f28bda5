"""Runs of `migrator verify` that end before their time, and under which name the site is called."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.verifying import Stage, on_stage, outcomes
from tests.crawl.live_site import Reply, live_site, redirect
from tests.serve.test_upstream_tls import certificate


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with on_stage(tmp_path) as made:
        yield made


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(stage: Stage) -> None:
    rest = Reply("", 503, headers={"Retry-After": "9999"})
    answers = {"/a": redirect(f"{stage.new.url}/new-a"), "/b": rest}
    with live_site(answers) as server:
        words = ("verify", "--config", stage.config, "--base", "http://old.example", "--connect", server.url[7:], "--delay", "0")
        first = run(*words, "--json")
        assert first.exit_code == 3
        assert "goes on" in first.stderr
        server.replies["/b"] = redirect(f"{stage.new.url}/new-b")
        server.asked.clear()
        second = run(*words, "--json")

        assert "/a" not in server.targets
        assert "2 addresses were seen by a run that was cut short" in second.stderr
        assert set(outcomes(second)) == {"/gone", "/kept", "/press/x"}
        server.asked.clear()
        run(*words, "--json")
        assert "/a" in server.targets


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_name_in_tls_stays_the_old_host_s(stage: Stage, tmp_path: Path, name: str) -> None:
    """The certificate is nobody's, so nothing is asked; but the name that was called is heard."""
    called: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    context.sni_callback = lambda _socket, server_name, _context: called.append(server_name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context), daemon=True)
        thread.start()
        words = ("--base", "https://old.example", "--connect", f"{name}:{listening.getsockname()[1]}", "--own-site", "--json")
        addresses = tmp_path / "list.txt"
        addresses.write_text("/a\n")
        result = run("verify", "--config", stage.config, *words, "--list", addresses)

    assert set(called) == {"old.example"}
    assert result.exit_code == 3
    assert "certificate" in result.stdout


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, suppress(OSError), context.wrap_socket(connection, server_side=True):
            pass


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_stopped_or_killed_keeps_what_it_has_seen(stage: Stage, number: signal.Signals, code: int) -> None:
    """The old host answers three addresses and then makes the client wait for the fourth."""
    answered = threading.Event()
    held = threading.Event()

    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        if target == "/gone":
            answered.set()
            held.wait(60)
        return redirect(f"{stage.new.url}/new{target.replace('/', '-')}")

    with live_site({}, answer) as server:
        words = [
            "--base",
            "http://old.example",
            "--connect",
            server.url[7:],
            "--delay",
            "0",
            "--list",
            stage.listed("/a", "/b", "/gone"),
        ]
        command = [sys.executable, "-m", "migrator", "verify", "--config", str(stage.config), *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert answered.wait(60)
            process.send_signal(number)
            _, told = process.communicate(timeout=60)
            held.set()
        assert process.returncode == code
        assert "Traceback" not in told
        server.asked.clear()
        again = run("verify", "--config", stage.config, *words, "--json", "--all")

    assert set(server.targets) == {"/gone"}  # the one that was held is written down when it is let go
    assert {path: outcome for path, (outcome, _) in outcomes(again).items()} == {
        "/a": "passed",
        "/b": "passed",
        "/gone": "failed",
    }
