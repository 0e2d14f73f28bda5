"""The demonstration walks the whole journey as a user would, and every old address answers as the editors decided."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from migrator.demo.expected import expected
from tests.cli.running import run


def test_the_demonstration_ends_well() -> None:
    command = [sys.executable, "-m", "migrator", "demo", "--once"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=240)
    total = len(expected())

    assert f"{total} of {total} old addresses answer as the editors decided" in result.stdout, result.stdout + result.stderr
    assert "$ migrator publish --csv reviewed.csv --why 'reviewed by an editor'\n" in result.stdout
    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def test_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "redirects.yaml"
    mine.write_text("mine")
    result = run("demo", "--once", "--folder", tmp_path)

    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert mine.read_text() == "mine"


def test_a_port_that_is_taken_is_told_before_the_journey() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("demo", "--port", taken.getsockname()[1])

    assert result.exit_code == 3
    assert "choose another with --port" in result.stderr
    assert "crawl" not in result.stdout
