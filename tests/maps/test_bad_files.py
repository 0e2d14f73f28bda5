"""A part of what scripts/prove/reload does: bad files in the place of a good map change no answer, and end in no traceback."""

from __future__ import annotations

import random
from itertools import chain
from pathlib import Path

import pytest

from tests.maps.bad_files import Served, damaged_files, flips, prefixes, real_map
from tests.maps.folders import all_sheets_are_big
from tests.shared import shared_folder


def test_no_part_of_a_map_and_no_flipped_bit_makes_a_mixture(tmp_path: Path) -> None:
    data = real_map()
    served = Served(tmp_path, data)
    words = [served.tried(bad) for bad in chain(prefixes(data, 97), flips(data, 60, random.Random(5)))]

    assert {"refused", "new"} <= set(words)


def test_no_file_of_the_yaml_test_suite_changes_an_answer(tmp_path: Path) -> None:
    served = Served(tmp_path, real_map())
    files = [path for path in sorted(shared_folder("corpora/yaml-test-suite").rglob("*.yaml")) if path.is_file()]

    assert {served.tried(path.read_bytes()) for path in files[::12]} == {"refused"}


def test_no_damaged_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)

    assert "none opened" in damaged_files(tmp_path, 150, 1, random.Random(5))


def test_a_site_without_a_usable_host_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    served = Served(tmp_path, real_map())

    assert served.tried(real_map().replace(b"hosts: [127.0.0.1, localhost]", b"hosts: ['a b']")) == "refused"
