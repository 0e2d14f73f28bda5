"""Which new pages may answer for an old one, and how alike the two are. What the neighbours did is not looked at here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from migrator.pages.plain_words import words
from migrator.pages.profile import Profile
from migrator.pages.vectors import Floats, Matrix, Places, best_pairs, presence, products, shape_vectors, shares, word_vectors

SIGNALS = ("shape", "words", "both", "same_path", "slug", "folder_name", "relative_shape", "relative_slug")
CANDIDATES = {"shape": 12, "words": 12, "contained": 5, "title": 5, "slug": 5}  # new pages that each source may offer


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
class _Vectors:
    """One side's pages under each source of similarity, and as sets of words."""

    shape: Matrix
    words: Matrix
    title: Matrix
    slug: Matrix
    folder_name: Matrix


def compare(legacy: Sequence[Profile], new: Sequence[Profile]) -> tuple[Pairs, Floats]:
    """The candidates of every old page, and a row of SIGNALS (each 0 to 1) for every pair."""
    left, right = _vectors(legacy, new)
    pairs = _pairs(legacy, new, left, right)
    shape = products(left.shape, right.shape, pairs.old, pairs.new)
    alike = products(left.words, right.words, pairs.old, pairs.new)
    slug = products(left.slug, right.slug, pairs.old, pairs.new)
    named = products(left.folder_name, right.slug, pairs.old, pairs.new) * (1 - slug)
    roots = {profile.folder for profile in legacy}
    leaf = np.array([profile.path not in roots for profile in legacy], dtype=bool)
    signals = (
        *(shape, alike, shape * alike, _same(legacy, new, pairs), slug, named * leaf[pairs.old]),
        *(_relative(shape, pairs), _relative(slug, pairs)),
    )
    return pairs, np.column_stack(signals)


def _vectors(legacy: Sequence[Profile], new: Sequence[Profile]) -> tuple[_Vectors, _Vectors]:
    def both(make: Callable[..., list[Matrix]], text: Callable[[Profile], str]) -> list[Matrix]:
        return make([text(profile) for profile in legacy], [text(profile) for profile in new])

    shape = both(shape_vectors, lambda profile: f"{profile.path} {profile.title}")
    text = both(lambda *sides: word_vectors(words, *sides), lambda profile: profile.text)
    title = both(shape_vectors, lambda profile: profile.title)
    names = [[profile.folder.rpartition("/")[2] for profile in side] for side in (legacy, new)]
    slugs = [[profile.slug for profile in side] for side in (legacy, new)]
    slug = shape_vectors(*slugs, *names)
    return (
        _Vectors(shape[0], text[0], title[0], slug[0], slug[2]),
        _Vectors(shape[1], text[1], title[1], slug[1], slug[3]),
    )


def _pairs(legacy: Sequence[Profile], new: Sequence[Profile], left: _Vectors, right: _Vectors) -> Pairs:
    sources = (
        (left.shape, right.shape, CANDIDATES["shape"]),
        (left.words, right.words, CANDIDATES["words"]),
        (shares(left.words), presence(right.words), CANDIDATES["contained"]),
        (left.title, right.title, CANDIDATES["title"]),
        (left.slug, right.slug, CANDIDATES["slug"]),
    )
    codes = [_same_path_codes(legacy, new)]
    for rows, columns in _by_language(legacy, new):
        for one, other, count in sources:
            old, best = best_pairs(one[rows], other[columns], count)
            codes.append(rows[old] * len(new) + columns[best])
    code = np.unique(np.concatenate(codes))
    return Pairs(code // max(1, len(new)), code % max(1, len(new)), len(legacy), len(new))


def _by_language(legacy: Sequence[Profile], new: Sequence[Profile]) -> Iterator[tuple[Places, Places]]:
    """Old pages, and the new pages in their language or in an unknown one; an old page in an unknown language may go anywhere."""
    spoken = np.array([profile.language for profile in new], dtype=object)
    speakers = np.array([profile.language for profile in legacy], dtype=object)
    for language in sorted(set(speakers)):
        columns = (spoken == language) | (spoken == "") if language else np.ones(len(new), dtype=bool)
        yield np.flatnonzero(speakers == language), np.flatnonzero(columns)


def _same_path_codes(legacy: Sequence[Profile], new: Sequence[Profile]) -> Places:
    places: dict[str, list[int]] = defaultdict(list)
    for place, profile in enumerate(new):
        places[profile.path].append(place)
    codes = [
        old * len(new) + place
        for old, profile in enumerate(legacy)
        for place in places.get(profile.path, ())
        if not profile.language or new[place].language in (profile.language, "")
    ]
    return np.array(codes, dtype=np.int64)


def _same(legacy: Sequence[Profile], new: Sequence[Profile], pairs: Pairs) -> Floats:
    same = (legacy[old].path == new[place].path for old, place in zip(pairs.old, pairs.new, strict=True))
    return np.fromiter(same, dtype=np.float64, count=len(pairs.old))


def _relative(values: npt.NDArray[np.float64], pairs: Pairs) -> Floats:
    """Each value as a share of the highest that the old page's candidates reach."""
    return values / np.maximum(pairs.most(values), 1e-9)[pairs.old]
