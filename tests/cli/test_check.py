"""`migrator check`: every broken file gets a clear message and the right exit code, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.rules.making import SITE


def checked(tmp_path: Path, text: str, *options: str) -> tuple[int, str, str]:
    config = tmp_path / "redirects.yaml"
    config.write_text(text, encoding="utf-8")
    result = run("check", "--config", config, *options)
    return result.exit_code, result.stdout, result.stderr


def test_a_good_map_is_good(tmp_path: Path) -> None:
    code, out, err = checked(tmp_path, SITE + "redirects: {/a: /b}\n")

    assert (code, out) == (0, "")
    assert "1 rule, nothing to mend" in err


def test_a_map_without_rules_says_so(tmp_path: Path) -> None:
    assert checked(tmp_path, SITE)[2].endswith("redirects.yaml: no rules yet, and nothing to mend\n")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (SITE + "redirects:\n  /a /b\n", 2, ":10:3: error: `redirects` must be a mapping"),
        (SITE + "redirects:\n  /a: /b\n  /c /d\n", 2, ":11:3: error: this is not YAML"),
        (SITE + "redirects: {/a: /b, /a: /c}\n", 2, ":9:21: error: `/a` stands here twice"),
        (SITE + "redirect: {}\n", 2, "Did you mean `redirects`?"),
        (SITE + "rules: [{regex: '(?=a)', to: /b}]\n", 1, ":9:9: error: `(?=a)`: RE2 refuses this expression"),
        (SITE + "redirects: {/a: 'javascript:alert(1)'}\n", 1, ":9:13: error: a target may only be http or https"),
        (SITE + "redirects: {/a: https://old.example/b, /b: https://old.example/a}\n", 1, "leads back to itself"),
        ("", 2, "the file is empty"),
        ("[" * 1_000_000, 2, ":1:21: error: nested deeper than 20 levels"),
        ("{" * 1_000_000, 2, ":1:21: error: nested deeper than 20 levels"),
        ("a: b: c: d\n", 2, "this is not YAML"),
    ],
)
def test_a_broken_file_is_explained(tmp_path: Path, text: str, code: int, said: str) -> None:
    found, out, _ = checked(tmp_path, text)

    assert found == code
    assert said in out


@pytest.mark.parametrize(("name", "said"), [("absent.yaml", "no such file"), (".", "a folder, not a file")])
def test_what_is_no_file_is_explained(tmp_path: Path, name: str, said: str) -> None:
    result = run("check", "--config", tmp_path / name)

    assert result.exit_code == 2
    assert said in result.stdout


def test_bytes_that_are_no_text_are_explained(tmp_path: Path) -> None:
    config = tmp_path / "redirects.yaml"
    config.write_bytes(b"version: 1\n# \xff\n")

    result = run("check", "--config", config)

    assert (result.exit_code, "redirects.yaml:2:3: error: the byte 0xff is not UTF-8" in result.stdout) == (2, True)


def test_warnings_end_with_zero_unless_strict(tmp_path: Path) -> None:
    text = SITE + "rules: [{regex: a, to: /b}]\n"

    assert checked(tmp_path, text)[0] == 0
    assert checked(tmp_path, text, "--strict")[0] == 1


def test_findings_can_be_read_by_a_machine(tmp_path: Path) -> None:
    _, out, _ = checked(tmp_path, SITE + "redirects: {/a: x}\n", "--json")
    (finding,) = json.loads(out)

    assert (finding["code"], finding["level"], finding["place"]["line"]) == ("bad-target", "error", 9)


def test_the_console_command_prints_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "migrator", "check", "--config", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert "Traceback" not in result.stdout + result.stderr
