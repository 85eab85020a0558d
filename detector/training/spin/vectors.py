"""Distributional vectors: what keeps like company is alike (count, PPMI, truncated SVD)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags

WINDOW = 4
DIMENSIONS = 150
CONTEXTS = 4000


@dataclass(frozen=True)
class Vectors:
    """One unit vector a form.

    Attributes
    ----------
    forms : sequence of str, length n_forms
        In descending frequency.
    matrix : ndarray of float32, shape (n_forms, n_dimensions)
        Rows of length 1.
    """

    forms: Sequence[str]
    matrix: NDArray[np.float32]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each form."""
        return {form: row for row, form in enumerate(self.forms)}

    def neighbours(
        self, forms: Sequence[str], n_neighbours: int
    ) -> Iterator[tuple[str, list[tuple[str, float]]]]:
        """For each of `forms`, the most similar others and their cosines, the nearest first."""
        rows = np.array([self.row_of[form] for form in forms], dtype=np.intp)
        n_kept = min(n_neighbours + 1, len(self.forms))
        for first in range(0, len(rows), 1000):
            block = rows[first : first + 1000]
            cosines = self.matrix[block] @ self.matrix.T
            top = np.argpartition(-cosines, n_kept - 1, axis=1)[:, :n_kept]
            for row, found, values in zip(block.tolist(), top, cosines, strict=True):
                ranked = found[np.argsort(-values[found])].tolist()
                yield (
                    self.forms[row],
                    [(self.forms[at], float(values[at])) for at in ranked if at != row],
                )


def build_vectors(
    ids: NDArray[np.uint32], numbers: NDArray[np.int64], forms: Sequence[str], *, seed: int
) -> Vectors:
    """Count words in windows, weigh by PPMI, reduce by a randomised SVD.

    Parameters
    ----------
    ids : ndarray of uint32, shape (n,)
        Running text.
    numbers : ndarray of int64, shape (n_types,)
        Rank in `forms` of each type; -1 for the others, which are passed over but keep their
        place, and so part what they stand between.
    forms : sequence of str
        The words to find vectors for, most frequent first; the first `CONTEXTS` are contexts.
    seed : int
        Of the SVD.

    Notes
    -----
    Positive pointwise mutual information with context counts to the power 0.75: Levy, Goldberg
    & Dagan 2015, "Improving distributional similarity with lessons learned from word embeddings".
    """
    from sklearn.utils.extmath import randomized_svd

    words = numbers[ids]
    counts = _window_counts(words, len(forms))
    left, values, _ = randomized_svd(
        _ppmi(counts), n_components=min(DIMENSIONS, len(forms) - 1), n_iter=2, random_state=seed
    )
    matrix = (left * np.sqrt(values)).astype(np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return Vectors(forms, matrix / np.maximum(lengths, 1e-9))


def _window_counts(words: NDArray[np.int64], n_forms: int) -> csr_matrix:
    n_contexts = min(CONTEXTS, n_forms)
    total = csr_matrix((n_forms, n_contexts), dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        for here, there in (
            (words[:-distance], words[distance:]),
            (words[distance:], words[:-distance]),
        ):
            both = (here >= 0) & (there >= 0) & (there < n_contexts)
            ones = np.ones(int(both.sum()), np.float32)
            pairs = coo_matrix((ones, (here[both], there[both])), shape=total.shape)
            total = total + pairs.tocsr()
    return total


def _ppmi(counts: csr_matrix) -> csr_matrix:
    rows = np.asarray(counts.sum(axis=1)).ravel()
    columns = np.asarray(counts.sum(axis=0)).ravel() ** 0.75
    with np.errstate(divide="ignore"):
        by_row, by_column = 1.0 / rows, columns.sum() / columns
    by_row[~np.isfinite(by_row)] = 0.0
    by_column[~np.isfinite(by_column)] = 0.0
    ratios = (diags(by_row) @ counts @ diags(by_column)).tocsr()
    ratios.data = np.maximum(np.log(np.maximum(ratios.data, 1e-12)), 0.0).astype(np.float32)
    ratios.eliminate_zeros()
    return ratios
