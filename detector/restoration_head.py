"""Names the word that stood where a replaced word stands, from the encoder's vector of that word.

Two small layers and a score for each of some 20,000 whole words. Whole words, because pieces cannot
spell a word of several pieces at once; NumPy, because it runs on the few words that are flagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-12

FILE = "restoration.npz"

_AT_ONCE = 16


class RestorationHead:
    """Vectors to forms, best first. Safe to share between threads.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        ``inner_weight`` (width, width), ``inner_bias``, ``norm_weight``, ``norm_bias`` (width,),
        ``narrow`` (rank, width), ``forms_int8`` and ``forms_scale`` (the scores' weights in blocks,
        as `detector.training.export.quantise_blocks` makes them), ``forms_bias`` (n_forms,), and
        ``surfaces``: the forms as UTF-8, one a line.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        def wide(name: str) -> NDArray[np.float32]:
            return arrays[name].astype(np.float32)

        self._inner = wide("inner_weight").T, wide("inner_bias")
        self._norm = wide("norm_weight"), wide("norm_bias")
        self._narrow = wide("narrow").T
        blocks = wide("forms_int8") * wide("forms_scale")
        self._scores = blocks.reshape(len(blocks), -1).T, wide("forms_bias")
        self.forms: list[str] = arrays["surfaces"].tobytes().decode("utf-8").split("\n")

    @classmethod
    def open(cls, folder: Path) -> RestorationHead:
        """Read ``restoration.npz``."""
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            return cls(arrays)

    def log_probabilities(self, vectors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Natural logarithm of each form's probability, given that the word was replaced.

        Parameters
        ----------
        vectors : ndarray, shape (n_words, width)
            The encoder's vectors at the words' first pieces.

        Returns
        -------
        ndarray of float32, shape (n_words, n_forms)
            In the order of `forms`.
        """
        active = _gelu(vectors.astype(np.float32) @ self._inner[0] + self._inner[1])
        centred = active - active.mean(axis=1, keepdims=True)
        deviation = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + EPSILON)
        normal = centred / deviation * self._norm[0] + self._norm[1]
        scores = normal @ self._narrow @ self._scores[0] + self._scores[1]
        scores -= scores.max(axis=1, keepdims=True)
        result: NDArray[np.float32] = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return result

    def best(self, vectors: NDArray[np.floating[Any]], n: int) -> list[list[tuple[str, float]]]:
        """The `n` likeliest forms for each vector, with the logarithms of their probabilities."""
        found: list[list[tuple[str, float]]] = []
        # A few at a time, so that their scores stay in the processor's cache.
        for first in range(0, len(vectors), _AT_ONCE):
            scores = self.log_probabilities(vectors[first : first + _AT_ONCE])
            chosen = np.argpartition(scores, -n, axis=1)[:, -n:]
            best = np.take_along_axis(scores, chosen, axis=1)
            order = np.argsort(-best, axis=1, kind="stable")
            rows = zip(
                np.take_along_axis(chosen, order, axis=1).tolist(),
                np.take_along_axis(best, order, axis=1).tolist(),
                strict=True,
            )
            found += [
                [(self.forms[form], score) for form, score in zip(*row, strict=True)]
                for row in rows
            ]
        return found


def _gelu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The activation of the head, in the approximation by tanh (Hendrycks & Gimpel 2016)."""
    result: NDArray[np.float32] = (
        0.5 * x * (1 + np.tanh(np.float32(np.sqrt(2 / np.pi)) * (x + 0.044715 * x**3)))
    )
    return result
