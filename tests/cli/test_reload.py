"""`migrator serve` while its files change: a new map is taken whole, a bad one refused loudly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.test_serve import HELLO, Serving, serving
from tests.serve.live import eventually, talk
from tests.serve.raw_upstream import raw_upstream

LIVE = 15  # seconds within which a change is live


def ask(run: Serving, path: str) -> bytes:
    """The Location that an address leads to, or the status of another answer."""
    answer = talk(run.base, f"GET {path} HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n".encode())
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    found = [line.partition(b": ")[2] for line in head if line.lower().startswith(b"location:")]
    return found[0] if found else head[0].split(b" ")[1]


def always(run: Serving, path: str, wanted: bytes, times: int = 12) -> bool:
    """Whether every worker gives that answer, as far as asking many times can tell."""
    return all(ask(run, path) == wanted for _ in range(times))


def all_have(run: Serving, version: int, workers: int = 1) -> bool:
    """Whether so many workers say that they have that version."""
    return eventually(lambda: sum(f"map version {version} is in use" in line for line in run.lines) == workers, seconds=LIVE)


def changed(folder: Path, change: Callable[[str], str]) -> str:
    """Replace the config as an editor does, by renaming; gives what it was."""
    config = folder / "redirects.yaml"
    before = config.read_text("utf-8")
    (folder / "new").write_text(change(before), encoding="utf-8")
    (folder / "new").replace(config)
    return before


def test_all_workers_take_a_new_map_and_keep_it_where_the_next_is_broken(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--workers", "2") as run_:
        changed(tmp_path, lambda text: text.replace("/moved: /there", "/moved: /elsewhere, /more: /there"))
        assert all_have(run_, 2, workers=2)
        assert always(run_, "/more", b"https://new.example/there")
        assert always(run_, "/moved", b"https://new.example/elsewhere")

        changed(tmp_path, lambda text: text.replace("/more: /there", "/more: 'javascript:x', /third: /x"))
        assert eventually(lambda: any("javascript" in line for line in run_.lines), seconds=LIVE)
        assert always(run_, "/more", b"https://new.example/there")
        assert ask(run_, "/third") == b"200"

        changed(tmp_path, lambda text: text.replace("'javascript:x'", "/mended"))
        assert all_have(run_, 3, workers=2)
        assert always(run_, "/third", b"https://new.example/x")
        assert run_.stop(signal.SIGTERM) == 0

    (refusal,) = (line for line in run_.lines if "is refused" in line)
    assert "version 2 goes on" in refusal
    assert any(f"{tmp_path / 'redirects.yaml'}:3:" in line for line in run_.lines)
    assert not any("Traceback" in line for line in run_.lines)


def test_a_hangup_has_it_look_and_ends_nobody(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--workers", "2") as run_:
        workers = run_.children()
        run_.process.send_signal(signal.SIGHUP)
        for worker in workers:
            os.kill(worker, signal.SIGHUP)
        changed(tmp_path, lambda text: text.replace("/there", "/here"))
        run_.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: always(run_, "/moved", b"https://new.example/here"), seconds=LIVE)
        assert run_.children() == workers


def test_the_worker_that_compiles_is_followed_by_another(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--workers", "2") as run_:
        for number in range(2):
            for worker in run_.children()[:1]:
                os.kill(worker, signal.SIGKILL)
            changed(tmp_path, lambda text, to=number: text.replace("/moved: /", f"/moved: /{to}"))  # type: ignore[misc]
        assert eventually(lambda: always(run_, "/moved", b"https://new.example/10there"), seconds=LIVE)


def test_a_restart_with_a_broken_file_serves_the_last_good_map_and_says_so(tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream:
        with serving(tmp_path, upstream.url) as run_:
            assert ask(run_, "/moved") == b"https://new.example/there"
        changed(tmp_path, lambda text: text + "nonsense: [\n")
        command = [*command_for_same(tmp_path), "--port", "0"]
        strict = subprocess.run([*command, "--strict"], capture_output=True, text=True, timeout=20, check=False)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            first = process.stderr.readline()
            again = Serving(first[first.index("http://127") :].split(" ")[0], process)
            said = [process.stderr.readline() for _ in range(4)]
            assert eventually(lambda: ask(again, "/moved") == b"https://new.example/there")
            process.kill()

    assert strict.returncode == 2
    assert "redirects.yaml:5" in strict.stderr
    assert "NOT THE FILES ARE SERVED" in said[2]
    assert "version 1" in said[2]
    assert "redirects.yaml:5" in said[3]


def command_for_same(folder: Path) -> list[str]:
    """`migrator serve` with the config that is there."""
    return [sys.executable, "-m", "migrator", "serve", "--config", str(folder / "redirects.yaml")]


def test_a_map_that_shrank_waits_for_a_word_and_a_roll_back_holds_until_the_files_change(tmp_path: Path) -> None:
    config = tmp_path / "redirects.yaml"
    many = ", ".join(f"/page-{number}: /new-{number}" for number in range(20))
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url) as run_:
        changed(tmp_path, lambda text: text.replace("/moved: /there", f"/moved: /there, {many}"))
        assert eventually(lambda: always(run_, "/page-19", b"https://new.example/new-19"), seconds=LIVE)

        changed(tmp_path, lambda text: text.replace(many, "/page-1: /new-1"))
        assert eventually(lambda: any("map-shrunk" in line for line in run_.lines), seconds=LIVE)
        assert always(run_, "/page-19", b"https://new.example/new-19")

        assert run("map", "accept", "--config", config).exit_code == 0
        assert eventually(lambda: always(run_, "/page-19", b"200"), seconds=LIVE)

        assert run("map", "rollback", 2, "--config", config).exit_code == 0
        assert eventually(lambda: always(run_, "/page-19", b"https://new.example/new-19"), seconds=LIVE)
        run_.process.send_signal(signal.SIGHUP)
        assert "nothing changed since the roll-back" in run("map", "compile", "--config", config).output

        changed(tmp_path, lambda text: text.replace("/new-1}", "/new-1, " + many.replace("/page", "/other") + "}"))
        assert eventually(lambda: always(run_, "/other-3", b"https://new.example/new-3"), seconds=LIVE)

    listed = json.loads(run("map", "list", "--json", "--config", config).stdout)
    assert [(one["number"], one["rules"], one["served"]) for one in listed] == [
        (4, 22, True),
        (3, 2, False),
        (2, 21, False),
        (1, 1, False),
    ]


def test_the_banner_and_the_old_site_change_too_and_what_cannot_says_so(tmp_path: Path) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 34\r\nConnection: close\r\n\r\n"
    page += b"<html><body><p>old page</body></htm"[:34]
    with raw_upstream(HELLO) as upstream, raw_upstream(page) as other, serving(tmp_path, upstream.url) as run_:
        changed(
            tmp_path,
            lambda text: text.replace(upstream.url, other.url) + "banner: {site_name: Word}\nserver: {max_body: 1KB}\n",
        )
        request = b"GET /page HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n"
        assert eventually(lambda: b"Word" in talk(run_.base, request), seconds=LIVE)
        assert eventually(lambda: any("server changed: that waits for a restart" in line for line in run_.lines))


@pytest.mark.parametrize("words", [("list",), ("rollback", 7), ("compile",)])
def test_what_cannot_be_done_is_said_without_a_traceback(tmp_path: Path, words: tuple[object, ...]) -> None:
    result = run("map", *words, "--config", tmp_path / "redirects.yaml")

    assert result.exit_code == {"list": 0, "rollback": 3, "compile": 1}[str(words[0])]
    assert result.output


def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".migrator").write_text("in the way")
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url) as run_:
        assert ask(run_, "/moved") == b"https://new.example/there"
        changed(tmp_path, lambda text: text.replace("/there", "/here"))
        assert eventually(lambda: ask(run_, "/moved") == b"https://new.example/here", seconds=LIVE)
