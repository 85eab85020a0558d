"""The slots around a token, and how strongly a word is drawn to them.

A token stands in up to ten slots: after its left neighbour, before its right neighbour, and at a
distance of two to five tokens from the content words on either side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.collocations import CLASS_FORMS, EDGE, PAUSE, Collocations, Relation
from detector.function_words import FUNCTION_WORDS

DISTANCES = range(2, 6)
"""Distances, in tokens, of the window relation."""

SMOOTHING = 1.0
"""Added to observed and expected counts. Pairs seen less than twice were pruned, so an observed
count of 0 may be 1; and where little is expected, absence must say little."""


MAX_FOLLOWERS = 100
"""Fillers are looked for among so many words that follow the left neighbour; "the" has more."""

_MAX_KNOWN = 2_000
"""Neighbours whose followers are remembered, some 10 MB."""


@dataclass(frozen=True, eq=False)
class Slots:
    """The neighbours of n tokens as collocation ids; -1 where one is unknown or there is none.

    Attributes
    ----------
    left, right : ndarray of int64, shape (n,)
        Adjacent neighbours; the ids of `EDGE` and `PAUSE` where no word is adjacent.
    before, after : ndarray of int64, shape (n, 4)
        Content words two to five tokens before and after, in the same sentence.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The slots of some of the tokens."""
        return type(self)(self.left[rows], self.right[rows], self.before[rows], self.after[rows])


@dataclass(frozen=True, eq=False)
class Attraction:
    """How n words are drawn to their slots.

    Attraction is ``ln((observed + 1) / (expected + 1))`` of the pair's counts: 0 where neither is
    much, positive where the pair is seen more than chance would have it, negative where its absence
    is a surprise. It is a pointwise mutual information in nats, shrunk to 0 where there is little
    to go by.

    Attributes
    ----------
    left, right : ndarray of float32, shape (n,)
        Attraction to the adjacent neighbours.
    left_count, right_count : ndarray of int64, shape (n,)
        How often the word stands beside them in the reference corpus.
    window : ndarray of float32, shape (n, 8)
        Attraction to the content words two to five tokens before and after.
    """

    left: NDArray[np.float32]
    left_count: NDArray[np.int64]
    right: NDArray[np.float32]
    right_count: NDArray[np.int64]
    window: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SlotReader:
    """Finds slots, and measures words in them, with the collocations of a reference corpus."""

    collocations: Collocations
    edge: int
    pause: int
    content: NDArray[np.bool_]
    classes: NDArray[np.bool_]
    _known_followers: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(
        default_factory=dict, repr=False
    )

    @classmethod
    def over(cls, collocations: Collocations) -> Self:
        """A reader for the vocabulary of `collocations`."""
        content = np.ones(collocations.n_forms + 1, dtype=bool)
        content[-1] = False
        silent = collocations.ids(sorted(FUNCTION_WORDS | CLASS_FORMS))
        content[silent[silent >= 0]] = False
        classes = np.zeros(collocations.n_forms, dtype=bool)
        classes[collocations.ids(sorted(CLASS_FORMS))] = True
        edge, pause = collocations.ids([EDGE, PAUSE]).tolist()
        return cls(collocations, edge, pause, content, classes)

    def slots(
        self,
        ids: NDArray[np.integer],
        sentence: NDArray[np.int32],
        adjacent: NDArray[np.bool_],
    ) -> Slots:
        """The slots of every token of a stream.

        Parameters
        ----------
        ids : ndarray of int, shape (n,)
            Collocation ids of the tokens, -1 where unknown.
        sentence : ndarray of int, shape (n,)
            Index of the sentence of each token.
        adjacent : ndarray of bool, shape (n,)
            Whether only white space parts a token from the one before it.
        """
        ids = ids.astype(np.int64)
        n = len(ids)
        # Five blank tokens on each side, in sentences of their own, so that no slice falls short.
        margin = DISTANCES.stop - 1
        padded = np.concatenate([np.full(margin, -1), ids, np.full(margin, -1)])
        homes = np.concatenate([np.full(margin, -1), sentence, np.full(margin, -2)])
        apart = np.concatenate([~adjacent, [True]])
        same_left = homes[margin - 1 : margin - 1 + n] == sentence
        same_right = homes[margin + 1 : margin + 1 + n] == sentence
        left = np.where(apart[:n], self.pause, padded[margin - 1 : margin - 1 + n])
        right = np.where(apart[1:], self.pause, padded[margin + 1 : margin + 1 + n])
        contentful = np.where(self.content[padded], padded, -1)

        def at(offset: int) -> NDArray[np.int64]:
            here = slice(margin + offset, margin + offset + n)
            return np.where(homes[here] == sentence, contentful[here], -1)

        return Slots(
            left=np.where(same_left, left, self.edge),
            right=np.where(same_right, right, self.edge),
            before=np.stack([at(-distance) for distance in DISTANCES], axis=1),
            after=np.stack([at(distance) for distance in DISTANCES], axis=1),
        )

    def attraction(
        self, words: NDArray[np.int64], slots: Slots, *, first: NDArray[np.int64] | None = None
    ) -> Attraction:
        """How strongly each word is drawn to the slots of its row.

        Parameters
        ----------
        words : ndarray of int64, shape (n,)
            Collocation ids; -1 is drawn nowhere.
        slots : Slots
            Of n tokens.
        first : ndarray of int64, shape (n,), optional
            Of phrases, whose last words `words` are, the first words: these meet the left
            neighbours.
        """
        column = words[:, None]
        # Window slots hold content words only; a function word has no business in them.
        column = np.where(self.content[column], column, -1)
        return Attraction(
            *self._attraction(slots.left, words if first is None else first, "adjacent"),
            *self._attraction(words, slots.right, "adjacent"),
            np.concatenate(
                [
                    self._attraction(slots.before, column, "window")[0],
                    self._attraction(column, slots.after, "window")[0],
                ],
                axis=1,
            ),
        )

    def drawn(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float32]:
        """Attraction of adjacent pairs."""
        return self._attraction(left, right, "adjacent")[0]

    def fillers(
        self, left: NDArray[np.int64], right: NDArray[np.int64], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What the corpus has between the two neighbours of n places.

        Parameters
        ----------
        left, right : ndarray of int64, shape (n,)
            Collocation ids of the neighbours; none are found beside an unknown one.
        limit : int
            How many at most for a place.

        Returns
        -------
        row, word : ndarray of int64
            Place and collocation id of each word seen beside both neighbours: the best by the
            product of the two probabilities, ``count(left, w) * count(w, right) / count(w)``.
        """
        both = np.flatnonzero((left >= 0) & (right >= 0))
        followers = [self._followers(neighbour) for neighbour in left[both].tolist()]
        if not followers:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        row = np.repeat(both, [len(words) for words, _ in followers])
        word, before = (np.concatenate(columns) for columns in zip(*followers, strict=True))
        after = self.collocations.counts(word, right[row])
        seen = np.flatnonzero(after)
        row, word = row[seen], word[seen]
        chance = before[seen] * after[seen] / self.collocations.frequency[word]
        order = np.lexsort((-chance, row))
        row, word = row[order], word[order]
        kept = np.arange(len(row)) - np.searchsorted(row, row) < limit
        return row[kept], word[kept]

    def _followers(self, left: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The commonest words after a neighbour, and the counts; those asked for before are kept.

        Two threads may compute the same entry: it costs time, and nothing else.
        """
        known = self._known_followers.get(left)
        if known is None:
            words, counts = self.collocations.followers(left)
            own = ~self.classes[words]
            words, counts = words[own], counts[own]
            if len(words) > MAX_FOLLOWERS:
                commonest = np.argpartition(-counts, MAX_FOLLOWERS)[:MAX_FOLLOWERS]
                words, counts = words[commonest], counts[commonest]
            if len(self._known_followers) >= _MAX_KNOWN:
                self._known_followers.clear()
            known = self._known_followers[left] = (words, counts)
        return known

    def _attraction(
        self, left: NDArray[np.int64], right: NDArray[np.int64], relation: Relation
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        table = self.collocations.table(left, right, relation)
        observed = np.asarray(table.n11)
        ratio = (observed + SMOOTHING) / (table.expected + SMOOTHING)
        return np.log(ratio).astype(np.float32), observed
