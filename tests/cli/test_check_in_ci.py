"""The pre-commit hook and the GitHub Action: both have the shape that their runners read, and do what they say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from migrator.cli.findings import FORMATS
from tests.rules.making import SITE
from tests.shared import ROOT

(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
CHECK = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "check")
WARNED = SITE + "redirects: {/a: '/b|c'}\n"
BROKEN = SITE + "redirects: {/a: b}\n"


def ran(folder: Path, command: list[str], text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder with that map, where `migrator` is this very one."""
    shim = folder / "bin" / "migrator"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m migrator "$@"\n')
    shim.chmod(0o755)
    (folder / "redirects.yaml").write_text(text, encoding="utf-8")
    paths = {"PATH": f"{shim.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env={**os.environ, **paths, **environment}, capture_output=True, text=True)


@pytest.mark.parametrize(("text", "code"), [(WARNED, 0), (BROKEN, 1), ("version: 2\n", 2)])
def test_the_hook_runs_and_fails_where_the_map_is_not_fit(tmp_path: Path, text: str, code: int) -> None:
    result = ran(tmp_path, shlex.split(HOOK["entry"]), text)

    assert result.returncode == code, result.stderr


def test_the_hook_has_what_pre_commit_reads() -> None:
    assert {"id", "name", "entry", "language"} <= set(HOOK)
    assert (HOOK["language"], HOOK["pass_filenames"]) == ("python", False)
    files = re.compile(HOOK["files"])
    assert all(files.search(name) for name in ("redirects.yaml", "site/redirects.yml", "maps/a.csv", "x/maps/b/c.yaml"))
    assert not files.search("src/redirects.py")


@pytest.mark.parametrize(
    ("text", "strict", "code", "said"),
    [(WARNED, "false", 0, "::warning file="), (WARNED, "true", 1, "::warning file="), (BROKEN, "false", 1, "::error file=")],
)
def test_the_action_runs_and_marks_lines(tmp_path: Path, text: str, strict: str, code: int, said: str) -> None:
    environment = {"CONFIG": "redirects.yaml", "STRICT": strict, "LIVE": "false"}
    result = ran(tmp_path, ["bash", "-eo", "pipefail", "-c", CHECK["run"]], text, **environment)

    assert (result.returncode, result.stdout.startswith(said)) == (code, True), result.stdout + result.stderr


def test_the_action_has_what_a_composite_action_needs_and_puts_no_input_into_a_script() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert {"name", "description", "inputs", "runs"} <= set(ACTION)
    for step in ACTION["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "run" not in step or (step["shell"] == "bash" and "${{" not in step["run"])
    used = set(re.findall(r"inputs\.([\w-]+)", str(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    assert all({"description", "default"} <= set(one) for one in ACTION["inputs"].values())
    assert "github" in FORMATS
