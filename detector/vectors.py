"""Low-rank vectors of words: how well two words go together that were never seen together.

The attractions of all counted pairs (`detector.slots`) form a matrix; its truncated singular value
decomposition gives every form a short vector, and the product of two vectors is the attraction
that similar words would lead one to expect (Levy & Goldberg, "Neural word embedding as implicit
matrix factorization", NIPS 2014; Deerwester et al. 1990). "Siphon implications" and "absorb
corollaries" may both be unseen; the vectors tell that neither looks like "carry implications".

Stored as int8, one scale a matrix: ``before.npy`` and ``after.npy`` (n_forms, 24) for adjacent
pairs, ``topic.npy`` (n_forms, 40), of unit length, for the window relation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.slots import Slots

NAMES = ("before", "after", "topic")

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Affinity:
    """What the vectors say of n words in their slots; float32, each of shape (n,).

    `left` and `right` are expected attractions to the adjacent neighbours, in nats. `left_cosine`
    and `right_cosine` are the same in -1 to 1. The others are cosines of topic vectors, -1 to 1:
    with the window's words on average (`window`) and at best (`window_best`), and with the adjacent
    words (`left_topic`, `right_topic`).
    """

    left: Floats
    right: Floats
    left_cosine: Floats
    right_cosine: Floats
    left_topic: Floats
    right_topic: Floats
    window: Floats
    window_best: Floats


@dataclass(frozen=True, eq=False)
class SlotVectors:
    """The vectors as floats. The last row of each is zero, for id -1.

    Attributes
    ----------
    before, after : ndarray of float32, shape (n_forms + 1, 24)
        ``before[a] @ after[b]`` is the expected attraction of the adjacent pair (a, b).
    topic : ndarray of float32, shape (n_forms + 1, 40)
        Unit vectors; zero for function words.
    """

    before: Floats
    after: Floats
    topic: Floats

    @classmethod
    def open(cls, folder: Path, scales: Mapping[str, float]) -> Self:
        """Read the int8 matrices and scale them."""
        return cls(
            *(
                _with_zero(np.load(folder / f"{name}.npy"), np.float32(scales[name]))
                for name in NAMES
            )
        )

    @property
    def n_forms(self) -> int:
        """Number of forms."""
        return len(self.topic) - 1

    def affinity(self, words: NDArray[np.int64], slots: Slots) -> Affinity:
        """What the vectors say of each word (a collocation id) in the slots of its row."""
        left = _dot(self.before[slots.left], self.after[words])
        right = _dot(self.before[words], self.after[slots.right])
        topic = self.topic[words]
        around = np.concatenate([slots.before, slots.after], axis=1)
        cosines = np.einsum("nd,nkd->nk", topic, self.topic[around])
        # A word without a topic vector, and a place without a word, have nothing to say.
        speaks = cosines != 0
        n_around = speaks.sum(axis=1)
        best = np.where(speaks, cosines, np.float32(-1)).max(axis=1)
        return Affinity(
            left=left,
            right=right,
            left_cosine=left / (_norm(self.before[slots.left]) * _norm(self.after[words])),
            right_cosine=right / (_norm(self.before[words]) * _norm(self.after[slots.right])),
            left_topic=_dot(topic, self.topic[slots.left]),
            right_topic=_dot(topic, self.topic[slots.right]),
            window=cosines.sum(axis=1) / np.maximum(n_around, 1).astype(np.float32),
            window_best=np.where(n_around > 0, best, np.float32(0)),
        )

    def similarity(self, words: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
        """How alike words are used: shape (n, 3), in -1 to 1.

        Cosines of their vectors as left neighbours, as right neighbours, and by topic; 0 where a
        word is unknown.
        """
        columns = [
            _dot(matrix[words], matrix[others]) / (_norm(matrix[words]) * _norm(matrix[others]))
            for matrix in (self.before, self.after, self.topic)
        ]
        return np.stack(columns, axis=1)

    def subject(self, ids: NDArray[np.int64]) -> Floats:
        """Sum of the topic vectors of a document's tokens, shape (40,)."""
        counts = np.bincount(ids[ids >= 0], minlength=len(self.topic)).astype(np.float32)
        return counts @ self.topic

    def on_subject(self, words: NDArray[np.int64], subjects: Floats) -> Floats:
        """Cosine of each word's topic with the rest of its document.

        Parameters
        ----------
        words : ndarray of int64, shape (n,)
            Collocation ids.
        subjects : ndarray of float32, shape (n, 40)
            `subject` of each word's document, without what stands in the word's place.
        """
        return _dot(self.topic[words], subjects) / _norm(subjects)


def _with_zero(matrix: NDArray[np.int8], scale: np.float32) -> Floats:
    return np.concatenate([matrix * scale, np.zeros((1, matrix.shape[1]), np.float32)])


def _dot(left: Floats, right: Floats) -> Floats:
    products: Floats = np.einsum("nd,nd->n", left, right)
    return products


def _norm(vectors: Floats) -> Floats:
    norms: Floats = np.sqrt(_dot(vectors, vectors)) + np.float32(1e-3)
    return norms
