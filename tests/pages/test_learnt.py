"""What ships is what the sites of the shared data teach."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.shared import ROOT, shared_folder


def test_the_script_that_learns_finds_what_ships() -> None:
    shared = shared_folder("truth").parent
    command = [sys.executable, str(ROOT / "scripts" / "bench" / "matching.py"), "--check"]
    environment = {**os.environ, "MIGRATOR_SHARED": str(shared), "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr
