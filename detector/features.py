"""What there is to know of a word in its place, as columns of numbers.

No column says which word it is: only how frequent it is, what word class it may have, and how it
goes with what stands around it. A model of these columns cannot learn to accuse certain words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.collocations import NUMBER, Collocations
from detector.document import Document, TokenFlag
from detector.lexicon import TAGS, Lexicon
from detector.slots import SlotReader, Slots
from detector.vectors import SlotVectors

_KINDS = ("unknown", "function", "content", "edge", "pause", "number")
_WORD_CLASSES: tuple[tuple[str, ...], ...] = (
    *(("NN",), ("NNS",), ("VB", "VBP"), ("VBD", "VBN"), ("VBG",), ("VBZ",)),
    *(("JJ",), ("JJR", "JJS"), ("RB",), ("OTHER",)),
)

FEATURES: tuple[str, ...] = (
    *("frequency", "known", "in_lexicon", "length", "hyphenated", "repeated", "drawn_elsewhere"),
    *("left", "right", "weaker", "stronger", "left_count", "right_count"),
    *("window_best", "window_second", "window_sum", "window_drawn", "window_repelled"),
    *("window_words", "left_fits", "right_fits", "left_frequency", "right_frequency"),
    *("document_attraction", "document_frequency"),
    *("left_affinity", "right_affinity", "left_cosine", "right_cosine", "left_topic"),
    *("right_topic", "window_affinity", "window_best_affinity", "on_subject"),
    *(f"left_is_{kind}" for kind in _KINDS),
    *(f"right_is_{kind}" for kind in _KINDS),
    *(f"may_be_{tags[0]}" for tags in _WORD_CLASSES),
)
"""Columns of the feature matrix, in order."""


class Words(NamedTuple):
    """Words to be judged, in parallel arrays of shape (n,).

    `ids` are collocation ids, `lexicon_ids` those of the lexicon, -1 where unknown; `traits`
    (n, 4) holds the number of characters, whether there is a hyphen, how often the document has
    the word (the logarithm), and how strongly it is drawn to a neighbour elsewhere in it at best.
    """

    ids: NDArray[np.int64]
    lexicon_ids: NDArray[np.int64]
    traits: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64]) -> Words:
        """Some of the words."""
        return Words(self.ids[rows], self.lexicon_ids[rows], self.traits[rows])


class Places(NamedTuple):
    """The places that words are judged in, in parallel arrays of length n.

    `beyond` (n, 6) holds what is known of a place whatever stands there: how the left neighbour
    fits its own left, the right one its own right, their log frequencies, and the means of
    attraction and of log frequency over the document.
    `subjects` (n, 40) is the subject of each place's document, without the word that stands there.
    """

    slots: Slots
    beyond: NDArray[np.float32]
    subjects: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64]) -> Places:
        """Some of the places."""
        return Places(self.slots.take(rows), self.beyond[rows], self.subjects[rows])


class Standing(NamedTuple):
    """Words and where they stand, without what only their judge needs; arrays of length n.

    `ids` are collocation ids, `lexicon_ids` those of the lexicon, -1 where unknown; `subjects` as
    in `Places`. `document_ids` (n_tokens,) are the collocation ids of the whole document.
    """

    ids: NDArray[np.int64]
    lexicon_ids: NDArray[np.int64]
    slots: Slots
    subjects: NDArray[np.float32]
    document_ids: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FeatureReader:
    """Turns words and places into the columns `FEATURES`."""

    collocations: Collocations
    lexicon: Lexicon
    vectors: SlotVectors
    reader: SlotReader
    kinds: NDArray[np.float32]
    classes: NDArray[np.float32]

    @classmethod
    def over(cls, collocations: Collocations, lexicon: Lexicon, vectors: SlotVectors) -> Self:
        """A reader for these resources."""
        reader = SlotReader.over(collocations)
        (number,) = collocations.ids([NUMBER]).tolist()
        kind = np.where(reader.content, 2, 1)
        kind[[-1, reader.edge, reader.pause, number]] = (0, 3, 4, 5)
        classes = np.zeros((lexicon.n_forms + 1, len(_WORD_CLASSES)), np.float32)
        matrix = lexicon.tag_matrix()
        for column, tags in enumerate(_WORD_CLASSES):
            members = [TAGS.index(tag) for tag in tags]
            classes[:-1, column] = matrix[:, members].any(axis=1)
        kinds = np.eye(len(_KINDS), dtype=np.float32)[kind]
        return cls(collocations, lexicon, vectors, reader, kinds, classes)

    def read(
        self,
        forms: list[str],
        ids: NDArray[np.int32],
        flags: NDArray[np.uint8],
        sentence: NDArray[np.int32],
    ) -> tuple[Words, Places]:
        """The words and places of one document.

        Parameters
        ----------
        forms : list of str
            The folded form of each token.
        ids : ndarray of int32, shape (n_tokens,)
            Collocation ids of the forms.
        flags : ndarray of uint8, shape (n_tokens,)
            `TokenFlag` of each token.
        sentence : ndarray of int32, shape (n_tokens,)
            Index of the sentence of each token.
        """
        known, slots = self.slots(ids, flags, sentence)
        left = self.reader.drawn(slots.left, known)
        right = self.reader.drawn(known, slots.right)
        repeated, best = elsewhere(known, np.maximum(left, right))
        traits = np.column_stack([shapes(forms), repeated, best]).astype(np.float32)
        words = Words(known, self.lexicon.ids(forms).astype(np.int64), traits)
        frequency = self.log_frequency(words)
        beyond = np.zeros((len(forms), 6), dtype=np.float32)
        if len(forms):
            beyond[1:, 0], beyond[:-1, 1] = left[:-1], right[1:]
            beyond[:, 2] = np.concatenate([frequency[:1], frequency[:-1]])
            beyond[:, 3] = np.concatenate([frequency[1:], frequency[-1:]])
            beyond[:, 4], beyond[:, 5] = left.mean(), frequency.mean()
        subject = self.vectors.subject(known)
        return words, Places(slots, beyond, subject - self.vectors.topic[known])

    def standing(
        self, document: Document, ids: NDArray[np.int32], rows: NDArray[np.int64]
    ) -> Standing:
        """Some tokens of a document, and where they stand.

        Parameters
        ----------
        document : Document
            The text.
        ids : ndarray of int32, shape (n_tokens,)
            Collocation ids of its forms.
        rows : ndarray of int64, shape (n,)
            The tokens.
        """
        known, slots = self.slots(ids, document.flags, document.sentence_of)
        lexicon_ids = self.lexicon.ids([document.forms[row] for row in rows.tolist()])
        subjects = self.vectors.subject(known) - self.vectors.topic[known[rows]]
        return Standing(
            known[rows], lexicon_ids.astype(np.int64), slots.take(rows), subjects, known
        )

    def slots(
        self, ids: NDArray[np.int32], flags: NDArray[np.uint8], sentence: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], Slots]:
        """What the tokens of a document are to the corpus, and the slots around them.

        The first, of shape (n_tokens,), are the collocation ids with one for all numbers, and none
        for addresses and code.
        """
        known = self._known(ids, flags)
        return known, self.reader.slots(known, sentence, (flags & TokenFlag.ADJACENT) > 0)

    def _known(self, ids: NDArray[np.int32], flags: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Collocation ids with one for all numbers, and none for addresses and code."""
        (number,) = self.collocations.ids([NUMBER]).tolist()
        known = np.where((flags & TokenFlag.NUMBER) > 0, number, ids.astype(np.int64))
        known[(flags & (TokenFlag.ADDRESS | TokenFlag.CODE)) > 0] = -1
        return known

    def log_frequency(self, words: Words) -> NDArray[np.float32]:
        """log10 of occurrences per million words, half an occurrence for what never occurred."""
        here = self.collocations.frequency[words.ids]
        there = self.lexicon.frequency[words.lexicon_ids]
        counts = np.where(words.ids >= 0, here, np.where(words.lexicon_ids >= 0, there, 0))
        return np.log10((counts + 0.5) / self.collocations.words * 1e6).astype(np.float32)

    def features(self, words: Words, places: Places) -> NDArray[np.float32]:
        """The feature matrix, shape (n, n_features)."""
        slots = places.slots
        drawn = self.reader.attraction(words.ids, slots)
        affinity = self.vectors.affinity(words.ids, slots)
        window = np.sort(drawn.window, axis=1)
        around = np.concatenate([slots.before, slots.after], axis=1) >= 0
        columns = [
            self.log_frequency(words),
            words.ids >= 0,
            words.lexicon_ids >= 0,
            *words.traits.T,
            drawn.left,
            drawn.right,
            np.minimum(drawn.left, drawn.right),
            np.maximum(drawn.left, drawn.right),
            np.log1p(drawn.left_count),
            np.log1p(drawn.right_count),
            window[:, -1],
            window[:, -2],
            window.sum(axis=1),
            np.maximum(window, 0).sum(axis=1),
            np.minimum(window, 0).sum(axis=1),
            around.sum(axis=1),
            *places.beyond.T,
            affinity.left,
            affinity.right,
            affinity.left_cosine,
            affinity.right_cosine,
            affinity.left_topic,
            affinity.right_topic,
            affinity.window,
            affinity.window_best,
            self.vectors.on_subject(words.ids, places.subjects),
            *self.kinds[slots.left].T,
            *self.kinds[slots.right].T,
            *self.classes[words.lexicon_ids].T,
        ]
        return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def judgeable(flags: NDArray[np.uint8], sentence: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which tokens may be judged at all: no names, numbers, addresses, code, capitals.

    Parameters
    ----------
    flags : ndarray of uint8, shape (n_tokens,)
        `TokenFlag` of each token.
    sentence : ndarray of int32, shape (n_tokens,)
        Index of the sentence of each token.
    """
    first = np.ones(len(flags), dtype=bool)
    first[1:] = sentence[1:] != sentence[:-1]
    is_word = (flags & TokenFlag.WORD) > 0
    capitalised = (flags & TokenFlag.CAPITALISED) > 0
    allowed: NDArray[np.bool_] = is_word & (first | ~capitalised) & ((flags & TokenFlag.UPPER) == 0)
    return allowed


def shapes(forms: list[str]) -> NDArray[np.float32]:
    """Number of characters, and whether there is a hyphen, shape (n, 2)."""
    return np.array([(len(form), "-" in form) for form in forms], np.float32).reshape(-1, 2)


def elsewhere(
    ids: NDArray[np.int64], drawn: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ln of how often each token's id occurs, and the greatest of `drawn` at the other places."""
    order = np.lexsort((drawn, ids))
    _, first, group, counts = np.unique(
        ids[order], return_index=True, return_inverse=True, return_counts=True
    )
    last = first + counts - 1
    best = drawn[order[last]][group]
    second = drawn[order[np.maximum(last - 1, first)]][group]
    is_best = np.arange(len(ids)) == last[group]
    repeated, others = np.zeros(len(ids)), np.zeros(len(ids))
    repeated[order] = np.log(counts[group])
    others[order] = np.where(counts[group] > 1, np.where(is_best, second, best), 0)
    # Unknown words are no repetitions of each other.
    return np.where(ids >= 0, repeated, 0), np.where(ids >= 0, others, 0)
