"""Big sheets, compiled into an exact file: made once for the same sheets and sites, verified before it is opened, streamed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrator.errors import Level, Place, Problem, StoreError
from migrator.maps.folder import MapFolder
from migrator.maps.sources import Snapshot, hexdigest
from migrator.rules.bulk import no_collections
from migrator.rules.formats.neutral_csv import HEAD, Row, delimiter_of, each_row
from migrator.rules.rows import RowCompiler, summed_up
from migrator.rules.rule import Site
from migrator.rules.stored import StoredRules
from migrator.rules.tier import collision
from migrator.store.exact_build import ExactBuild
from migrator.store.exact_file import ExactFile, SiteRecords, checksum_of, identity_of
from migrator.store.sealed import read_sealed, write_sealed

_FORMAT = "2"  # of the file; another one is another name
_MOST_PROBLEMS = 1_000
_TOO_MANY = 100_000  # after so many problems nobody reads on


@dataclass(slots=True)
class Compiled:
    """What came of sheets: the exact file's name, its rules by site, and what is wrong or doubtful in the sheets."""

    name: str
    counts: dict[str, int]
    problems: list[Problem]

    @property
    def is_usable(self) -> bool:
        """Whether there is a file; where there is an error, there is none."""
        return all(problem.level is not Level.ERROR for problem in self.problems)


def compiled_sheets(folder: MapFolder, sites: Sequence[Site], snapshot: Snapshot, config: Path) -> Compiled:
    """The exact file of the snapshot's sheets, made now unless it is there. Raises StoreError where it cannot be written."""
    names = [str(path) for path in snapshot.sheets]
    exact = f"exact-{_identity(sites, snapshot)}"
    known = _known(folder, exact, names)
    if known is not None:
        return known
    problems: list[Problem] = []
    counts = dict.fromkeys((site.name for site in sites), 0)
    path = _path(folder, exact)
    path.unlink(missing_ok=True)  # one without its note, or damaged
    with no_collections(), ExactBuild(folder.path, _Doubles(sites, names, problems, counts)) as build:
        for record in _records(sites, snapshot, problems):
            build.add(record.site, record.key, record.value, leads_back=record.leads_back)
            counts[sites[record.site].name] += 1
        if all(problem.level is not Level.ERROR for problem in problems):
            build.finish(path)
    problems = summed_up(sorted(problems, key=lambda one: one.place), _MOST_PROBLEMS, str(config))
    compiled = Compiled(exact, counts, problems)
    if not compiled.is_usable:
        path.unlink(missing_ok=True)
    else:
        note = {"checksum": checksum_of(path), "identity": identity_of(path), "counts": counts, "names": names}
        write_sealed(_note(folder, exact), {**note, "problems": [asdict(problem) for problem in problems]})
    return compiled


def stored_rules(
    folder: MapFolder, exact: str, sites: Sequence[Site], files: Sequence[str], counts: Mapping[str, int]
) -> dict[str, StoredRules]:
    """The rules of an exact file, by site. Raises StoreError where the file is absent or damaged."""
    note = read_sealed(_note(folder, exact))
    if not isinstance(note, dict) or not _is_whole(folder, exact, note):
        raise StoreError(f"{_path(folder, exact)}: the compiled map is absent or damaged")
    file = ExactFile.at(_path(folder, exact))
    return {
        site.name: StoredRules(SiteRecords(file, number, counts[site.name]), site, files)
        for number, site in enumerate(sites)
        if counts.get(site.name)
    }


def is_whole_file(folder: MapFolder, exact: str) -> bool:
    """Whether an exact file is there and what was written."""
    note = read_sealed(_note(folder, exact))
    return isinstance(note, dict) and _is_whole(folder, exact, note)


def _path(folder: MapFolder, exact: str) -> Path:
    return folder.path / f"{exact}.lmdb"


def _note(folder: MapFolder, exact: str) -> Path:
    return folder.path / f"{exact}.note"


def _identity(sites: Sequence[Site], snapshot: Snapshot) -> str:
    """Tells two exact files apart: the sheets, and what of the sites has a say in their records."""
    said = [
        [site.name, site.hosts, site.new, site.allowed_targets, site.folding.case, site.folding.trailing_slash,
         site.folding.index_files, sorted(site.folding.significant_params)]
        for site in sites
    ]  # fmt: skip
    sheets = list(zip(snapshot.sheet_names(), snapshot.sheets.values(), strict=True))
    return hexdigest(_FORMAT, json.dumps([said, sheets]))


def _known(folder: MapFolder, exact: str, names: Sequence[str]) -> Compiled | None:
    note = read_sealed(_note(folder, exact))
    if not isinstance(note, dict) or not _is_whole(folder, exact, note):
        return None
    renamed = dict(zip(note["names"], names, strict=True))
    return Compiled(exact, dict(note["counts"]), [_problem(one, renamed) for one in note["problems"]])


def _problem(value: dict[str, Any], renamed: Mapping[str, str]) -> Problem:
    file, line, column = value.pop("place")
    return Problem(Place(renamed.get(file, file), line, column), **{**value, "level": Level(value["level"])})


def _is_whole(folder: MapFolder, exact: str, note: dict[str, Any]) -> bool:
    """Whether the file is what was written: nobody wrote to it since, or else its checksum is the same."""
    path = _path(folder, exact)
    try:
        identity = identity_of(path)
        if identity == note["identity"]:
            return True
        if checksum_of(path) != note["checksum"]:
            return False
    except OSError:
        return False
    with contextlib.suppress(OSError):
        write_sealed(_note(folder, exact), {**note, "identity": identity})
    return True


class _Doubles:
    """Is told of two records for one key."""

    def __init__(self, sites: Sequence[Site], files: Sequence[str], problems: list[Problem], counts: dict[str, int]) -> None:
        self._readers = [StoredRules(_Nothing(), site, files) for site in sites]
        self._problems = problems
        self._counts = counts

    def __call__(self, site: int, first: bytes, second: bytes) -> None:
        reader = self._readers[site]
        self._counts[reader.site.name] -= 1
        if len(self._problems) >= _TOO_MANY:
            return
        one, other = reader.unpacked(first), reader.unpacked(second)
        if one is not None and other is not None:
            self._problems.append(collision(one, other))


class _Nothing:
    """Records that are not there."""

    def __len__(self) -> int:
        return 0

    def read(self, key: str) -> bytes | None:
        return None

    def leading_back(self) -> Iterator[bytes]:
        return iter(())


def _records(sites: Sequence[Site], snapshot: Snapshot, problems: list[Problem]) -> Iterator[Any]:
    compiler = RowCompiler(sites, problems)
    for number, path in enumerate(snapshot.sheets):
        for row in _rows(path):
            if len(problems) >= _TOO_MANY:
                return
            if isinstance(row, Problem):
                problems.append(row)
            elif (record := compiler.record(row, number)) is not None:
                yield record


def _rows(path: Path) -> Iterator[Row | Problem]:
    """The rows of a sheet on disk, whatever is in it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.read(HEAD)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from each_row(file, delimiter_of(head), str(path))
    except UnicodeDecodeError:
        yield _not_utf_8(path)
    except OSError as error:
        yield Problem(
            Place(str(path)), "unreadable", f"the file cannot be read: {error.strerror}", "Check the path and the disk."
        )


def _not_utf_8(path: Path) -> Problem:
    mend = "Save the file as UTF-8."
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                place = Place(str(path), number, error.start + 1)
                return Problem(place, "not-utf-8", f"the byte {line[error.start]:#04x} is not UTF-8", mend)
    return Problem(Place(str(path)), "not-utf-8", "the file is not UTF-8", mend)
