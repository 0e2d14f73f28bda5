"""Candidates that the tree tells: where the pages of a folder went, and the pages that lead in there. No text is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from migrator.pages.candidates import Pairs
from migrator.pages.neighbours import below, doors, heads, likeliest
from migrator.pages.profile import Profile
from migrator.pages.vectors import Floats, Matrix, Places, matrix

TOGETHER = 3  # new pages that a folder offers to each of its pages
LANDINGS = 2  # folders whose leading pages are offered
LIKELIEST = 3  # candidates of a page whose sections offer it their leading pages


def offers(legacy: Sequence[Profile], new: Sequence[Profile], pairs: Pairs, alike: Floats, *, across: bool) -> Places:
    """The codes of further pairs, given how alike (0 to 1) the pairs so far are."""
    best = likeliest(pairs, alike)
    old, there, weight = pairs.old[best], pairs.new[best], alike[best] ** 2
    folder = _numbered([profile.folder for profile in legacy])
    names = [profile.folder for profile in new]
    new_folder = _numbered(names)
    leading = doors(new)
    first = {int(number): leading.get(name, []) for number, name in zip(new_folder, names, strict=True)}
    folders = int(folder.max(initial=-1)) + 1
    merged = _most(matrix(folder[old], there, weight, (folders, len(new))), TOGETHER)
    moved = matrix(old, new_folder[there], weight, (len(legacy), int(new_folder.max(initial=-1)) + 1))
    by_folder = _most(matrix(folder[old], new_folder[there], weight, (folders, moved.shape[1])), LANDINGS)
    by_root = _most(below(legacy, heads(legacy)) @ moved, LANDINGS)
    above = _sections(new, leading)
    found = []
    for place, (profile, likely) in enumerate(zip(legacy, _likely(pairs, alike), strict=True)):
        landings = {page for number in (*by_folder[folder[place]], *by_root[place]) for page in first[number]}
        for page in landings.union(merged[folder[place]], *(above[one] for one in likely)):
            if across or not profile.language or new[page].language in (profile.language, ""):
                found.append(place * len(new) + page)
    return np.array(found, dtype=np.int64)


def _sections(new: Sequence[Profile], leading: Mapping[str, Sequence[int]]) -> list[list[int]]:
    """For each new page those that lead into its folder and into the folder above, where a page may have been folded in."""
    folders = ((profile.folder, profile.folder.rpartition("/")[0]) for profile in new)
    return [[page for folder in both for page in leading.get(folder, ())[:1]] for both in folders]


def _likely(pairs: Pairs, alike: Floats) -> Iterator[list[int]]:
    """For each old page the new pages of its LIKELIEST pairs."""
    order = np.lexsort((pairs.new, -alike, pairs.old))
    bounds = np.searchsorted(pairs.old[order], np.arange(pairs.old_count + 1))
    return ([int(one) for one in pairs.new[order[start : min(end, start + LIKELIEST)]]] for start, end in pairwise(bounds))


def _most(table: Matrix, count: int) -> list[list[int]]:
    """For each row the columns of its highest values."""
    table = table.tocsr()
    rows = []
    for start, end in pairwise(table.indptr):
        order = np.lexsort((table.indices[start:end], -table.data[start:end]))[:count]
        rows.append([int(column) for column in table.indices[start:end][order]])
    return rows


def _numbered(names: Iterable[str]) -> Places:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
