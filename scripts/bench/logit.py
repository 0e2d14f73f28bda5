"""Learns the matcher's weights (a conditional logit over candidates and "none") and its calibration. No site is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from migrator.pages.candidates import Pairs
from migrator.pages.confidence import SIGNALS, Calibration, Weights, probabilities
from migrator.pages.vectors import Floats

RIDGE = 1.0  # on signals scaled to one standard deviation
SITE = 150.0  # old pages; bigger sites count with the square root of their size


@dataclass(frozen=True)
class Lesson:
    """One site's pairs with what became of each old page: `right` marks pairs, `weight` old pages."""

    pairs: Pairs
    signals: Floats
    right: Floats
    weight: Floats


def learn(lessons: Sequence[Lesson]) -> Weights:
    """The weights under which what happened was likeliest."""
    scale = np.concatenate([lesson.signals for lesson in lessons]).std(axis=0) + 1e-6

    def loss(theta: Floats) -> tuple[float, Floats]:
        total, slope = RIDGE * float(theta[:-1] @ theta[:-1]) / 2, np.append(RIDGE * theta[:-1], 0.0)
        for lesson in lessons:
            value, gradient = _loss(lesson, theta, scale)
            total, slope = total + value, slope + gradient
        return total, slope

    found = minimize(loss, np.zeros(len(scale) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    values = [round(float(value), 3) for value in found[:-1] / scale]
    return Weights(dict(zip(SIGNALS, values, strict=False)), round(float(found[-1]), 3))


def _loss(lesson: Lesson, theta: Floats, scale: Floats) -> tuple[float, Floats]:
    """Minus the log likelihood of one site, and its slope."""
    pairs = lesson.pairs
    weight = lesson.weight * np.sqrt(SITE / lesson.weight.sum())
    chance = probabilities(lesson.signals / scale, pairs, Weights(dict(enumerate(theta[:-1])), float(theta[-1])))
    matched = np.bincount(pairs.old, lesson.right, minlength=pairs.old_count)
    of_right = np.bincount(pairs.old, chance * lesson.right, minlength=pairs.old_count)
    of_none = 1 - np.bincount(pairs.old, chance, minlength=pairs.old_count)
    likelihood = np.where(matched > 0, of_right, of_none)
    pull = weight[pairs.old] * (chance - lesson.right)
    slope = np.append((lesson.signals / scale).T @ pull, float(weight @ (of_none - (matched == 0))))
    return -float(weight @ np.log(np.maximum(likelihood, 1e-12))), slope


def calibrate(probability: Floats, right: Floats, weight: Floats) -> Calibration:
    """The beta calibration (Kull, Silva Filho and Flach, 2017) under which what happened was likeliest."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    low, high = np.log(inside), -np.log1p(-inside)

    def loss(theta: Floats) -> float:
        lines = theta[0] + abs(theta[1]) * low + abs(theta[2]) * high
        return float(weight @ (np.logaddexp(0, lines) - right * lines)) + 0.5 * float(((theta - [0, 1, 1]) ** 2).sum())

    found = minimize(loss, np.array([0.0, 1.0, 1.0]), method="Nelder-Mead").x
    start, *slopes = (round(float(value), 3) for value in found)
    return Calibration(start, *map(abs, slopes))
