"""`migrator check` on the banner: what stops the server from starting, and what is only warned of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrator.app import transition_site
from migrator.cli.main import main
from migrator.errors import ConfigError

HEAD = "version: 1\nsites: {main: {hosts: [www.old.example], legacy: http://127.0.0.1:9, new: https://www.new.example}}\n"
FAINT = "banner:\n  colours:\n    light: {background: '#fff', text: '#999'}\n"
EDGE = "banner:\n  colours:\n    light: {background: '#fff', line: '#bbb'}\n"


def checked(folder: Path, text: str, *options: str) -> tuple[int, list[dict[str, object]]]:
    config = folder / "redirects.yaml"
    config.write_text(HEAD + text, encoding="utf-8")
    result = CliRunner().invoke(main, ["check", "--config", str(config), "--json", *options], catch_exceptions=False)
    return result.exit_code, json.loads(result.stdout)


def test_text_that_cannot_be_read_is_an_error_at_its_place_and_no_server_starts_with_it(tmp_path: Path) -> None:
    code, (found,) = checked(tmp_path, FAINT)

    assert code == 1
    assert (found["code"], found["level"]) == ("low-contrast", "error")
    assert found["place"] == {"file": str(tmp_path / "redirects.yaml"), "line": 5, "column": 39}
    with pytest.raises(ConfigError, match="low-contrast"):
        transition_site(tmp_path / "redirects.yaml")


def test_a_faint_edge_is_warned_of_and_the_server_starts(tmp_path: Path) -> None:
    code, (found,) = checked(tmp_path, EDGE)

    assert (code, found["level"]) == (0, "warning")
    assert checked(tmp_path, EDGE, "--strict")[0] == 1
    assert transition_site(tmp_path / "redirects.yaml")
