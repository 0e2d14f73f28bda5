"""What became of a page's neighbours: its folder, the pages below it, those it links to. No text is compared here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from migrator.pages.candidates import Pairs
from migrator.pages.profile import Profile
from migrator.pages.vectors import Floats, Matrix, Places, matrix, products

SIGNALS = ("folder", "merge", "landing", "links", "rival")
Moves = tuple[Places, Places, Floats]  # old page, where it probably went, and how much that counts
DOUBT = 1.0  # a vote of nobody, so that a single neighbour does not decide


class Neighbourhood:
    """The two trees and link graphs, asked again whenever the probabilities change."""

    def __init__(self, legacy: Sequence[Profile], new: Sequence[Profile], pairs: Pairs) -> None:
        """Learn both trees and graphs once; `pairs` are the candidates that are judged."""
        self._pairs = pairs
        self._folders = _numbered([profile.folder for profile in legacy]), _numbered([profile.folder for profile in new])
        self._below = below(legacy, heads(legacy)), below(new, doors(new), itself=True)
        self._links = _linked(legacy), _linked(new)

    def votes(self, probability: Floats, alone: Floats) -> Floats:
        """A row of SIGNALS (each 0 to 1) for every pair, given how probable each pair is so far, and by itself alone.

        A vote counts as much as both: otherwise the pages of a folder could talk each other into what none has a reason for.
        """
        pairs = self._pairs
        first = likeliest(pairs, probability)
        moved = pairs.old[first], pairs.new[first], probability[first] * alone[first]
        rival = np.zeros(pairs.new_count)
        np.maximum.at(rival, pairs.new, probability)
        height = np.diff(self._below[1].indptr) / max(1, pairs.new_count)
        signals = (
            self._folder_share(moved, self._folders[1]),
            self._folder_share(moved, np.arange(pairs.new_count)),
            self._relatives_share(moved, self._below) * (1 - height)[pairs.new],
            self._relatives_share(moved, self._links),
            rival[pairs.new] - probability,
        )
        return np.column_stack(signals)

    def _folder_share(self, moved: Moves, places: Places) -> Floats:
        """The share of the old page's folder, itself left out, that went to the place where the new page is."""
        (old, new, weight), folders, pairs = moved, self._folders[0], self._pairs
        if not len(old):
            return np.zeros(len(pairs.old))
        arrivals = matrix(folders[old], places[new], weight, (int(folders.max()) + 1, int(places.max()) + 1))
        leaving: Floats = np.asarray(arrivals.sum(axis=1)).ravel()
        own, own_place = np.zeros(pairs.old_count), np.full(pairs.old_count, -1)
        own[old], own_place[old] = weight, places[new]
        here, there = folders[pairs.old], places[pairs.new]
        of_itself = np.where(own_place[pairs.old] == there, own[pairs.old], 0.0)
        arrived: Floats = np.asarray(arrivals[here, there]).ravel() - of_itself
        return np.maximum(0.0, arrived) / (np.maximum(0.0, leaving[here] - own[pairs.old]) + DOUBT)

    def _relatives_share(self, moved: Moves, relation: tuple[Matrix, Matrix]) -> Floats:
        """The share of the old page's relatives that went to relatives of the new page."""
        (old, new, weight), (left, right), pairs = moved, relation, self._pairs
        weights = np.zeros(pairs.old_count)
        weights[old] = weight
        leaving: Floats = left @ weights
        related = np.diff(left.indptr)[pairs.old] > 0
        rows, columns = pairs.old[related], pairs.new[related]
        found = np.zeros(len(related))
        sent = left @ matrix(old, new, weight, (pairs.old_count, pairs.new_count))
        found[related] = products(sent, right, rows, columns) / (leaving[rows] + DOUBT)
        return found


def likeliest(pairs: Pairs, probability: Floats) -> Places:
    """The place of each old page's most probable pair; of two as probable the earlier."""
    order = np.lexsort((pairs.new, -probability, pairs.old))
    _, first = np.unique(pairs.old[order], return_index=True)
    return order[first]


def _numbered(names: Sequence[str]) -> Places:
    return np.unique(np.array(names, dtype=object), return_inverse=True)[1].astype(np.int64)


def heads(profiles: Sequence[Profile]) -> dict[str, list[int]]:
    """By folder, the pages that lead into it: those at its own address, and its overviews."""
    found: dict[str, list[int]] = {}
    for place, profile in enumerate(profiles):
        found.setdefault(profile.path, []).append(place)
    for place, profile in enumerate(profiles):
        if profile.realm != profile.path:
            found.setdefault(profile.realm, []).append(place)
    return found


def doors(profiles: Sequence[Profile]) -> dict[str, list[int]]:
    """The heads, and for a folder without any the first of its pages: there a section without a landing page is entered."""
    found, first = heads(profiles), dict[str, int]()
    for place, profile in enumerate(profiles):
        folder = profile.folder
        if folder and folder not in found and (folder not in first or profile.path < profiles[first[folder]].path):
            first[folder] = place
    return found | {folder: [place] for folder, place in first.items()}


def below(profiles: Sequence[Profile], places: Mapping[str, Sequence[int]], *, itself: bool = False) -> Matrix:
    """Which pages lie below which: a row for each page, 1 for each page in the folders into which it leads by `places`."""
    found = [(place, place) for place in range(len(profiles)) if itself]
    for place, profile in enumerate(profiles):
        found.extend((root, place) for folder in _above(profile.path) for root in places.get(folder, ()) if root != place)
    return _relation(found, len(profiles))


def _above(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _linked(profiles: Sequence[Profile]) -> Matrix:
    return _relation([(place, to) for place, profile in enumerate(profiles) for to in profile.links], len(profiles))


def _relation(found: Sequence[tuple[int, int]], size: int) -> Matrix:
    return matrix((row for row, _ in found), (column for _, column in found), 1.0, (size, size))
