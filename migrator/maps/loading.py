"""Which version a start begins with, and compiling in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator.errors import ConfigError, Level, Place, Problem, StoreError
from migrator.maps.compiling import Outcome, compile_map, folder_beside, unchanged
from migrator.maps.folder import MapFolder, Version
from migrator.maps.opening import is_whole
from migrator.maps.sources import Snapshot
from migrator.settings import read_config


@dataclass(frozen=True, slots=True)
class Start:
    """What a start begins with. `problems` is why the files are not what is served; empty where they are."""

    config: Path
    folder: MapFolder
    version: Version
    problems: tuple[Problem, ...] = ()
    patterns: Mapping[str, list[str]] = field(default_factory=dict)
    warning: str = ""  # what the operator should know of the folder


def start_map(config: Path, *, strict: bool = False) -> Start:
    """The version to begin with: what the files say, or else the last good one, and why.

    Raises ConfigError where the files cannot be used and there is no good version, or `strict` wants none.
    """
    folder, warning = _usable_folder(config)
    outcome = _fresh(config, folder)
    if outcome.word == "refused":
        version = None if strict else _last_good(folder)
        if version is None:
            raise ConfigError(outcome.problems)
        return Start(config, folder, version, tuple(outcome.problems), outcome.patterns, warning)
    if outcome.version is None:
        raise StoreError(f"{folder.path}: no version was made")
    return Start(config, folder, outcome.version, (), outcome.patterns, warning)


def compile_in_child(config: Path, folder: MapFolder) -> Outcome:
    """compile_map in a process of its own, so that what it needs is given back, and a fault of it is nobody else's."""
    command = [sys.executable, "-m", "migrator", "map", "compile", "--config", str(config), "--json"]
    environment = {**os.environ, "MIGRATOR_MAPS": str(folder.path)}
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=environment)  # noqa: S603
        said = json.loads(done.stdout)
        version = folder.version(int(said["version"])) if said["version"] else None
        return Outcome(str(said["outcome"]), version, [_problem(one) for one in said["problems"]], said["patterns"])
    except (OSError, ValueError, KeyError, TypeError):
        return Outcome("refused", None, [_died(config, locals().get("done"))])


def _died(config: Path, done: object) -> Problem:
    last = ""
    if isinstance(done, subprocess.CompletedProcess):
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        last = f": {words[0]}"
    return Problem(Place(str(config)), "map-unread", f"the files could not be compiled{last}", "Look at memory and disk space.")


def _problem(value: dict[str, Any]) -> Problem:
    return Problem(Place(*value["place"]), value["code"], value["message"], value["mend"], Level(value["level"]))


def _usable_folder(config: Path) -> tuple[MapFolder, str]:
    """The folder of versions; one that goes when this process ends where that cannot be written, and why."""
    folder = folder_beside(config)
    try:
        with folder.writing():
            return folder, ""
    except OSError as error:
        path = tempfile.mkdtemp(prefix="migrator-maps-")
        atexit.register(_clear_away, Path(path), os.getpid())
        return MapFolder(Path(path)), f"{folder.path} cannot be written ({error.strerror}): no map version outlasts this run"


def _clear_away(path: Path, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(path, ignore_errors=True)


def _fresh(config: Path, folder: MapFolder) -> Outcome:
    snapshot = Snapshot(config, folder)
    read_config(config, files=snapshot)
    standing = unchanged(folder, snapshot)
    if standing is not None:
        return standing
    if snapshot.sheets:
        return compile_in_child(config, folder)
    return compile_map(config, folder)


def _last_good(folder: MapFolder) -> Version | None:
    """The version that was served last, or the newest that is whole."""
    current = folder.current()
    candidates = [*([current] if current else []), *folder.versions()]
    return next((version for version in candidates if is_whole(folder, version)), None)
