"""Learns the matcher's weights (a conditional logit over candidates and "none") and its calibration. No site is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from migrator.pages.confidence import Weights, probabilities
from migrator.pages.similarity import Pairs
from migrator.pages.vectors import Floats
from scipy.optimize import minimize

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
    return Weights(tuple(round(float(value), 3) for value in found[:-1] / scale), round(float(found[-1]), 3))


def _loss(lesson: Lesson, theta: Floats, scale: Floats) -> tuple[float, Floats]:
    """Minus the log likelihood of one site, and its slope."""
    pairs = lesson.pairs
    weight = lesson.weight * np.sqrt(SITE / lesson.weight.sum())
    chance = probabilities(lesson.signals / scale, pairs, Weights(tuple(theta[:-1]), float(theta[-1])))
    matched = np.bincount(pairs.old, lesson.right, minlength=pairs.old_count)
    of_right = np.bincount(pairs.old, chance * lesson.right, minlength=pairs.old_count)
    of_none = 1 - np.bincount(pairs.old, chance, minlength=pairs.old_count)
    likelihood = np.where(matched > 0, of_right, of_none)
    pull = weight[pairs.old] * (chance - lesson.right)
    slope = np.append((lesson.signals / scale).T @ pull, float(weight @ (of_none - (matched == 0))))
    return -float(weight @ np.log(np.maximum(likelihood, 1e-12))), slope


def calibrate(probability: Floats, right: Floats, weight: Floats) -> tuple[float, float]:
    """Intercept and slope that make the logit of a probability tell how often it proved right."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    logit = np.log(inside) - np.log1p(-inside)

    def loss(theta: Floats) -> float:
        lines = theta[0] + theta[1] * logit
        return float(weight @ (np.logaddexp(0, lines) - right * lines)) + 0.5 * float(theta[0] ** 2 + (theta[1] - 1) ** 2)

    found = minimize(loss, np.array([0.0, 1.0]), method="Nelder-Mead").x
    return round(float(found[0]), 3), round(float(found[1]), 3)
