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
    """What each signal counts, by name and in the signals' order, and what "none of them" has from the start."""

    values: dict[str, float]
    none: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Beta calibration: logit of the confidence = `start` + `low` * log(p) - `high` * log(1 - p)."""

    start: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """Everything that was learnt: what a page says `alone`, and `together` with its neighbours."""

    alone: Weights
    together: Weights
    calibration: Calibration


LEARNT = Learnt(
    alone=Weights(
        {
            "shape": 5.335,
            "words": 11.737,
            "both": -6.143,
            "same_path": 8.314,
            "slug": 3.961,
            "folder_name": 3.03,
            "relative_shape": 2.028,
            "relative_slug": -1.898,
        },
        none=7.089,
    ),
    together=Weights(
        {
            "shape": 5.002,
            "words": 10.265,
            "both": -6.881,
            "same_path": 7.834,
            "slug": 3.129,
            "folder_name": 2.282,
            "relative_shape": 1.962,
            "relative_slug": -1.97,
            "slug_in_folder": 1.081,
            "merge": 2.449,
            "landing": 3.937,
            "links": 2.884,
            "rival": -0.898,
        },
        none=6.585,
    ),
    calibration=Calibration(start=-0.165, low=0.75, high=1.234),
)


def with_neighbours(content: Floats, votes: Floats) -> Floats:
    """The columns of SIGNALS: a folder's move counts as far as the page kept its name."""
    moved = content[:, CONTENT.index("slug")] * votes[:, 0]
    return np.column_stack((content, moved, votes[:, 1:]))


def probabilities(signals: Floats, pairs: Pairs, weights: Weights) -> Floats:
    """How probable each pair is among its old page's candidates and "none"; those of one page and "none" sum to 1."""
    utility = signals @ np.array(list(weights.values.values()))
    highest = np.full(pairs.old_count, weights.none)
    np.maximum.at(highest, pairs.old, utility)
    grown = np.exp(utility - highest[pairs.old])
    total = np.exp(weights.none - highest) + np.bincount(pairs.old, grown, minlength=pairs.old_count)
    return np.asarray(grown / total[pairs.old])


def calibrated(probability: Floats, calibration: Calibration) -> Floats:
    """How often a candidate of that probability proved right; the order of probabilities is kept."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    logit = calibration.start + calibration.low * np.log(inside) - calibration.high * np.log1p(-inside)
    return np.minimum(MOST, 1 / (1 + np.exp(-logit)))
