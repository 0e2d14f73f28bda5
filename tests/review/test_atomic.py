"""A map file is replaced whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from migrator.errors import PublishError, RefusalError
from migrator.review.atomic import exclusive, replace_text, write_folder
from migrator.store.whole_files import write_whole


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


MARK = ".made"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_takes_the_place_of_an_earlier_one_whole(tmp_path: Path) -> None:
    for files in ({"a": b"1", "b/c": b"2"}, {"a": b"3"}):
        write_folder(tmp_path / "deep" / "out", {**files, MARK: b""}, MARK)

        assert everything(tmp_path / "deep") == {"out/a": files["a"], f"out/{MARK}": b""} | (
            {"out/b/c": b"2"} if "b/c" in files else {}
        )


def test_a_folder_that_cannot_be_made_whole_leaves_all_as_it_was(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"a": b"1", MARK: b""}, MARK)
    before = everything(tmp_path)
    with pytest.raises(OSError, match="too long"):
        write_folder(tmp_path / "out", {"a": b"2", "x" * 300: b"", MARK: b""}, MARK)

    assert everything(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_is_found_through_a_link_which_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_folder(tmp_path / "link", {"a": b"1", MARK: b""}, MARK)

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a").read_bytes() == b"1"


@pytest.mark.parametrize("there", ["a file", "a folder of other files"])
def test_what_is_no_earlier_one_is_never_replaced(tmp_path: Path, there: str) -> None:
    place = tmp_path / "out"
    if there == "a file":
        place.write_text("work")
    else:
        place.mkdir()
        (place / "work").write_text("work")
    before = everything(tmp_path)
    with pytest.raises(RefusalError, match="other files"):
        write_folder(place, {MARK: b""}, MARK)

    assert everything(tmp_path) == before


def test_a_whole_file_can_be_read_by_all_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "figures.json"
    for data in (b"1", b"2"):
        write_whole(path, data)
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (data, 0o644)
    assert [one.name for one in path.parent.iterdir()] == ["figures.json"]
