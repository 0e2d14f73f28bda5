"""A version that is kept, opened again: whether it is whole, and its settings and table, ready to serve. It makes none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from migrator.errors import StoreError
from migrator.maps.folder import MapFolder, Version
from migrator.maps.sheets import is_whole_file, stored_rules
from migrator.maps.sources import Kept
from migrator.rules.map_file import MapFile
from migrator.rules.table import RuleTable
from migrator.settings import Settings, read_config, settings_of


@dataclass(frozen=True, slots=True)
class LoadedMap:
    """One version, whole: what is served comes from it alone."""

    version: Version
    settings: Settings
    table: RuleTable


def load_version(config: Path, folder: MapFolder, version: Version) -> LoadedMap:
    """A version's map. It was checked when it was made. Raises StoreError where a file of it is damaged."""
    found = _read(config, folder, version)
    stored = {}
    if version.exact:
        files = [str(config.parent / name) for name in version.apart]
        stored = stored_rules(folder, version.exact, found.sites, files, version.counts)
    return LoadedMap(version, settings_of(found, config), RuleTable(found.sites, found.rules, stored))


def settings_of_version(config: Path, folder: MapFolder, version: Version) -> Settings:
    """A version's settings alone, with no big sheet opened. Raises StoreError where a file of it is damaged."""
    return settings_of(_read(config, folder, version), config)


def _read(config: Path, folder: MapFolder, version: Version) -> MapFile:
    found = read_config(config, files=Kept(config, folder, version))
    if found.problems:
        raise StoreError(f"map version {version.number} can no longer be read: {found.problems[0]}")
    return found


def is_whole(folder: MapFolder, version: Version) -> bool:
    """Whether nothing of a version is absent or damaged."""
    try:
        for name in version.files:
            folder.copy(version, name)
    except StoreError:
        return False
    return not version.exact or is_whole_file(folder, version.exact)
