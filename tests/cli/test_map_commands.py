"""`init`, `explain`, `schema` and the group itself."""

from __future__ import annotations

import json
from pathlib import Path

from migrator.cli.main import COMMANDS
from tests.cli.running import run
from tests.rules.making import SITE
from tests.shared import ROOT

RULES = "rules: [{from: /press/*, to: '/news/:splat', note: x}, {from: /z, gone: true, suggest: /y}]\n"


def config(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + RULES, encoding="utf-8")
    return path


def test_a_first_file_passes_its_own_check(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"

    assert run("init", path, "--name", "Fund: of #1", "--host", "a.example", "--host", "b.example:81").exit_code == 0
    assert run("check", "--config", path, "--strict").exit_code == 0


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    path.write_text("mine")

    assert run("init", path).exit_code == 2
    assert path.read_text() == "mine"


def test_init_refuses_what_is_no_address(tmp_path: Path) -> None:
    assert run("init", tmp_path / "a.yaml", "--legacy", "ftp://x").exit_code == 2
    assert run("init", tmp_path / "a.yaml", "--host", "a b").exit_code == 2
    assert not list(tmp_path.iterdir())


def test_the_repositorys_own_map_is_the_starter(tmp_path: Path) -> None:
    run("init", tmp_path / "redirects.yaml")

    assert (ROOT / "redirects.yaml").read_text("utf-8") == (tmp_path / "redirects.yaml").read_text("utf-8")


def test_explain_shows_each_step_the_rule_and_the_answer(tmp_path: Path) -> None:
    result = run("explain", "--config", config(tmp_path), "/Press/2019/?a=1")

    assert result.exit_code == 0
    assert "the look-up key: /press/2019" in result.stdout
    assert f"yes: /press/* at {tmp_path}/redirects.yaml:9:9" in result.stdout
    assert "→ 301 to https://www.new.example/news/2019/?a=1 (cached for 3600 s)" in result.stdout


def test_explain_knows_gone_and_strangers(tmp_path: Path) -> None:
    path = config(tmp_path)

    assert "410 gone · suggests https://www.new.example/y" in run("explain", "--config", path, "/z").stdout
    assert "404 not found" in run("explain", "--config", path, "http://stranger.example/z").stdout
    assert run("explain", "--config", path, "press").exit_code == 2


def test_an_explanation_can_be_read_by_a_machine(tmp_path: Path) -> None:
    found = json.loads(run("explain", "--config", config(tmp_path), "/z", "--json").stdout)

    assert (found["decision"], found["answer"], found["rule"]["source"]) == ("gone", "gone", "/z")


def test_a_rule_that_cannot_be_used_is_named_before_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + "redirects: {/a: https://stranger.example/}\n", encoding="utf-8")
    result = run("explain", "--config", path, "/a")

    assert result.exit_code == 1
    assert "not used:" in result.stderr
    assert "stranger.example is not allowed" in result.stderr


def test_the_schema_is_json() -> None:
    assert json.loads(run("schema").stdout)["title"] == "redirects.yaml"


def test_every_command_explains_itself() -> None:
    assert run("--help").exit_code == 0
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert len(result.stdout) > 200
