"""The house in numbers and names: sizes, module heads, forbidden names, and pure rooms that truly are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import ROOT

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
FORBIDDEN_NAMES = re.compile(r"(?:^|_)(?:utils?|helpers?|common|models?|base|misc|stuff)$")
PURE = ("pages", "rules", "urls.py", "errors.py")
IMPURE_CALLS = {"open", "input", "print"}
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "perf_counter", "sleep"}

MODULES = sorted((ROOT / "migrator").rglob("*.py"))
PYTHON = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_no_file_is_longer_than_a_reader_holds(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    long = [f"{node.name}:{node.lineno}" for node in functions(path) if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION]

    assert not long


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_opens_with_its_duty(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_has_a_name_that_says_nothing(path: Path) -> None:
    assert not FORBIDDEN_NAMES.search(path.stem)


@pytest.mark.parametrize("path", [path for path in MODULES if path.relative_to(ROOT / "migrator").parts[0] in PURE], ids=name_of)
def test_a_pure_room_opens_no_file_and_reads_no_clock(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                assert node.func.id not in IMPURE_CALLS, f"line {node.lineno}"
            elif isinstance(node.func, ast.Attribute):
                assert node.func.attr not in CLOCKS | {"open", "read_text", "read_bytes"}, f"line {node.lineno}"


def test_the_ceiling_is_rarely_needed() -> None:
    """Half of all files stay under a hundred lines or so, half of all functions under ten."""
    files = sorted(len(path.read_text("utf-8").splitlines()) for path in MODULES if path.name != "__init__.py")
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for path in MODULES for node in functions(path))

    assert files[len(files) // 2] <= 140
    assert lengths[len(lengths) // 2] <= 10


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_group_is_possessive(path: Path) -> None:
    """Python before 3.11.5, Debian 12's among them, matches possessive and atomic groups wrongly (python/cpython#106052)."""
    assert not re.search(r"\)[*+?]\+(?!,)|\(\?>", path.read_text("utf-8"))
