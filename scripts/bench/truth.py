"""Reads the sites of shared/truth as the matcher sees them, with what became of every old page."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from migrator.pages.candidates import Pairs
from migrator.pages.extract import extract
from migrator.pages.matching import profiled
from migrator.pages.neighbours import Neighbourhood
from migrator.pages.page import Page
from migrator.pages.profile import Profile
from migrator.pages.similarity import compare
from migrator.pages.vectors import Floats

SHARED = Path(os.environ.get("MIGRATOR_SHARED") or Path(__file__).resolve().parents[3] / "shared")
LEGACY, NEW = "http://legacy.example", "http://new.example"
TOMBSTONE = 20  # old pages sent to one "this has moved" page: no match of content

# How much an old page says about a confidence. "Gone" is hardly a negative: most such pages have a plain successor that the
# maintainers forgot; a page that kept its address is an easy one, and sites differ in how many they have.
WEIGHTS = {"moved": 1.0, "tombstone": 0.5, "external": 0.5, "same": 0.3, "gone": 0.15}


@dataclass(frozen=True)
class Truth:
    """One site: its pages, and (new address or "", kind) by old address, both as paths."""

    name: str
    legacy: list[Page]
    new: list[Page]
    became: dict[str, tuple[str, str]]

    @cached_property
    def profiles(self) -> tuple[list[Profile], list[Profile]]:
        """The profiles of both sides."""
        return profiled(self.legacy, self.new)

    @cached_property
    def compared(self) -> tuple[Pairs, Floats]:
        """The candidates and what the pages say for themselves."""
        return compare(*self.profiles)

    @cached_property
    def neighbourhood(self) -> Neighbourhood:
        """What the neighbours are asked."""
        return Neighbourhood(*self.profiles, self.compared[0])

    @cached_property
    def certainty(self) -> Floats:
        """What each old page weighs that can tell whether a confidence was right: it moved, or surely has no successor here."""
        fates = (self.became.get(_path(profile.page.url, LEGACY), ("", ""))[1] for profile in self.profiles[0])
        return np.array([WEIGHTS[fate] if fate in ("moved", "tombstone", "external") else 0.0 for fate in fates])

    @cached_property
    def answers(self) -> tuple[Floats, Floats]:
        """1 for every pair that is right, and what each old page weighs when weights are learnt."""
        (legacy, new), (pairs, _) = self.profiles, self.compared
        paths = [_path(profile.page.url, LEGACY) for profile in legacy]
        targets = [_path(profile.page.url, NEW) for profile in new]
        fates = [self.became.get(path, ("", "")) for path in paths]
        right = [targets[there] == fates[here][0] for here, there in zip(pairs.old, pairs.new, strict=True)]
        return np.array(right, dtype=np.float64), np.array([WEIGHTS.get(kind, 0.0) for _, kind in fates])


def read_truth(name: str) -> Truth:
    """The site in the folder of that name."""
    folder = SHARED / "truth" / name
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    crowd = Counter(_key(row["new_url"]) for row in rows if row["kind"] == "moved")
    became = {}
    for row in rows:
        kind = "tombstone" if row["kind"] == "moved" and crowd[_key(row["new_url"])] >= TOMBSTONE else row["kind"]
        became[_key(row["old_url"])] = (_key(row["new_url"]) if kind in ("moved", "same") else "", kind)
    return Truth(name, _pages(folder / "old.jsonl", LEGACY), _pages(folder / "new.jsonl", NEW), became)


def truth_names() -> list[str]:
    """The names of all sites."""
    return sorted(folder.name for folder in (SHARED / "truth").iterdir() if folder.is_dir())


def _pages(path: Path, base: str) -> list[Page]:
    pages = []
    with path.open(encoding="utf-8") as lines:
        for one in map(json.loads, lines):
            url = base + one["url"]
            content = extract(one["html"].encode(), url, "utf-8")
            pages.append(Page(url, url, 200, content_type="text/html", content=content))
    return pages


def _key(path: str) -> str:
    return path.rstrip("/") or "/"


def _path(url: str, base: str) -> str:
    return _key(url.removeprefix(base))
