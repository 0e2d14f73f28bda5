"""A map file is replaced whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from migrator.errors import PublishError
from migrator.review.atomic import exclusive, replace_text


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_bytes(b"old")
    path.chmod(0o640)

    replace_text(path, b"old", b"new")

    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "map.yaml"
    real.write_bytes(b"old")
    link.symlink_to(real)

    replace_text(link, b"old", b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_bytes(b"edited by somebody")

    with pytest.raises(PublishError, match="changed while"):
        replace_text(path, b"old", b"new")
    assert path.read_bytes() == b"edited by somebody"


def test_two_publishers_do_not_write_at_once(tmp_path: Path) -> None:
    lock = tmp_path / "state" / "publish.lock"
    with exclusive(lock), pytest.raises(PublishError, match="somebody else"), exclusive(lock):
        pass
