"""Texts as sparse vectors, and the sums over them that never make a dense table. What is compared, and why, is not said here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from sparse_dot_topn import sp_matmul_topn

Matrix = Any  # scipy.sparse.csr_matrix, which has no types of its own
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

BLOCK = 10_000_000  # numbers worked on at once
READ = 20_000  # entries of other rows that are read at most to find what is like a row
_COLUMNS = 2**31 - 1
_SPACE = 32


def counts(lists: Sequence[npt.NDArray[np.int32]]) -> Matrix:
    """A row for each list: how often each number (of 31 bits) is in it."""
    lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    starts = np.concatenate(([0], np.cumsum(lengths)))
    columns = np.concatenate(lists) if len(lists) else np.empty(0, dtype=np.int32)
    table = sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(lists), _COLUMNS))
    table.sum_duplicates()
    return table


def shape_counts(texts: Sequence[str]) -> Matrix:
    """A row for each text: how often each run of three letters is in it; words begin and end with a space."""
    letters = [np.frombuffer(f" {' '.join(text.lower().split())} ".encode("utf-32-le", "surrogatepass"), "<u4") for text in texts]
    return counts([_runs(row.astype(np.uint64)) for row in letters])


def _runs(letters: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """Every letter between its neighbours, as one number."""
    code = (letters[:-2] << np.uint64(42)) | (letters[1:-1] << np.uint64(21)) | letters[2:]
    mixed = (code * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    runs: npt.NDArray[np.int32] = mixed[letters[1:-1] != _SPACE].astype(np.int32)
    return runs


def weighted(*sides: Matrix) -> list[Matrix]:
    """TF-IDF over several tables of counts, on the columns that they share; each row has length 1, or 0 where it is empty.

    A count weighs 1 + its logarithm, a column the less the more rows have it (Salton and Buckley, 1988).
    """
    met = np.concatenate([side.indices for side in sides])
    _, place, rows_with = np.unique(met, return_inverse=True, return_counts=True)
    rarity = (np.log((1 + sum(side.shape[0] for side in sides)) / (1 + rows_with)) + 1).astype(np.float32)
    ends = np.cumsum([side.nnz for side in sides])
    return [
        _of_length_one(side, place[end - side.nnz : end].astype(np.int32), rarity) for side, end in zip(sides, ends, strict=True)
    ]


def _of_length_one(side: Matrix, place: npt.NDArray[np.int32], rarity: npt.NDArray[np.float32]) -> Matrix:
    data = (np.log(side.data) + 1) * rarity[place]
    table = sparse.csr_matrix((data, place, side.indptr), shape=(side.shape[0], max(1, len(rarity))))
    lengths = np.sqrt(np.add.reduceat(np.append(data**2, 0), np.minimum(side.indptr[:-1], len(data))))
    table.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(side.indptr)).astype(np.float32)
    return table


def shares(table: Matrix) -> Matrix:
    """The rows scaled so that each sums to 1."""
    sums = np.asarray(table.sum(axis=1)).ravel()
    scaled = table.copy()
    scaled.data = table.data / np.repeat(np.where(sums > 0, sums, 1), np.diff(table.indptr)).astype(table.dtype)
    return scaled


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
    """For each row of `left` the `count` rows of `right` with the highest positive product, as (rows, columns).

    Only the heaviest entries of a row are looked up, so that no more than about READ entries of `right` are read for it.
    """
    if not left.shape[0] or not right.shape[0]:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    rows_with = np.bincount(right.indices, minlength=right.shape[1])
    best = sp_matmul_topn(_heaviest(left, rows_with), right.T.tocsr(), top_n=count, threshold=0.0).tocoo()
    return best.row.astype(np.int64), best.col.astype(np.int64)


def _heaviest(table: Matrix, costs: npt.NDArray[np.int64]) -> Matrix:
    """In each row the heaviest entries, as many as together cost READ and one more."""
    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    weights = table.data.astype(np.float32).view(np.int32).astype(np.int64)  # positive numbers are ordered like their bits
    order = np.argsort((row << 32) - weights)
    spent = np.cumsum(costs[table.indices[order]])
    before = spent - costs[table.indices[order]]
    starts = np.append(before, 0)[np.minimum(table.indptr[:-1], len(before))]
    kept = order[before - np.repeat(starts, np.diff(table.indptr)) < READ]
    kept.sort()
    return sparse.csr_matrix((table.data[kept], (row[kept], table.indices[kept])), shape=table.shape)


def products(left: Matrix, right: Matrix, rows: Places, columns: Places) -> Floats:
    """For each pair of a row of `left` and a row of `right` their scalar product, in blocks of bounded size."""
    found = np.zeros(len(rows))
    sizes = np.cumsum(np.diff(left.indptr)[rows] + np.diff(right.indptr)[columns])
    cuts = np.searchsorted(sizes, np.arange(BLOCK, sizes[-1], BLOCK)) if len(sizes) else ()
    for start, end in pairwise(np.unique([0, *cuts, len(rows)])):
        block = slice(start, end)
        found[block] = np.asarray(left[rows[block]].multiply(right[columns[block]]).sum(axis=1)).ravel()
    return found
