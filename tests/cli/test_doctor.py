"""`migrator doctor` on sound and unsound installations."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from migrator.pages.page import Side
from tests.cli.running import run
from tests.cli.stored import config_with, crawled
from tests.pages.making import page


def told(*words: object) -> dict[str, tuple[str, str]]:
    return {one["topic"]: (one["found"], one["mend"]) for one in json.loads(run("doctor", "--json", *words).stdout)}


def test_a_sound_installation_is_described_and_exits_with_0(tmp_path: Path) -> None:
    config = config_with(tmp_path, "redirects: {/a: /b}\n")

    result = run("doctor", "--config", config)

    assert result.exit_code == 0, result.output
    assert f"migrator               {version('migrator')}" in result.stdout
    assert "1 rules, 1 sites, 2 hosts" in result.stdout
    assert "none yet; `migrator crawl legacy` makes it" in result.stdout
    assert not (tmp_path / ".migrator").exists()


def test_the_crawls_of_the_store_are_told(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    crawled(config, Side.LEGACY, [page("http://www.old.example/a")])

    found = told("--config", config)

    assert found["store"] == ("SQLite", "")
    assert found["last crawl, legacy"][0].startswith("1 pages, ")
    assert found["last crawl, new"][0] == "none has reached its end (site main)"


def test_a_broken_file_is_a_finding(tmp_path: Path) -> None:
    config = config_with(tmp_path, "rubbish: 1\n")

    assert run("doctor", "--config", config).exit_code == 1
    assert told("--config", config)["redirects.yaml"][1] == "`migrator check` tells them all"


def test_a_store_that_is_none_is_a_finding(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    (tmp_path / ".migrator").mkdir()
    (tmp_path / ".migrator" / "store.db").write_bytes(b"not a database at all" * 200)

    assert run("doctor", "--config", config).exit_code == 1
    assert told("--config", config)["store"][0] == "cannot be used"


def test_no_password_is_told(tmp_path: Path) -> None:
    config = config_with(tmp_path)

    result = run("doctor", "--config", config, "--store", "postgresql://migrator:s3cret@127.0.0.1:1/migrator")

    assert "s3cret" not in result.output
    assert result.exit_code == 1


def test_too_few_open_files_are_a_finding(tmp_path: Path) -> None:
    config = config_with(tmp_path)
    few = 256
    result = subprocess.run(
        [sys.executable, "-m", "migrator", "doctor", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few)),
    )

    assert result.returncode == 1
    assert "raise it to 4096 or more" in result.stdout
