"""The page of requirements keeps its word: every test that it names is there, and every row has a test or a reason."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.shared import ROOT

PAGE = ROOT / "docs" / "requirements.md"
COLUMNS = 3
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)(?:\[([^`]*)\])?`")
SCRIPT = re.compile(r"`(scripts/[\w/.-]+)`")
REASON = re.compile(r"\*\*(?:Otherwise|Not done|Later|Open):\*\* \S")


def rows() -> list[list[str]]:
    """The cells of every row of every table, without headings."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("case", "---")]


@cache
def functions_in(path: str) -> frozenset[str]:
    """The names of a file's test functions."""
    nodes = ast.parse((ROOT / path).read_text("utf-8")).body
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def texts_in(path: str) -> frozenset[str]:
    """The literal texts of a file, of which the names of cases are some."""
    values = (node.value for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.Constant))
    return frozenset(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_has_a_test_that_exists_or_a_reason(row: list[str]) -> None:
    assert len(row) == COLUMNS
    assert all(row)
    proofs = PROOF.findall(row[-1])
    for path, name, case in proofs:
        assert (ROOT / path).is_file(), path
        assert name in functions_in(path), f"{path} has no {name}"
        assert not case or case in texts_in(path), f"{path} has no case {case!r}"
    assert row[-1].count("`tests/") == len(proofs), "a test is named in another form"
    for script in SCRIPT.findall(row[-1]):
        assert (ROOT / script).is_file(), script
    assert proofs or REASON.search(row[-1])


def test_no_case_stands_there_twice() -> None:
    cases = [row[0] for row in rows()]

    assert sorted(cases) == sorted(set(cases))
