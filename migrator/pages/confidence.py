"""From signals to a confidence: one conditional logit over an old page's candidates and "none", then a calibration.

The numbers were learnt by scripts/bench/matching on eight sites that moved; it prints them anew. No signal is made here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from migrator.pages import neighbours, similarity
from migrator.pages.similarity import Pairs
from migrator.pages.vectors import Floats

CONTENT = similarity.SIGNALS
SIGNALS = (*CONTENT, "slug_in_folder", *neighbours.SIGNALS[1:])
MOST = 0.999  # nothing found by comparing is certain


@dataclass(frozen=True, slots=True)
class Weights:
    """What each signal counts, and what "none of them" has from the start. `values` are in the order of the signals."""

    values: tuple[float, ...]
    none: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """Everything that was learnt: a page `alone`, a page `together` with its neighbours, and (intercept, slope) on the logit."""

    alone: Weights
    together: Weights
    calibration: tuple[float, float]


LEARNT = Learnt(
    alone=Weights((0.0,) * len(CONTENT), 0.0),
    together=Weights((0.0,) * len(SIGNALS), 0.0),
    calibration=(0.0, 1.0),
)


def with_neighbours(content: Floats, votes: Floats) -> Floats:
    """The columns of SIGNALS: a folder's move counts as far as the page kept its name."""
    moved = content[:, CONTENT.index("slug")] * votes[:, 0]
    return np.column_stack((content, moved, votes[:, 1:]))


def probabilities(signals: Floats, pairs: Pairs, weights: Weights) -> Floats:
    """How probable each pair is among its old page's candidates and "none"; those of one page and "none" sum to 1."""
    utility = signals @ np.array(weights.values)
    highest = np.full(pairs.old_count, weights.none)
    np.maximum.at(highest, pairs.old, utility)
    grown = np.exp(utility - highest[pairs.old])
    total = np.exp(weights.none - highest) + np.bincount(pairs.old, grown, minlength=pairs.old_count)
    return np.asarray(grown / total[pairs.old])


def calibrated(probability: Floats, calibration: tuple[float, float]) -> Floats:
    """How often a candidate of that probability proved right."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    logit = np.log(inside) - np.log1p(-inside)
    return np.minimum(MOST, 1 / (1 + np.exp(-calibration[0] - calibration[1] * logit)))
