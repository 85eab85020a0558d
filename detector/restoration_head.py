"""Names the word that stood where a replaced word stands, from the encoder's vector of that word.

Two small layers and a score for each of some 20,000 whole words. Whole words, because pieces cannot
spell a word of several pieces at once; NumPy, because it runs on the few words that are flagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-12

FILE = "restoration.npz"

_AT_ONCE = 256
_GROUPS = 160

Floats = NDArray[np.float32]


class Offers(NamedTuple):
    """The likeliest forms of some words, best first; arrays of shape (n_words, n).

    `forms` are positions in `RestorationHead.forms`, `log_probabilities` natural logarithms;
    `asked` (n_asked,) are those of the forms asked for.
    """

    forms: NDArray[np.int64]
    log_probabilities: Floats
    asked: Floats


class Asked(NamedTuple):
    """Forms asked for: of which words, ascending, and which forms; of shape (n_asked,)."""

    words: NDArray[np.int64]
    forms: NDArray[np.int64]


NOTHING_ASKED = Asked(np.empty(0, np.int64), np.empty(0, np.int64))


class RestorationHead:
    """Vectors to forms, best first. Safe to share between threads.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``inner_weight`` (width, width), ``inner_bias``, ``norm_weight``, ``norm_bias`` (width,),
        ``narrow`` (rank, width), ``forms_int8`` and ``forms_scale`` (the scores' weights in blocks,
        as `detector.training.rounding.quantise_blocks` makes them), ``forms_bias`` (n_forms,), and
        ``surfaces``: the forms as UTF-8, one a line.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        def wide(name: str) -> Floats:
            return arrays[name].astype(np.float32)

        self._inner = wide("inner_weight").T, wide("inner_bias")
        self._norm = wide("norm_weight"), wide("norm_bias")
        self._narrow = wide("narrow").T
        blocks = wide("forms_int8") * wide("forms_scale")
        # The bias is one more weight, of an input that is always 1.
        self._scores = np.column_stack([blocks.reshape(len(blocks), -1), wide("forms_bias")]).T
        self.forms: list[str] = arrays["surfaces"].tobytes().decode("utf-8").split("\n")

    @classmethod
    def open(cls, folder: Path) -> RestorationHead:
        """Read ``restoration.npz``."""
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            return cls(arrays)

    def best(
        self, vectors: NDArray[np.floating[Any]], n: int, asked: Asked = NOTHING_ASKED
    ) -> Offers:
        """The `n` likeliest forms for each vector, all where there are fewer; and those asked for.

        Parameters
        ----------
        vectors : ndarray, shape (n_words, width)
            The encoder's vectors at the words' first pieces.
        n : int
            How many.
        asked : Asked
            Forms whose probability is wanted, however unlikely.
        """
        narrowed, n = self._narrowed(vectors), min(n, len(self.forms))
        asked_log_p = np.empty(len(asked.words), np.float32)
        forms = np.empty((len(narrowed), n), np.int64)
        log_p = np.empty((len(narrowed), n), np.float32)
        # So many at a time that the product is fast, and its result, in one place, in the cache.
        buffer = np.empty((min(_AT_ONCE, len(narrowed)), len(self.forms)), np.float32)
        for first in range(0, len(narrowed), _AT_ONCE):
            chunk = slice(first, first + _AT_ONCE)
            words = narrowed[chunk]
            scores = np.matmul(words, self._scores, out=buffer[: len(words)])
            forms[chunk], best = _greatest(scores, n)
            here = slice(*np.searchsorted(asked.words, [first, first + _AT_ONCE]))
            at = asked.words[here] - first
            told = scores[at, asked.forms[here]]
            log_sum = _log_of_sum(scores)
            log_p[chunk] = best - log_sum[:, None]
            asked_log_p[here] = told - log_sum[at]
        return Offers(forms, log_p, asked_log_p)

    def _narrowed(self, vectors: NDArray[np.floating[Any]]) -> Floats:
        """What the scores are products of, and a last column of ones; (n_words, rank + 1)."""
        active = _gelu(vectors.astype(np.float32) @ self._inner[0] + self._inner[1])
        active -= active.mean(axis=1, keepdims=True)
        active /= np.sqrt((active * active).mean(axis=1, keepdims=True) + EPSILON)
        active *= self._norm[0]
        active += self._norm[1]
        narrowed = np.ones((len(active), self._narrow.shape[1] + 1), np.float32)
        np.matmul(active, self._narrow, out=narrowed[:, :-1])
        return narrowed


def _greatest(scores: Floats, n: int) -> tuple[NDArray[np.int64], Floats]:
    """Columns and values of the `n` greatest of each row, in descending order.

    The `n`-th greatest of the greatest of some groups is a lower bound, which few scores pass: one
    look at all scores instead of sorting them.
    """
    n_rows, width = scores.shape
    n_groups = max(min(_GROUPS, width), n)
    groups = scores[:, : width // n_groups * n_groups].reshape(n_rows, -1, n_groups).max(axis=1)
    bound = np.partition(groups, -n, axis=1)[:, -n, None]
    passed = np.flatnonzero(scores >= bound)
    row, column = np.divmod(passed, width)
    values = scores.ravel()[passed]
    order = np.lexsort((-values, row))
    chosen = order[np.searchsorted(row, np.arange(n_rows))[:, None] + np.arange(n)]
    return column[chosen], values[chosen]


def _log_of_sum(scores: Floats) -> Floats:
    """``log(sum(exp(scores)))`` of each row; overwrites `scores`."""
    top = scores.max(axis=1)
    scores -= top[:, None]
    np.exp(scores, out=scores)
    result: Floats = top + np.log(scores.sum(axis=1))
    return result


def _gelu(x: Floats) -> Floats:
    """The activation of the head, in the approximation by tanh (Hendrycks & Gimpel 2016)."""
    inner = np.float32(np.sqrt(2 / np.pi)) * x * (1 + np.float32(0.044715) * (x * x))
    result: Floats = np.float32(0.5) * x * (1 + np.tanh(inner))
    return result
