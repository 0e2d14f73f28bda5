"""The operator's port of a running `migrator serve`: probes, metrics, an end in good order, and what it counts."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import time
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.cli.running import run as run_command
from tests.cli.test_serve import HELLO, MOVED, Serving, is_refused, serving, slowly
from tests.serve.hardened import connect, read_to_end, status_of
from tests.serve.live import eventually, talk
from tests.serve.raw_upstream import raw_upstream

WATCHED = ("--admin-port", "0")
READER = b"GET %b HTTP/1.1\r\nHost: old.example\r\nUser-Agent: Mozilla/5.0 Firefox/130.0\r\nConnection: close\r\n\r\n"
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnone"


def admin_of(run: Serving) -> str:
    """The address of the operator's port, once it has been told."""
    found: list[str] = []

    def told() -> bool:
        found.extend(match[1] for line in run.lines if (match := re.search(r"metrics: (http://\S+)/readyz", line)))
        return bool(found)

    assert eventually(told)
    return found[0]


def ask(address: str) -> tuple[int, str]:
    try:
        with urlopen(address, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def metric(admin: str, name: str) -> float:
    """The sum of a metric's series."""
    lines = ask(f"{admin}/metrics")[1].splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if re.match(rf"migrator_{re.escape(name)}(?:[{{ ]|$)", line))


def has_counted(admin: str, redirects: int) -> bool:
    """Whether so many redirects have been counted."""
    return metric(admin, "redirects_total") == redirects


def has_started(admin: str, starts: int) -> bool:
    """Whether two workers are up after so many starts."""
    return metric(admin, "worker_starts_total") == starts and metric(admin, "worker_up") == 2


@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_probes_and_metrics_speak_for_all_workers(tmp_path: Path, words: tuple[str, ...]) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, *WATCHED, *words) as run:
        admin = admin_of(run)
        assert eventually(lambda: ask(f"{admin}/startupz")[0] == 200)
        for _ in range(20):
            talk(run.base, MOVED)
        talk(run.base, READER % b"/page")
        talk(run.base, b"nonsense\r\n\r\n")

        assert [ask(f"{admin}/{probe}")[0] for probe in ("livez", "readyz", "map")] == [200, 200, 200]
        assert ask(f"{admin}/else")[0] == 404
        assert json.loads(ask(f"{admin}/map")[1])["rules"] == 1
        redirects = 'redirects_total{code="301",rule_type="exact"}'
        assert eventually(lambda: metric(admin, redirects) == 21)  # `serving` has asked once
        assert metric(admin, 'served_total{home="legacy",site="main"}') == 1
        assert metric(admin, 'refused_total{code="400"}') == 1
        assert metric(admin, "upstream_request_duration_seconds_count") == 1
        assert metric(admin, "worker_up") == max(2 * len(words) // 2, 1)
        assert metric(admin, 'rules{type="exact"}') == 1
        assert metric(admin, "requests_in_flight") == 0
        assert "/moved" not in ask(f"{admin}/metrics")[1]
        assert run.stop(signal.SIGTERM) == 0


def test_metrics_go_on_where_a_killed_worker_stopped(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, *WATCHED, "--workers", "2") as run:
        admin = admin_of(run)
        assert eventually(lambda: metric(admin, "worker_up") == 2)
        for asked in range(1, 4):
            for _ in range(10):
                talk(run.base, MOVED)
            assert eventually(partial(has_counted, admin, 10 * asked + 1))
            workers = [pid for pid in run.children() if f"worker {pid}" not in "".join(run.lines)]
            os.kill(workers[-1], signal.SIGKILL)
            assert eventually(partial(has_started, admin, 2 + asked))
        assert ask(f"{admin}/readyz")[0] == 200
        assert run.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_readiness_is_refused_before_the_door_is_closed(tmp_path: Path, words: tuple[str, ...]) -> None:
    with raw_upstream(slowly) as upstream, serving(tmp_path, upstream.url, *WATCHED, "--drain", "1.5", *words) as run:
        admin = admin_of(run)
        assert eventually(lambda: ask(f"{admin}/readyz")[0] == 200)
        run.process.send_signal(signal.SIGTERM)
        assert eventually(lambda: ask(f"{admin}/readyz")[0] == 503, seconds=1)
        assert json.loads(ask(f"{admin}/readyz")[1])["reasons"] == ["stopping"]
        assert ask(f"{admin}/livez")[0] == 200
        assert status_of(talk(run.base, MOVED)) == 301
        with connect(run.base) as connection:
            connection.sendall(READER % b"/page")
            assert eventually(lambda: is_refused(run.base))
            assert read_to_end(connection).endswith(b"hellothere")
        assert run.process.wait(10) == 0


def test_a_second_signal_ends_a_drain_at_once(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--drain", "60") as run:
        run.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert run.stop(signal.SIGTERM) == 128 + signal.SIGTERM


@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_the_service_manager_hears_when_every_worker_answers_and_of_a_reload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, *words) as run:
            assert manager.recv(4096).startswith(b"READY=1\nSTATUS=")
            run.process.send_signal(signal.SIGHUP)
            assert manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert manager.recv(4096).startswith(b"READY=1\nSTATUS=")
            assert run.stop(signal.SIGTERM) == 0
            assert manager.recv(4096) == b"STOPPING=1"


@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_hits_and_missing_addresses_are_kept_and_told_and_only_those_of_people(tmp_path: Path, words: tuple[str, ...]) -> None:
    asked = [b"/lost?session=s3cr3t", b"/lost", b"/LOST/", b"/lost.png", b"/wp-login.php", b"/embed/a"]
    server = "server: {ignore_missing: [/embed/*]}\n"
    with raw_upstream(GONE) as upstream, serving(tmp_path, upstream.url, *words, server=server) as run:
        for path in asked:
            talk(run.base, READER % path)
        talk(run.base, READER.replace(b"Firefox", b"Googlebot") % b"/lost")
        talk(run.base, READER.replace(b"User-Agent: Mozilla/5.0 Firefox/130.0\r\n", b"") % b"/lost")
        for _ in range(3):
            talk(run.base, READER % b"/moved")
        assert run.stop(signal.SIGTERM) == 0

    config = ("--config", tmp_path / "redirects.yaml")
    (hit,) = map(json.loads, run_command("hits", *config, "--json").stdout.splitlines())
    assert (hit["hits"], hit["from"], hit["to"]) == (4, "/moved", "/there")  # `serving` has asked once
    (lost,) = map(json.loads, run_command("missing", *config, "--json").stdout.splitlines())
    assert (lost["old_url"], lost["visits"], lost["lack"]) == ("/lost", 3, "absent")
    with sqlite3.connect(tmp_path / ".migrator" / "store.db") as store:
        kept = "\n".join(store.iterdump())
    assert "s3cr3t" not in kept
    assert "127.0.0.1" not in kept


def test_a_locked_store_slows_no_request_and_is_written_to_when_it_is_free(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, *WATCHED) as run:
        assert run.stop(signal.SIGTERM) == 0
    store = tmp_path / ".migrator" / "store.db"
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, *WATCHED) as run:
        admin = admin_of(run)
        holder = sqlite3.connect(store, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        answered = [status_of(talk(run.base, MOVED, seconds=2)) for _ in range(50)]
        run.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        holder.execute("ROLLBACK")
        holder.close()
        assert run.process.wait(10) == 0
        assert admin

    assert answered == [301] * 50
    (hit,) = map(json.loads, run_command("hits", "--config", tmp_path / "redirects.yaml", "--json").stdout.splitlines())
    assert hit["hits"] == 52


def test_without_counts_there_is_no_store(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--no-counts") as run:
        assert run.stop(signal.SIGTERM) == 0

    assert not (tmp_path / ".migrator" / "store.db").exists()


def test_the_operators_port_may_be_named_in_the_file_and_a_bad_one_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        raw_upstream(HELLO) as upstream,
        serving(tmp_path, upstream.url, server=f'server: {{admin: "127.0.0.1:{port}"}}\n') as run,
    ):
        assert admin_of(run) == f"http://127.0.0.1:{port}"
        assert ask(f"http://127.0.0.1:{port}/livez")[0] == 200
    (tmp_path / "redirects.yaml").write_text(
        (tmp_path / "redirects.yaml").read_text("utf-8").replace(str(port) + '"', '99999"'), encoding="utf-8"
    )
    result = run_command("check", "--config", tmp_path / "redirects.yaml")
    assert result.exit_code == 2
    assert "[bad-port]" in result.output
