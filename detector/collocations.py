"""What usually stands beside a word: a frozen, memory-mapped look-up of counted word pairs.

`detector.training.collocations` counts a reference corpus and writes a folder; this module opens
it in milliseconds, without copying it, and answers for arrays of pairs at once.

Two relations are counted:

``adjacent``
    The right form follows the left one, with only white space between them. The edge of a sentence
    (`EDGE`) and punctuation inside it (`PAUSE`) count as neighbours too.
``window``
    The right form follows the left one at a distance of two to five tokens in one sentence, and
    neither is a function word: "conduct ... drills".

File format, version 1
----------------------
A folder of these files; ids and counts are little-endian, and nothing is pickled:

=====================  =========================================================================
``header.json``        format version, sizes, what was counted
``vocabulary.marisa``  a MARISA trie of the folded forms; its key ids are the form ids
``frequency.npy``      uint32 (n_forms,): occurrences of each form
``R.left.npy``         uint32 (n_forms,): pairs of relation R whose left form it is
``R.right.npy``        uint32 (n_forms,): pairs of relation R whose right form it is
``R.offsets.npy``      uint32 (n_forms + 1,): row `f` is ``offsets[f]:offsets[f + 1]``
``R.neighbours.npy``   uint16 (n_pairs,): the right forms of each row's left form, ascending
``R.counts.npy``       uint8 (n_pairs,): how often the pair occurred; 255 means "see `large`"
``R.large.npy``        uint32 (2, n_large): positions in ``R.counts.npy``, ascending; their counts
=====================  =========================================================================

For example, if "command" is form 7, "structures" form 9 and "structure" form 3, and the corpus has
"command structures" 300 times and "command structure" twice, then row 7 of ``adjacent`` holds the
neighbours ``[3, 9]`` and the counts ``[2, 255]``; if the row starts at 41, ``large`` has a column
``(42, 300)``. Rare and unassociated pairs were pruned (``min_count`` in the header says below
what): for them the look-up answers 0. The margins count every pair, those pruned included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.association import ContingencyTable, log_likelihood, npmi
from detector.header import read_header
from detector.vocabulary import Vocabulary

FORMAT = 1

NUMBER = "#"
"""The class form that stands for every token of digits."""
EDGE = "."
"""The class form beside the first and the last token of a sentence."""
PAUSE = ","
"""The class form between two tokens of a sentence that are not adjacent: punctuation."""
CLASS_FORMS = frozenset({NUMBER, EDGE, PAUSE})

LARGE = 255
"""In ``R.counts.npy``: the count does not fit in a byte."""

_WORTH_SORTING = 1_000
"""So many pairs are sorted before they are looked for."""

Relation = Literal["adjacent", "window"]
RELATIONS: tuple[Relation, ...] = ("adjacent", "window")


@dataclass(frozen=True, slots=True)
class Collocate:
    """A form that stands beside given ones: how often, and how associated (log-likelihood)."""

    form: str
    count: int
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class PairTable:
    """The pairs of one relation as memory-mapped rows; see the file format above."""

    total: int
    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    offsets: NDArray[np.uint32]
    neighbours: NDArray[np.uint16]
    small: NDArray[np.uint8]
    large: NDArray[np.uint32]

    @classmethod
    def open(cls, folder: Path, relation: Relation, total: int) -> PairTable:
        """Map the files of a relation."""
        names = ("left", "right", "offsets", "neighbours", "counts", "large")
        arrays = (np.load(folder / f"{relation}.{name}.npy", mmap_mode="r") for name in names)
        # A view without the memmap class: slicing one costs several times more.
        return cls(total, *(array.view(np.ndarray) for array in arrays))

    def counts(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
        """Counts of the pairs; 0 where a form is unknown (-1)."""
        result = np.zeros(left.shape, dtype=np.int64)
        stored, positions = self._find(left, right)
        result[stored] = self.count_at(positions)
        return result

    def count_at(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Counts of the pairs at `positions`, each a valid one."""
        counts = self.small[positions].astype(np.int64)
        is_large = counts == LARGE
        where = np.searchsorted(self.large[0], positions[is_large])
        counts[is_large] = self.large[1][where]
        return counts

    def row(self, left: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Right neighbours of a form, and the counts."""
        positions = np.arange(self.offsets[left], self.offsets[left + 1])
        return self.neighbours[positions].astype(np.int64), self.count_at(positions)

    def column(self, right: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Left neighbours of a form, and the counts. Reads the whole table: milliseconds."""
        positions = np.flatnonzero(self.neighbours == right)
        lefts = np.searchsorted(self.offsets, positions, side="right") - 1
        return lefts, self.count_at(positions)

    def _find(
        self, left: NDArray[np.int64], right: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of the pairs are stored, and their positions."""
        known = np.flatnonzero((left >= 0) & (right >= 0))
        wanted = ((left[known] << 16) | right[known]).astype(np.uint32)
        at = np.minimum(_search(self._keys, wanted), len(self._keys) - 1)
        stored = self._keys[at] == wanted
        return known[stored], at[stored]

    @cached_property
    def _keys(self) -> NDArray[np.uint32]:
        """Left and right id of each pair in one number, ascending: one search finds any pair.

        Made at the first look-up, in milliseconds; on disk it would cost twice the space.
        """
        lengths = self.offsets[1:] - self.offsets[:-1]
        lefts = np.repeat(np.arange(len(lengths), dtype=np.uint32) << 16, lengths)
        return lefts | self.neighbours


@dataclass(frozen=True, eq=False)
class Collocations:
    """The opened look-up. Reading only: safe to share between threads.

    Attributes
    ----------
    words : int
        Number of tokens counted.
    frequency : ndarray of uint32, shape (n_forms,)
        Occurrences of each form in the reference corpus.
    header : dict
        What ``header.json`` says.
    """

    words: int
    frequency: NDArray[np.uint32]
    header: dict[str, Any]
    _vocabulary: Vocabulary
    _tables: dict[Relation, PairTable]

    @classmethod
    def open(cls, folder: Path) -> Collocations:
        """Map a folder that `detector.training.collocations.train` wrote.

        Raises
        ------
        ModelError
            If the folder is missing or of another format version.
        """
        header = read_header(folder, "collocations", FORMAT)
        vocabulary = Vocabulary.open(folder / "vocabulary.marisa")
        tables = {
            relation: PairTable.open(folder, relation, header["relations"][relation]["total"])
            for relation in RELATIONS
        }
        frequency = np.load(folder / "frequency.npy", mmap_mode="r").view(np.ndarray)
        return cls(header["words"], frequency, header, vocabulary, tables)

    @property
    def n_forms(self) -> int:
        """Number of forms in the vocabulary."""
        return len(self.frequency)

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        """Id of each folded form, shape (n_forms,); -1 where it is not in the vocabulary."""
        return self._vocabulary.ids(forms)

    def word(self, form_id: int) -> str:
        """The form of an id."""
        return self._vocabulary.word(form_id)

    def counts(
        self, left: ArrayLike, right: ArrayLike, relation: Relation = "adjacent"
    ) -> NDArray[np.int64]:
        """How often each pair occurred in the reference corpus.

        Parameters
        ----------
        left, right : array_like of int
            Form ids; the shapes broadcast. -1 is an unknown form.
        relation : {"adjacent", "window"}
            How the two stand to each other.

        Returns
        -------
        ndarray of int64
            Exact counts; 0 for pairs that never occurred, were pruned, or hold an unknown form.
        """
        lefts, rights = _pairs(left, right)
        return self._tables[relation].counts(lefts.ravel(), rights.ravel()).reshape(lefts.shape)

    def table(
        self, left: ArrayLike, right: ArrayLike, relation: Relation = "adjacent"
    ) -> ContingencyTable:
        """The contingency tables of the pairs; an unknown form has a margin of 0."""
        lefts, rights = _pairs(left, right)
        pairs = self._tables[relation]
        return ContingencyTable(
            n11=self.counts(lefts, rights, relation),
            left=np.where(lefts >= 0, pairs.left[lefts], 0),
            right=np.where(rights >= 0, pairs.right[rights], 0),
            total=pairs.total,
        )

    def npmi(
        self, left: ArrayLike, right: ArrayLike, relation: Relation = "adjacent"
    ) -> NDArray[np.float64]:
        """Normalised PMI of the pairs, -1 to 1; NaN where a form is unknown."""
        lefts, rights = _pairs(left, right)
        known = (lefts >= 0) & (rights >= 0)
        return np.where(known, npmi(self.table(lefts, rights, relation)), np.nan)

    def log_likelihood(
        self, left: ArrayLike, right: ArrayLike, relation: Relation = "adjacent"
    ) -> NDArray[np.float64]:
        """Dunning's log-likelihood ratio of the pairs, at least 0; NaN where a form is unknown."""
        lefts, rights = _pairs(left, right)
        known = (lefts >= 0) & (rights >= 0)
        return np.where(known, log_likelihood(self.table(lefts, rights, relation)), np.nan)

    def followers(
        self, left: int, relation: Relation = "adjacent"
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids of all forms counted to the right of a form, ascending, and the counts."""
        return self._tables[relation].row(left)

    def pairs(
        self, relation: Relation = "adjacent"
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Left ids, right ids and counts of all stored pairs, in order of the ids."""
        stored = self._tables[relation]
        lengths = stored.offsets[1:] - stored.offsets[:-1]
        lefts = np.repeat(np.arange(self.n_forms), lengths)
        positions = np.arange(len(stored.neighbours))
        return lefts, stored.neighbours.astype(np.int64), stored.count_at(positions)

    def expected(
        self,
        *,
        left: str | None = None,
        right: str | None = None,
        relation: Relation = "adjacent",
        limit: int = 10,
    ) -> list[Collocate]:
        """What usually stands in a slot: after `left`, before `right`, or between the two.

        Parameters
        ----------
        left, right : str or None
            The neighbours, as folded forms; at least one.
        relation : {"adjacent", "window"}
            How the word and its neighbours stand to each other.
        limit : int
            How many collocates at most.

        Returns
        -------
        list of Collocate
            The most associated first. Between two neighbours, only forms that associate with both;
            count and log-likelihood are then those of the weaker of the two pairs.
        """
        if left is None and right is None:
            raise ValueError("expected() needs a neighbour: give left, right or both")
        sides = []
        if left is not None:
            sides.append(self._associated(left, relation, follows=True))
        if right is not None:
            sides.append(self._associated(right, relation, follows=False))
        shared = set.intersection(*(set(side) for side in sides))
        weakest = {form: min(side[form] for side in sides) for form in shared}
        ranked = sorted(weakest.items(), key=lambda entry: (-entry[1][0], entry[0]))
        return [Collocate(self.word(form), count, g2) for form, (g2, count) in ranked[:limit]]

    def _associated(
        self, form: str, relation: Relation, *, follows: bool
    ) -> dict[int, tuple[float, int]]:
        """Log-likelihood and count of each form drawn to one side of a form."""
        (own,) = self.ids([form]).tolist()
        if own < 0:
            return {}
        pairs = self._tables[relation]
        others, n11 = pairs.row(own) if follows else pairs.column(own)
        lefts, rights = (own, others) if follows else (others, own)
        table = ContingencyTable(n11, pairs.left[lefts], pairs.right[rights], pairs.total)
        drawn = (n11 > table.expected) & ~np.isin(others, self.ids(sorted(CLASS_FORMS)))
        g2 = log_likelihood(table)
        kept = zip(others[drawn].tolist(), g2[drawn].tolist(), n11[drawn].tolist(), strict=True)
        return {other: (value, count) for other, value, count in kept}


def _search(keys: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Where each number stands, or would, among ascending ones.

    Many are looked for in ascending order, which finds the next one's surroundings in the cache.
    """
    if wanted.size < _WORTH_SORTING:
        return np.searchsorted(keys, wanted)
    order = np.argsort(wanted)
    at = np.empty(len(wanted), dtype=np.int64)
    at[order] = np.searchsorted(keys, wanted[order])
    return at


def _pairs(left: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lefts, rights = np.broadcast_arrays(
        np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    )
    return lefts, rights
