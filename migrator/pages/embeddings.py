"""What ready vectors of pages add to matching: candidates, and which of two likely ones is nearer. How they were made is unknown.

Needs the optional part `match`. Nobody can tell beforehand how good a model is, so nothing here makes a match sure (confidence).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from migrator.pages.candidates import Pairs, by_language
from migrator.pages.embedding_file import Vector
from migrator.pages.profile import Profile
from migrator.pages.vectors import BLOCK, Floats, Places

OFFERED = 5  # new pages whose vectors are nearest to that of an old page
MOST = 3.0  # spreads from the mean beyond which nearness says no more

Table = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The vectors of both sites' pages by URL, all with as many numbers, of any length; of a new page by its final URL."""

    old: Mapping[str, Vector]
    new: Mapping[str, Vector]


class Nearness:
    """How near the pages of two sites are by their vectors; pages without one are near to none."""

    def __init__(self, embeddings: Embeddings, legacy: Sequence[Profile], new: Sequence[Profile]) -> None:
        """Scale all vectors to length 1 once."""
        self._sides = legacy, new
        self._tables = _table(embeddings.old, legacy), _table(embeddings.new, new)
        self._known = _known(self._tables[0]), _known(self._tables[1])

    def offers(self, *, across: bool) -> Places:
        """The codes (as in candidates) of the nearest new pages of each old page; of other languages only where `across`."""
        (legacy, new), found = self._sides, [np.empty(0, dtype=np.int64)]
        for rows, columns in by_language(legacy, new, across=across):
            here, there = rows[self._known[0][rows]], columns[self._known[1][columns]]
            if not len(there):
                continue
            step = max(1, BLOCK // len(there))
            for start in range(0, len(here), step):
                block = here[start : start + step]
                near = self._tables[0][block] @ self._tables[1][there].T
                count = min(OFFERED, len(there))
                best = np.argpartition(-near, count - 1, axis=1)[:, :count]
                found.append((block[:, None] * len(new) + there[best]).ravel())
        return np.concatenate(found)

    def of(self, pairs: Pairs) -> Floats:
        """The cosine of each pair, NaN where one of the two has no vector."""
        found = np.full(len(pairs.old), np.nan)
        step = max(1, BLOCK // max(1, self._tables[0].shape[1]))
        for start in range(0, len(found), step):
            block = slice(start, start + step)
            found[block] = (self._tables[0][pairs.old[block]] * self._tables[1][pairs.new[block]]).sum(axis=1)
        found[~(self._known[0][pairs.old] & self._known[1][pairs.new])] = np.nan
        return found


def leanings(cosines: Floats, pairs: Pairs) -> Floats:
    """How much nearer each pair is than the mean of its old page's candidates, in spreads of the whole site; 0 where unknown.

    Models differ in what a cosine means; only differences between the candidates of one page are looked at.
    """
    known = ~np.isnan(cosines)
    values = np.where(known, cosines, 0.0)
    counted = np.bincount(pairs.old, known, minlength=pairs.old_count)
    mean = np.bincount(pairs.old, values, minlength=pairs.old_count) / np.maximum(1, counted)
    apart = np.where(known, values - mean[pairs.old], 0.0)
    spread = float(np.sqrt((apart**2).sum() / max(1, known.sum())))
    return np.clip(apart / spread, -MOST, MOST) if spread > 1e-9 else np.zeros(len(apart))


def _known(table: Table) -> npt.NDArray[np.bool_]:
    return np.asarray(table.any(axis=1))


def _table(vectors: Mapping[str, Vector], profiles: Sequence[Profile]) -> Table:
    size = max((len(vector) for vector in vectors.values()), default=1)
    table = np.zeros((len(profiles), size), dtype=np.float32)
    for place, profile in enumerate(profiles):
        vector = vectors.get(profile.page.url)
        if vector is not None and (length := float(np.linalg.norm(vector.astype(np.float64)))) > 0:
            table[place] = vector / length
    return table
