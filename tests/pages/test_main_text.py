"""The main text that is learned agrees with the blocks that real templates hold it in."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.shared import ROOT, shared_folder


def test_the_learned_text_is_that_of_the_known_blocks() -> None:
    shared = shared_folder("truth").parent
    command = [sys.executable, str(ROOT / "scripts" / "bench" / "main_text.py"), "--bars", "--sites", "login-gov", "uswds"]
    environment = {**os.environ, "MIGRATOR_SHARED": str(shared), "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr
