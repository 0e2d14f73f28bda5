"""The keeper: what it sees, what it waits for, and that it takes only whole maps. Real folders and files, at a quick pace."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator.maps import keeper as keeping
from migrator.maps.compiling import compile_map, folder_beside
from migrator.maps.folder import Pointer
from migrator.maps.keeper import Keeper, Pace
from migrator.maps.loading import start_map
from migrator.maps.opening import LoadedMap
from migrator.maps.state import ReloadState, state_from
from migrator.store.sealed import read_sealed, write_sealed
from tests.maps.folders import location, written
from tests.serve.live import eventually

PACE = Pace(pointer=0.02, files=0.1, settle=0.05)


class Taken(list[LoadedMap]):
    """The maps that were taken, the last one last."""

    def take(self, loaded: LoadedMap) -> tuple[str, ...]:
        self.append(loaded)
        return ()

    def has(self, address: str, where: str) -> bool:
        """Whether the last map leads that address there."""
        return bool(self) and location(self[-1].table, address) == f"https://new.example{where}"


@contextmanager
def kept(config: Path) -> Iterator[tuple[Keeper, Taken]]:
    """A keeper at work on that config."""
    taken = Taken()
    keeper = Keeper(start_map(config), taken.take, PACE, compile_map)
    keeper.start()
    try:
        yield keeper, taken
    finally:
        keeper.stop()


def renamed(path: Path, text: str) -> None:
    """As most editors write."""
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)


def in_place(path: Path, text: str) -> None:
    """As others do: cut off, and written anew."""
    path.write_text(text, encoding="utf-8")


def through_a_link(path: Path, text: str) -> None:
    """As Kubernetes does: the folder behind a symbolic link is another one."""
    folder = path.parent / f"data-{len(list(path.parent.iterdir()))}"
    folder.mkdir()
    (folder / path.name).write_text(text, encoding="utf-8")
    link = path.parent / "..new"
    link.symlink_to(folder / path.name)
    link.replace(path)


def same_size_and_time(path: Path, text: str) -> None:
    """As nobody should: what is in the file is all that tells."""
    before = path.stat()
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("write", [renamed, in_place, through_a_link, same_size_and_time], ids=lambda write: write.__name__)
@pytest.mark.parametrize("watching", [True, False], ids=["watching", "looking"])
def test_however_a_file_is_written_the_change_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, str], None], watching: bool
) -> None:
    if not watching:
        monkeypatch.setattr(keeping, "watch", no_watches)
    config = written(tmp_path, "redirects: {/a: /1}\n")
    text = config.read_text("utf-8")
    with kept(config) as (keeper, taken):
        for number in "23":
            write(config, text.replace("a: /1", f"a: /{number}"))
            assert eventually(lambda where=f"/{number}": taken.has("/a", where)), number  # type: ignore[misc]
        assert eventually(lambda: (keeper.state.ok, keeper.state.version, keeper.state.rules) == (True, 3, 1))


def no_watches(*_: object, **__: object) -> Iterator[object]:
    """A system whose watches are used up."""
    raise OSError("inotify watch limit reached")


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    rules = "".join(f"  /page-{number}: /new\n" for number in range(30))
    whole = config.read_text("utf-8").replace("redirects: {/a: /1}\n", f"redirects:\n{rules}  /a: /2\n")
    with kept(config) as (_, taken):
        with config.open("w", encoding="utf-8") as file:
            for letter in whole:
                file.write(letter)
                file.flush()
        assert eventually(lambda: taken.has("/a", "/2"))
        assert {len(one.table) for one in taken} == {31}


def test_a_file_that_the_include_comes_to_match_is_seen(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n", one="/b,/2\n")
    with kept(config) as (_, taken):
        (tmp_path / "two.csv").write_text("/c,/3\n", encoding="utf-8")
        assert eventually(lambda: taken.has("/c", "/3"))


def test_a_bad_map_is_refused_once_and_forgotten_when_the_file_is_as_it_was(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    text = config.read_text("utf-8")
    with kept(config) as (keeper, taken):
        renamed(config, text + "redirects: {}\n")
        assert eventually(lambda: not keeper.state.ok)
        assert "duplicate" in keeper.state.problems[0]
        assert str(config) in keeper.state.problems[0]
        assert keeper.state.refused_at >= keeper.state.since
        renamed(config, text)
        assert eventually(lambda: keeper.state.ok)
        assert (keeper.state.problems, list(taken)) == ((), [])


def test_whoever_asks_is_answered_also_where_nothing_is_new(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "migrator.maps.keeper")
    config = written(tmp_path, "redirects: {/a: /1}\n")
    text = config.read_text("utf-8")
    with kept(config) as (keeper, _):
        keeper.look_now()
        assert eventually(lambda: "the files say what is served; map version 1 goes on" in caplog.messages)
        renamed(config, text + "redirects: {}\n")
        assert eventually(lambda: caplog.text.count("is refused") == 1)
        keeper.look_now()
        assert eventually(lambda: caplog.text.count("is refused") == 2)
        caplog.clear()
        renamed(config, text)
        assert eventually(lambda: "the files say what is served; map version 1 goes on" in caplog.messages)


def test_what_an_earlier_run_was_refused_is_forgotten_at_the_next_start(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    kept_in = folder_beside(config).path / "state"
    version = start_map(config).version
    write_sealed(kept_in, ReloadState(False, version.number, version.digest, 1, 0, 0, ("cut off",), 1.0).as_dict())
    with kept(config), kept(config) as (second, _):
        assert eventually(lambda: (found := state_from(read_sealed(kept_in))) is not None and found.ok)
        assert eventually(lambda: (second.state.ok, second.state.problems) == (True, ()))


def test_a_file_that_cannot_be_read_is_not_called_shrunk_too(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1, /b: /2, /c: /3}\n")
    compile_map(config, folder_beside(config))
    config.write_text(config.read_text("utf-8").removesuffix("}\n"), encoding="utf-8")

    assert [problem.code for problem in compile_map(config, folder_beside(config)).problems] == ["yaml-syntax"]


@pytest.mark.parametrize("text", ["", "version: 1\n", "\0\0\0", "&a [*a]", "{" * 100_000])
def test_what_is_no_map_is_refused(tmp_path: Path, text: str) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    with kept(config) as (keeper, taken):
        renamed(config, text)
        assert eventually(lambda: not keeper.state.ok)
        config.unlink()
        assert eventually(lambda: "no-file" in "".join(keeper.state.problems))
        assert not taken


def test_one_process_of_all_compiles_and_the_others_follow_and_know_of_refusals(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    text = config.read_text("utf-8")
    with kept(config) as (first, taken), kept(config) as (second, followed):
        renamed(config, text.replace("a: /1", "a: /2"))
        assert eventually(lambda: taken.has("/a", "/2") and followed.has("/a", "/2"))
        renamed(config, text + "nonsense: true\n")
        assert eventually(lambda: not first.state.ok and not second.state.ok)
        assert [version.number for version in folder_beside(config).versions()] == [2, 1]
        first.stop()
        renamed(config, text.replace("a: /1", "a: /3"))
        assert eventually(lambda: followed.has("/a", "/3"))
        assert eventually(lambda: state_from(read_sealed(folder_beside(config).path / "state")) == second.state)


def test_a_pointer_that_is_damaged_changes_nothing_and_is_mended_by_the_next_map(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    folder = folder_beside(config)
    with kept(config) as (keeper, taken):
        assert eventually(lambda: keeper._lock)
        folder.serve(Pointer(99))
        (folder.path / "current").write_bytes(b"\xff" * 100)
        renamed(config, config.read_text("utf-8").replace("a: /1", "a: /2"))
        assert eventually(lambda: taken.has("/a", "/2"))
        assert (keeper.state.version, folder.pointer(), len(taken)) == (2, Pointer(2), 1)


def test_signals_within_each_other_s_handlers_hold_nobody_up(tmp_path: Path) -> None:
    config = written(tmp_path, "redirects: {/a: /1}\n")
    with kept(config) as (keeper, taken):
        former = signal.signal(signal.SIGHUP, lambda *_: keeper.look_now())
        sender = threading.Thread(target=hang_up, args=(5_000,))
        try:
            sender.start()
            while sender.is_alive():
                keeper.look_now()
        finally:
            sender.join()
            signal.signal(signal.SIGHUP, former)
        renamed(config, config.read_text("utf-8").replace("a: /1", "a: /2"))
        assert eventually(lambda: taken.has("/a", "/2"))


def hang_up(times: int) -> None:
    """Send this process so many SIGHUPs."""
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGHUP)
