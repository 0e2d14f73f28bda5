"""Texts as sparse vectors, and the sums over them that never make a dense table. What is compared, and why, is not said here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn

Matrix = Any  # scipy.sparse.csr_matrix, which has no types of its own
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

BLOCK = 10_000_000  # numbers worked on at once


def word_vectors(split: Callable[[str], list[str]], *sides: Sequence[str]) -> list[Matrix]:
    """TF-IDF over the words of several lists of texts, one matrix a list; each row has length 1, or 0 where no word is."""
    return _vectors(TfidfVectorizer(analyzer=split, sublinear_tf=True, dtype=np.float32), sides)


def shape_vectors(*sides: Sequence[str]) -> list[Matrix]:
    """TF-IDF over the runs of three letters of several lists of short texts."""
    return _vectors(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, dtype=np.float32), sides)


def _vectors(vectorizer: Any, sides: Sequence[Sequence[str]]) -> list[Matrix]:
    texts = [text for side in sides for text in side]
    try:
        table = vectorizer.fit_transform(texts)
    except ValueError:  # no text has a word
        table = sparse.csr_matrix((len(texts), 1), dtype=np.float32)
    ends = np.cumsum([len(side) for side in sides])
    return [table[end - len(side) : end] for side, end in zip(sides, ends, strict=True)]


def shares(table: Matrix) -> Matrix:
    """The rows scaled so that each sums to 1."""
    sums = np.asarray(table.sum(axis=1)).ravel()
    return (sparse.diags(1 / np.where(sums > 0, sums, 1), dtype=table.dtype) @ table).tocsr()


def presence(table: Matrix) -> Matrix:
    """The same places, each with 1."""
    found = table.copy()
    found.data = np.ones_like(found.data)
    return found


def matrix(rows: Iterable[int], columns: Iterable[int], values: Iterable[float] | float, shape: tuple[int, int]) -> Matrix:
    """A sparse matrix with these values; what falls on one place is added up."""
    row, column = np.fromiter(rows, dtype=np.int64), np.fromiter(columns, dtype=np.int64)
    value = np.full(len(row), values) if isinstance(values, float) else np.fromiter(values, dtype=np.float64)
    return sparse.csr_matrix((value, (row, column)), shape=shape)


def best_pairs(left: Matrix, right: Matrix, count: int) -> tuple[Places, Places]:
    """For each row of `left` the `count` rows of `right` with the highest positive product, as (rows, columns)."""
    if not left.shape[0] or not right.shape[0]:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    best = sp_matmul_topn(left, right.T.tocsr(), top_n=count, threshold=0.0).tocoo()
    return best.row.astype(np.int64), best.col.astype(np.int64)


def products(left: Matrix, right: Matrix, rows: Places, columns: Places) -> Floats:
    """For each pair of a row of `left` and a row of `right` their scalar product, in blocks of bounded size."""
    found = np.zeros(len(rows))
    sizes = np.cumsum(np.diff(left.indptr)[rows] + np.diff(right.indptr)[columns])
    cuts = np.searchsorted(sizes, np.arange(BLOCK, sizes[-1], BLOCK)) if len(sizes) else ()
    for start, end in pairwise(np.unique([0, *cuts, len(rows)])):
        block = slice(start, end)
        found[block] = np.asarray(left[rows[block]].multiply(right[columns[block]]).sum(axis=1)).ravel()
    return found
