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
SIGNALS = (*CONTENT, "slug_in_folder", *neighbours.SIGNALS[1:])
MOST = 0.999  # nothing found by comparing is certain
TIE = 2.0  # times as probable: candidates that are nearer to the best one are tied with it
LEANT_MOST = 0.9  # what leaning on a signal that nothing was learnt about can lift a confidence to


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
            "shape": 5.695,
            "words": 10.151,
            "both": -6.61,
            "same_path": 7.77,
            "slug": 3.938,
            "folder_name": 2.933,
            "relative_shape": 1.478,
            "relative_slug": -1.828,
            "passages": 2.165,
        },
        none=6.251,
    ),
    together=Weights(
        {
            "shape": 4.49,
            "words": 9.145,
            "both": -7.165,
            "same_path": 7.607,
            "slug": 3.286,
            "folder_name": 1.869,
            "relative_shape": 1.605,
            "relative_slug": -1.765,
            "passages": 1.623,
            "slug_in_folder": 0.742,
            "merge": 3.259,
            "landing": 6.218,
            "links": 3.34,
            "rival": -1.031,
        },
        none=5.911,
    ),
    calibration=Calibration(start=0.369, low=0.814, high=1.05),
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


def against_rivals(probability: Floats, pairs: Pairs) -> Floats:
    """How probable each pair is if only it or the strongest other candidate of its old page can be right."""
    order = np.lexsort((-probability, pairs.old))
    firsts = np.unique(pairs.old[order], return_index=True)[1]
    seconds = firsts[np.diff(np.append(firsts, len(order))) > 1] + 1
    rival = pairs.most(probability)[pairs.old]
    rival[order[firsts]] = 0.0
    rival[order[seconds - 1]] = probability[order[seconds]]
    return np.asarray(probability / np.maximum(probability + rival, 1e-300))


def leant(probability: Floats, pairs: Pairs, leaning: Floats) -> Floats:
    """The probabilities after a signal that nothing was learnt about has shared out anew what tied candidates have together.

    Nobody else's is touched: such a signal may tell twins apart, and may not outvote what was learnt.
    """
    tied = probability * TIE >= pairs.most(probability)[pairs.old]
    together = np.bincount(pairs.old, probability * tied, minlength=pairs.old_count)
    grown = probability * np.exp(leaning) * tied
    total = np.maximum(np.bincount(pairs.old, grown, minlength=pairs.old_count), 1e-300)
    return np.where(tied, grown * (together / total)[pairs.old], probability)


def calibrated(probability: Floats, calibration: Calibration) -> Floats:
    """How often a candidate of that probability proved right; the order of probabilities is kept."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    logit = calibration.start + calibration.low * np.log(inside) - calibration.high * np.log1p(-inside)
    return np.minimum(MOST, 1 / (1 + np.exp(-logit)))
