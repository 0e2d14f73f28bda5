"""Which new pages may answer for an old one: several cheap sources, each complete. How probable one is, is not said here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from migrator.pages.profile import Profile
from migrator.pages.vectors import Floats, Matrix, Places, best_pairs, counts, presence, shape_counts, shares, weighted
from migrator.pages.words import passages

OFFERS = {"shape": 12, "words": 12, "contained": 5, "title": 5, "slug": 5}  # new pages that each source may offer


@dataclass(frozen=True, slots=True)
class Pairs:
    """Old pages and their candidates, as places in the two lists of profiles, ordered by both."""

    old: Places
    new: Places
    old_count: int
    new_count: int

    def most(self, values: Floats) -> Floats:
        """For each old page the highest of its candidates' values, at least 0."""
        best = np.zeros(self.old_count)
        np.maximum.at(best, self.old, values)
        return best


@dataclass(frozen=True, slots=True)
class Vectors:
    """One side's pages under each source of likeness."""

    shape: Matrix
    words: Matrix
    title: Matrix
    slug: Matrix
    folder_name: Matrix
    passages: Matrix


def vectors(legacy: Sequence[Profile], new: Sequence[Profile]) -> tuple[Vectors, Vectors]:
    """Both sides under the same sources."""
    sides = (legacy, new)
    shape = weighted(*(shape_counts([f"{profile.path} {profile.title}" for profile in side]) for side in sides))
    words = weighted(*(counts([profile.words for profile in side]) for side in sides))
    title = weighted(*(shape_counts([profile.title for profile in side]) for side in sides))
    slugs = [shape_counts([profile.slug for profile in side]) for side in sides]
    names = [shape_counts([profile.folder.rpartition("/")[2] for profile in side]) for side in sides]
    slug = weighted(*slugs, *names)
    kept = [presence(counts([passages(profile.words) for profile in side])) for side in sides]
    return (
        Vectors(shape[0], words[0], title[0], slug[0], slug[2], kept[0]),
        Vectors(shape[1], words[1], title[1], slug[1], slug[3], kept[1]),
    )


def candidates(legacy: Sequence[Profile], new: Sequence[Profile], left: Vectors, right: Vectors, *, across: bool) -> Pairs:
    """The new pages that are like each old page in something; of other languages only where `across`."""
    sources = (
        (left.shape, right.shape, OFFERS["shape"]),
        (left.words, right.words, OFFERS["words"]),
        (shares(left.words), presence(right.words), OFFERS["contained"]),
        (left.title, right.title, OFFERS["title"]),
        (left.slug, right.slug, OFFERS["slug"]),
    )
    codes = [_same_path_codes(legacy, new, across=across)]
    for rows, columns in by_language(legacy, new, across=across):
        for one, other, count in sources:
            old, best = best_pairs(one[rows], other[columns], count)
            codes.append(rows[old] * len(new) + columns[best])
    return _pairs(np.concatenate(codes), len(legacy), len(new))


def with_offers(pairs: Pairs, codes: Places) -> Pairs:
    """The pairs with those of these codes (place of the old page times the count of new pages, plus that of the new page)."""
    return _pairs(np.concatenate((pairs.old * pairs.new_count + pairs.new, codes)), pairs.old_count, pairs.new_count)


def _pairs(codes: Places, old_count: int, new_count: int) -> Pairs:
    code = np.unique(codes)
    return Pairs(code // max(1, new_count), code % max(1, new_count), old_count, new_count)


def by_language(legacy: Sequence[Profile], new: Sequence[Profile], *, across: bool) -> Iterator[tuple[Places, Places]]:
    """Old pages, and the new pages in their language or in an unknown one; an old page in an unknown language may go anywhere."""
    if across:
        yield np.arange(len(legacy)), np.arange(len(new))
        return
    spoken = np.array([profile.language for profile in new], dtype=object)
    speakers = np.array([profile.language for profile in legacy], dtype=object)
    for language in sorted(set(speakers)):
        columns = (spoken == language) | (spoken == "") if language else np.ones(len(new), dtype=bool)
        yield np.flatnonzero(speakers == language), np.flatnonzero(columns)


def _same_path_codes(legacy: Sequence[Profile], new: Sequence[Profile], *, across: bool) -> Places:
    places: dict[str, list[int]] = defaultdict(list)
    for place, profile in enumerate(new):
        places[profile.path].append(place)
    codes = [
        old * len(new) + place
        for old, profile in enumerate(legacy)
        for place in places.get(profile.path, ())
        if across or not profile.language or new[place].language in (profile.language, "")
    ]
    return np.array(codes, dtype=np.int64)
