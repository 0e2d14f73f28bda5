"""A confidence is a chance among an old page's candidates, and calibration never turns an order round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages import neighbours
from migrator.pages.candidates import Pairs
from migrator.pages.confidence import (
    CONTENT,
    LEARNT,
    MOST,
    SIGNALS,
    Weights,
    against_rivals,
    calibrated,
    probabilities,
    with_neighbours,
)

UNIT = st.floats(0, 1)


def test_what_was_learnt_names_the_signals_in_their_order() -> None:
    assert tuple(LEARNT.alone.values) == CONTENT
    assert tuple(LEARNT.together.values) == SIGNALS
    assert min(LEARNT.calibration.low, LEARNT.calibration.high) > 0


@given(st.lists(st.tuples(st.integers(0, 3), UNIT), max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_candidates_of_a_page_and_none_share_one_chance(entries: list[tuple[int, float]]) -> None:
    entries = sorted(entries)
    pairs = Pairs(np.array([old for old, _ in entries], dtype=np.int64), np.arange(len(entries)), 4, max(1, len(entries)))
    chance = probabilities(np.array([[value] for _, value in entries]).reshape(-1, 1), pairs, Weights({"x": 9.0}, 4.0))

    assert np.all(np.bincount(pairs.old, chance, minlength=4) < 1)
    for (old, value), other in zip(entries, chance, strict=True):
        assert other == pytest.approx(max(c for (o, v), c in zip(entries, chance, strict=True) if (o, v) == (old, value)))


def test_twins_halve_the_chance() -> None:
    alone = Pairs(np.array([0]), np.array([0]), 1, 2)
    twins = Pairs(np.array([0, 0]), np.array([0, 1]), 1, 2)
    weights = Weights({"x": 20.0}, 0.0)

    assert probabilities(np.array([[1.0]]), alone, weights)[0] > 0.99
    assert probabilities(np.array([[1.0], [1.0]]), twins, weights) == pytest.approx([0.5, 0.5])


@given(st.lists(UNIT, min_size=2, max_size=10))
@settings(max_examples=60, deadline=None)
def test_calibration_keeps_the_order_and_the_bounds(chances: list[float]) -> None:
    confidence = calibrated(np.array(sorted(chances)), LEARNT.calibration)

    assert np.all(np.diff(confidence) >= 0)
    assert confidence.min() >= 0
    assert confidence.max() <= MOST


def test_a_folders_move_counts_as_far_as_the_name_was_kept() -> None:
    content = np.zeros((1, len(CONTENT)))
    content[0, CONTENT.index("slug")] = 0.5
    votes = np.array([[0.8, *[0.1] * (len(neighbours.SIGNALS) - 1)]])

    assert dict(zip(SIGNALS, with_neighbours(content, votes)[0], strict=True))["slug_in_folder"] == pytest.approx(0.4)


def test_no_candidate_is_likelier_than_against_its_strongest_rival() -> None:
    pairs = Pairs(np.array([0, 0, 0, 1, 2, 2]), np.array([0, 1, 2, 0, 0, 1]), 3, 3)
    chance = np.array([0.6, 0.2, 0.1, 0.4, 0.3, 0.3])

    assert against_rivals(chance, pairs) == pytest.approx([0.75, 0.25, 1 / 7, 1, 0.5, 0.5])
    nothing = np.empty(0, dtype=np.int64)
    assert len(against_rivals(np.empty(0), Pairs(nothing, nothing, 0, 0))) == 0
