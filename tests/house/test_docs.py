"""The documentation speaks of what is there: every problem's code, every key of the file, every command, and no dead link."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from migrator.cli.main import COMMANDS
from migrator.rules.problem_codes import CODES, SECTIONS, markdown
from migrator.rules.schema import json_schema
from tests.shared import ROOT

DOCS = {path.name: path.read_text("utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
CODE_POSITION = {"Problem": 1, "mismatch": 1, "refuse": 1, "_warning": 1}


def problem_codes() -> Iterator[str]:
    """Every code that the source gives a problem."""
    for path in (ROOT / "migrator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                position = CODE_POSITION.get(name)
                if position is not None and len(node.args) > position and isinstance(node.args[position], ast.Constant):
                    yield str(node.args[position].value)  # type: ignore[attr-defined]


def test_every_code_of_a_problem_is_explained_and_no_other() -> None:
    assert sorted(CODES) == sorted(set(problem_codes()))


def test_the_page_of_problems_is_made_from_the_registry() -> None:
    """Mend it with `migrator explain-code --markdown`, whose output goes in the place of all sections."""
    assert DOCS["problems.md"].endswith(markdown())
    assert DOCS["problems.md"].count("\n## ") == len(SECTIONS)


def test_no_code_stands_in_the_registry_twice() -> None:
    assert sum(len(section.codes) for section in SECTIONS) == len(CODES)


def test_every_key_of_the_file_is_documented() -> None:
    for name, shape in json_schema()["definitions"].items():
        for key in shape.get("properties", {}):
            assert f"{key}" in DOCS["redirects-yaml.md"], f"{name}: {key}"


def test_every_command_is_documented() -> None:
    everything = "\n".join(DOCS.values())
    for name in COMMANDS:
        assert f"migrator {name}" in everything or f"scripts/{name}" in everything


@pytest.mark.parametrize("name", DOCS)
def test_no_link_between_pages_is_dead(name: str) -> None:
    folder = ROOT if name == "README.md" else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#:]+)\)", DOCS[name]):
        assert (folder / target).exists(), target
