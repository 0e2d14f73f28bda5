"""From the files as they are to a map version, or to the reasons why they make none. The map that is served stays until then."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator.errors import Level, Place, Problem, StoreError
from migrator.maps.folder import MapFolder, Pointer, Version
from migrator.maps.opening import is_whole
from migrator.maps.sheets import Compiled, compiled_sheets, stored_rules
from migrator.maps.sources import Snapshot
from migrator.rules.banner_section import banner_problems
from migrator.rules.checks import check_map, errors_only
from migrator.rules.map_file import MapFile
from migrator.rules.table import RuleTable
from migrator.settings import read_config, state_folder, tls_file_problems

MOST_LOST = 0.2  # of the rules; more of them do not go without a word


@dataclass(frozen=True, slots=True)
class Examined:
    """The files, read and checked. `table` lacks what could not be used."""

    found: MapFile
    table: RuleTable
    problems: list[Problem]  # of form and of meaning, in the order of the files
    rules: int
    snapshot: Snapshot
    sheets: Compiled


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of compiling: `new`, `same` (nothing changed), `held` (rolled back, and nothing changed), or `refused`."""

    word: str
    version: Version | None
    problems: Sequence[Problem] = ()
    patterns: Mapping[str, list[str]] = field(default_factory=dict)


def folder_beside(config: Path) -> MapFolder:
    """Where the versions of a config are kept: in $MIGRATOR_MAPS, or in the folder of state."""
    named = os.environ.get("MIGRATOR_MAPS")
    return MapFolder(Path(named) if named else state_folder(config) / "maps")


def examine(config: Path, *, checks: bool = True) -> Examined:
    """Read and check the files. Big sheets are compiled, beside the versions or, where nothing can be written there, apart."""
    with tempfile.TemporaryDirectory(prefix="migrator-map-") as apart, contextlib.ExitStack() as held:
        folder = folder_beside(config)
        snapshot = Snapshot(config, folder)
        found = read_config(config, files=snapshot)
        if snapshot.sheets:
            try:
                held.enter_context(folder.writing())
            except OSError:
                folder = MapFolder(Path(apart))
        return _examined(config, folder, found, snapshot, checks=checks)


def compile_map(config: Path, folder: MapFolder, *, accept: bool = False) -> Outcome:
    """Make what the files say the version that is served, where it differs and is fit; else say why not.

    `accept` takes a map that lost many rules, too. Raises OSError or StoreError where the folder cannot be written.
    """
    with folder.writing():
        snapshot = Snapshot(config, folder)
        found = read_config(config, files=snapshot)
        standing = unchanged(folder, snapshot)
        if standing is not None and not (accept and standing.word == "held"):
            return standing
        current = folder.current()
        examined = _examined(config, folder, found, snapshot)
        errors = errors_only(examined.problems)  # which may well be why rules are missing
        refusals = [*errors, *_doubts(config, examined, None if accept or errors else current)]
        if refusals:
            return Outcome("refused", current, refusals, snapshot.patterns)
        version = folder.add(
            snapshot.copies,
            digest=snapshot.digest(),
            rules=examined.rules,
            patterns=snapshot.patterns,
            apart=snapshot.sheet_names(),
            exact=examined.sheets.name,
            counts=examined.sheets.counts,
        )
        folder.serve(Pointer(version.number))
        snapshot.remember()
        return Outcome("new", version, examined.problems, snapshot.patterns)


def unchanged(folder: MapFolder, snapshot: Snapshot) -> Outcome | None:
    """`same` or `held` where the files are those of the version that is served, or of what was rolled back from.

    None too where that version is damaged.
    """
    pointer, digest = folder.pointer(), snapshot.digest()
    current = folder.version(pointer.version) if pointer else None
    if pointer is None or current is None or not is_whole(folder, current):
        return None
    if digest == pointer.held:
        return Outcome("held", current, patterns=snapshot.patterns)
    return Outcome("same", current, patterns=snapshot.patterns) if digest == current.digest else None


def roll_back(config: Path, folder: MapFolder, number: int) -> Version:
    """Serve a version that is kept, until the files change again. Raises StoreError where it is not kept."""
    with folder.writing():
        version = folder.version(number)
        if version is None:
            kept = ", ".join(str(one.number) for one in folder.versions()) or "none"
            raise StoreError(f"map version {number} is not kept, or is damaged; there are: {kept}")
        snapshot = Snapshot(config, folder)
        read_config(config, files=snapshot)
        held = snapshot.digest()
        folder.serve(Pointer(number, "" if held == version.digest else held))
        return version


def _examined(config: Path, folder: MapFolder, found: MapFile, snapshot: Snapshot, *, checks: bool = True) -> Examined:
    sheets = Compiled("", {}, [])
    stored = {}
    if snapshot.sheets and found.sites:
        sheets = compiled_sheets(folder, found.sites, snapshot, config)
        if sheets.is_usable:
            files = [str(path) for path in snapshot.sheets]
            stored = stored_rules(folder, sheets.name, found.sites, files, sheets.counts)
    table = RuleTable(found.sites, found.rules, stored)
    files_of_tls = tls_file_problems(found.tls.values(), config.parent)
    has_hosts = all(site.hosts for site in found.sites)  # else that is the problem, and no address can be tried
    of_rules = check_map(table) if checks and has_hosts else list(table.problems)
    of_rules += banner_problems(found.banner) if found.banner else ()
    problems = sorted([*found.problems, *of_rules, *sheets.problems, *files_of_tls], key=lambda problem: problem.place)
    return Examined(found, table, problems, len(found.rules) + sum(sheets.counts.values()), snapshot, sheets)


def _doubts(config: Path, examined: Examined, current: Version | None) -> list[Problem]:
    """What speaks against serving a map though it has no error; `current` is the one that it would lose rules of."""
    doubts = []
    if not examined.snapshot.is_still_so():
        doubts.append(
            Problem(
                Place(str(config)),
                "map-changed",
                "a sheet was written to while it was read",
                "Once it is at rest, all is read again.",
            )
        )
    if current is not None and current.rules:
        lost = current.rules - examined.rules
        if lost > max(1, current.rules * MOST_LOST) or not examined.rules:
            doubts.append(_shrunk(config, current, examined.rules))
    return doubts


def _shrunk(config: Path, current: Version, rules: int) -> Problem:
    message = f"{rules:,} rules, where version {current.number} has {current.rules:,}: the files may be cut off"
    return Problem(Place(str(config)), "map-shrunk", message, "If it is meant, `migrator map accept` takes it.", Level.ERROR)
