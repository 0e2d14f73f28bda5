"""The reference is what the code says, and the documentation site has every page once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from tests.shared import ROOT


def test_the_pages_made_from_the_code_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "reference.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert (checked.returncode, checked.stdout) == (0, ""), "run scripts/reference"


def test_the_site_leads_to_every_page_once() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    pages = sorted(str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md"))

    assert sorted(leaves(nav)) == pages


def leaves(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    for inner in part if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
        yield from leaves(inner)
