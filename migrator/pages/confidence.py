"""From signals to a confidence: one conditional logit over an old page's candidates and "none", then a calibration.

The numbers were learnt by scripts/bench/matching on eight sites that moved; it prints them anew. No signal is made here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from migrator.pages import neighbours, similarity
from migrator.pages.candidates import Pairs
from migrator.pages.vectors import Floats

CONTENT = similarity.SIGNALS
SIGNALS = (*CONTENT, "slug_in_folder", "words_in_folder", *neighbours.SIGNALS[1:])
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
            "shape": 7.548,
            "words": 10.672,
            "both": -7.327,
            "same_path": 8.004,
            "slug": 3.669,
            "folder_name": 2.671,
            "relative_shape": 1.575,
            "relative_slug": -1.788,
            "passages": 2.243,
            "title": -1.197,
        },
        none=6.663,
    ),
    together=Weights(
        {
            "shape": 5.099,
            "words": 10.158,
            "both": -8.009,
            "same_path": 8.125,
            "slug": 2.839,
            "folder_name": 1.803,
            "relative_shape": 1.726,
            "relative_slug": -1.599,
            "passages": 2.01,
            "title": -0.109,
            "slug_in_folder": 1.382,
            "words_in_folder": -1.377,
            "merge": 3.389,
            "landing": 6.127,
            "links": 3.597,
            "rival": -0.714,
        },
        none=6.52,
    ),
    calibration=Calibration(start=0.348, low=0.771, high=1.06),
)


def with_neighbours(content: Floats, votes: Floats) -> Floats:
    """The columns of SIGNALS: a folder's move counts as far as the page kept its name, or its text."""
    moved = content[:, CONTENT.index("slug")] * votes[:, 0]
    text = content[:, CONTENT.index("words")] * votes[:, 0]
    return np.column_stack((content, moved, text, votes[:, 1:]))


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
