"""Sparse sums say the same as dense ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from migrator.pages import vectors
from migrator.pages.vectors import Matrix, best_pairs, counts, matrix, presence, products, shape_counts, shares, weighted
from migrator.pages.words import Lexicon, numbers

LEFT = ["clean water", "schools", ""]
RIGHT = ["water is clean", "the school", "jobs", ""]


def shape_vectors(*sides: Sequence[str]) -> list[Matrix]:
    return weighted(*map(shape_counts, sides))


def word_vectors(*sides: Sequence[str]) -> list[Matrix]:
    return weighted(*(counts([numbers(text, Lexicon()) for text in side]) for side in sides))


def test_texts_are_rows_of_length_one_or_zero() -> None:
    left, right = word_vectors(LEFT, RIGHT)

    assert np.allclose(np.sqrt(left.multiply(left).sum(axis=1)).ravel(), [1, 1, 0])
    assert left.shape[1] == right.shape[1]


@pytest.mark.parametrize("make", [shape_vectors, word_vectors])
def test_texts_without_a_word_are_empty_rows(make: Callable[..., list[Matrix]]) -> None:
    left, right = make(["", " "], [""])

    assert left.shape[0] == 2
    assert right.sum() == 0


@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_products_are_those_of_the_dense_table_whatever_the_block(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(vectors, "BLOCK", block)
    left, right = shape_vectors(LEFT, RIGHT)
    rows, columns = np.array([0, 0, 1, 2, 1]), np.array([0, 3, 1, 0, 2])

    assert np.allclose(products(left, right, rows, columns), (left @ right.T).toarray()[rows, columns])


def test_no_pairs_have_no_products() -> None:
    left, right = shape_vectors(LEFT, RIGHT)
    nothing = np.empty(0, dtype=np.int64)

    assert len(products(left, right, nothing, nothing)) == 0


def test_the_best_pairs_are_the_highest_positive_ones() -> None:
    left, right = shape_vectors(LEFT, RIGHT)
    rows, columns = best_pairs(left, right, 1)

    assert list(zip(rows, columns, strict=True)) == [(0, 0), (1, 1)]
    assert len(best_pairs(left[:0], right, 3)[0]) == 0


def test_shares_sum_to_one_and_presence_is_one() -> None:
    table = matrix([0, 0, 1], [0, 1, 1], [1.0, 3.0, 5.0], (3, 2))

    assert shares(table).toarray().tolist() == [[0.25, 0.75], [0, 1], [0, 0]]
    assert presence(table).toarray().tolist() == [[1, 1], [0, 1], [0, 0]]
    assert matrix([0, 0], [1, 1], 1.0, (1, 2)).toarray().tolist() == [[0, 2]]


def test_letters_stand_between_their_neighbours_within_a_word() -> None:
    once, twice = (shape_counts([text]) for text in ("ab c", "ab ab c"))

    assert sorted(once.data.tolist()) == [1, 1, 1]  # " ab", "ab ", " c "
    assert sorted(twice.data.tolist()) == [1, 2, 2]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    (table,) = word_vectors(["common rare", "common", "common other"])
    rare, common = numbers("rare common", Lexicon()).tolist()
    first = dict(zip(sorted((rare, common)), table[0].toarray()[0][table[0].indices].tolist(), strict=True))

    assert first[rare] > first[common]


@pytest.mark.parametrize("read", [1, 3, 1_000])
def test_of_a_row_the_heaviest_entries_are_looked_up_however_few(monkeypatch: pytest.MonkeyPatch, read: int) -> None:
    monkeypatch.setattr(vectors, "READ", read)
    left, right = word_vectors(["the rare", "the"], ["the a", "the b", "the rare c"])

    assert (0, 2) in set(zip(*(places.tolist() for places in best_pairs(left, right, 1)), strict=True))
