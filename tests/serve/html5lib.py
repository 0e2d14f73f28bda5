"""Reads the html5lib test files, which are third-party data outside the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.shared import shared_folder

BANNER = b'<section data-migrator-banner aria-label="Moving"><p>We move. <a href="https://new.example/">See</a></p></section>'


def tree_documents() -> list[bytes]:
    """Every document (and fragment, taken for a document) of the tree construction tests."""
    folder = shared_folder("corpora/html5lib-tests/golang-copy/tree-construction")
    files = sorted(folder.rglob("*.dat"))
    return [block.partition(b"\n#errors")[0] for file in files for block in _blocks(file.read_bytes())]


def encoding_documents() -> list[bytes]:
    """Every document of the encoding tests."""
    files = sorted(shared_folder("corpora/html5lib-tests/encoding").rglob("tests*.dat"))
    return [block.partition(b"\n#encoding\n")[0] for file in files for block in _blocks(file.read_bytes())]


def tokenizer_tests() -> Iterator[dict[str, Any]]:
    """Every test of the tokenizer suite."""
    for file in sorted(shared_folder("corpora/html5lib-tests/tokenizer").glob("*.test")):
        yield from json.loads(file.read_text("utf-8")).get("tests", [])


def _blocks(text: bytes) -> list[bytes]:
    return (b"\n" + text).split(b"\n#data\n")[1:]
