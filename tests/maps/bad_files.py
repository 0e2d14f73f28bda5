"""Puts bad files in the place of a good map, one after the other, and compares what is served after each with the good map.

`scripts/prove/reload` runs it at length; test_bad_files.py runs a part.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from migrator.errors import StoreError
from migrator.maps.compiling import compile_map, folder_beside
from migrator.maps.loading import start_map
from migrator.maps.opening import is_whole, load_version
from migrator.rules.checks import check_map, errors_only
from migrator.rules.table import Request, RuleTable
from migrator.settings import read_config
from tests.shared import ROOT

REAL = ROOT / "migrator" / "demo" / "redirects.yaml"
FILLED = {"<LEGACY>": "http://127.0.0.1:9", "<NEW>": "https://new.example"}
SHEET = "old,new\n" + "".join(f"/page-{number},/new/{number}\n" for number in range(300))


def real_map() -> bytes:
    """The map of the demonstration."""
    text = REAL.read_text("utf-8")
    for name, value in FILLED.items():
        text = text.replace(name, value)
    return text.encode()


def prefixes(data: bytes, step: int = 1) -> Iterator[bytes]:
    """What a writer leaves who is stopped."""
    return (data[:length] for length in range(0, len(data), step))


def flips(data: bytes, count: int, chance: random.Random) -> Iterator[bytes]:
    """The data with one bit the other way round, many times."""
    for _ in range(count):
        position, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
        yield data[:position] + bytes([data[position] ^ bit]) + data[position + 1 :]


def answers(table: RuleTable, addresses: Iterable[tuple[str, str]]) -> list[str]:
    """What is said to each address, by host and path."""
    return [repr(table.decide(Request(path.encode(), b"", host))) for host, path in addresses]


class Served:
    """A map that is served, and what becomes of it when the main file holds other bytes."""

    def __init__(self, folder: Path, data: bytes) -> None:
        self.config = folder / "redirects.yaml"
        self.folder = folder_beside(self.config)
        self.config.write_bytes(data)
        outcome = compile_map(self.config, self.folder)
        assert outcome.version is not None, outcome.problems
        self.good = data
        table = self.table()
        rules = [rule.rule.source for site in table.tables.values() for rule in site]
        hosts = [host for site in table.sites.values() for host in site.hosts]
        self.asked = [(host, source) for host in hosts for source in (*rules, "/none") if source.startswith("/")]
        self.before = answers(table, self.asked)

    def table(self) -> RuleTable:
        """What is served now."""
        current = self.folder.current()
        assert current is not None
        return load_version(self.config, self.folder, current).table

    def tried(self, data: bytes) -> str:
        """The word for what becomes of these bytes; what is served then is compared with the map that it must be."""
        self.config.write_bytes(data)
        outcome = compile_map(self.config, self.folder)
        after = answers(self.table(), self.asked)
        if outcome.word == "new":
            found = read_config(self.config)
            fresh = RuleTable(found.sites, found.rules)
            assert not found.problems
            assert not errors_only(check_map(fresh))
            assert after == answers(fresh, self.asked)
            self.config.write_bytes(self.good)
            assert compile_map(self.config, self.folder, accept=True).word == "new"
            assert answers(self.table(), self.asked) == self.before
        else:
            assert outcome.word in ("refused", "same")
            assert outcome.word == "same" or outcome.problems
            assert after == self.before
        return outcome.word


def damaged_files(folder: Path, count: int, restarts: int, chance: random.Random) -> str:
    """Flip bits of a compiled file; none may be opened, and a start makes it again from the sheet."""
    config = folder / "redirects.yaml"
    site = 'sites: {main: {hosts: [old.example], legacy: "http://127.0.0.1:9", new: "https://new.example"}}\n'
    config.write_text(f"version: 1\n{site}include: [many.csv]\n", encoding="utf-8")
    (folder / "many.csv").write_text(SHEET, encoding="utf-8")
    start = start_map(config)
    (file,) = start.folder.path.glob("*.lmdb")
    whole = file.read_bytes()
    asked = [("old.example", f"/page-{number}") for number in range(0, 301, 7)]
    good = answers(load_version(config, start.folder, start.version).table, asked)
    file.chmod(0o644)
    for number, data in enumerate(flips(whole, count, chance)):
        file.write_bytes(data)
        assert not is_whole(start.folder, start.version)
        try:
            load_version(config, start.folder, start.version)
        except StoreError:
            pass
        else:
            raise AssertionError("a damaged file was opened")
        if number < restarts:
            again = start_map(config)
            assert not again.problems
            made = load_version(config, again.folder, again.version).table
            assert answers(made, asked) == good
            del made
            start = again
            file.chmod(0o644)
    return f"{count} flips of {len(whole):,} bytes: none opened; {restarts} restarts made it again"


def main() -> int:
    """All of it, at length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    suite = sorted(Path(os.environ.get("MIGRATOR_SHARED") or ROOT.parent / "shared", "corpora", "yaml-test-suite").rglob("*"))
    data = real_map()
    cases = {
        f"every prefix of {len(data):,} bytes": prefixes(data),
        f"{options.flips:,} bit flips": flips(data, options.flips, chance),
        "files of the YAML test suite": (path.read_bytes() for path in suite if path.is_file()),
    }
    quick = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it
    with tempfile.TemporaryDirectory(dir=quick) as name:
        served = Served(Path(name), data)
        for what, tried in cases.items():
            print(f"{what}: {dict(Counter(map(served.tried, tried)))}", flush=True)
    os.environ["MIGRATOR_BIG_MAP"] = "0"
    with tempfile.TemporaryDirectory(dir=quick) as name:
        print(damaged_files(Path(name), options.flips, 20, chance))
    print("no traceback, and no answer but the old map's or the new one's")
    return 0


if __name__ == "__main__":
    sys.exit(main())
