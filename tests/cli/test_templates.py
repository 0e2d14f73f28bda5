"""`migrator templates`: what there is, whose it is, and a copy to change that never costs a change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrator.app import transition_site
from migrator.cli.main import main
from migrator.serve.language import load_catalogue
from migrator.templating import template_folders

SHIPPED = template_folders(None)[0]
CONFIG = """version: 1
sites: {main: {hosts: [www.old.example], legacy: http://127.0.0.1:9, new: https://www.new.example}}
banner: {}
"""


def run(*arguments: str, folder: Path) -> Result:
    config = folder / "redirects.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return CliRunner().invoke(main, ["templates", *arguments, "--config", str(config)], catch_exceptions=False)


@pytest.mark.parametrize("command", [(), ("list",)])
def test_every_template_is_listed_with_its_purpose_and_whose_it_is(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "gone.html").write_text("own")
    listed = json.loads(run(*command, "--json", folder=tmp_path).stdout)
    plain = run(*command, folder=tmp_path).stdout

    names = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.*") if path.suffix in (".html", ".xml", ".yaml")}
    assert {one["name"] for one in listed["templates"]} == names
    assert [one["name"] for one in listed["templates"] if one["own"]] == ["gone.html"]
    assert all(one["purpose"] for one in listed["templates"])
    assert len(plain.splitlines()) == len(names)
    assert "gone.html" in plain


def test_a_copy_is_what_is_shipped_and_serves_as_it_is(tmp_path: Path) -> None:
    result = run("copy", folder=tmp_path)
    copied = sorted(path.name for path in (tmp_path / "templates").iterdir())

    assert result.exit_code == 0
    assert copied == sorted(path.name for path in SHIPPED.glob("*.*ml"))
    assert all((tmp_path / "templates" / name).read_bytes() == (SHIPPED / name).read_bytes() for name in copied)
    assert transition_site(tmp_path / "redirects.yaml")


def test_one_is_copied_by_its_name_words_too(tmp_path: Path) -> None:
    assert run("copy", "gone.html", "words/fr.yaml", "--to", str(tmp_path / "mine"), folder=tmp_path).exit_code == 0

    assert sorted(path.name for path in (tmp_path / "mine").rglob("*.*")) == ["fr.yaml", "gone.html"]
    assert load_catalogue(tmp_path / "mine").find("fr") == load_catalogue(None).find("fr")


def test_what_is_there_is_kept_unless_it_is_forced_and_then_nothing_else_is_written(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "gone.html"
    own.parent.mkdir()
    own.write_text("own")
    refused = run("copy", folder=tmp_path)

    assert refused.exit_code == 2
    assert f"{own}: error: the file exists already [exists]" in refused.stderr
    assert [path.name for path in own.parent.iterdir()] == ["gone.html"]
    assert own.read_text() == "own"
    assert run("copy", "gone.html", "--force", folder=tmp_path).exit_code == 0
    assert own.read_bytes() == (SHIPPED / "gone.html").read_bytes()


def test_a_dry_run_says_what_it_would_write_and_writes_nothing(tmp_path: Path) -> None:
    result = run("copy", "gone.html", "--dry-run", folder=tmp_path)

    assert result.stdout == f"{tmp_path / 'templates' / 'gone.html'}\n"
    assert not (tmp_path / "templates").exists()


@pytest.mark.parametrize("name", ["gome.html", "../redirects.yaml", "/etc/passwd", "words/../gone.html"])
def test_a_name_that_is_none_is_a_usage_error_that_lists_them(tmp_path: Path, name: str) -> None:
    result = run("copy", name, folder=tmp_path)

    assert result.exit_code == 2
    assert "gone.html" in result.stderr
