"""What spinners have put for what: swaps counted in aligned pairs of articles.

Synonym links say what a word *could* have replaced; these counts say what it *has* replaced. Words
and short phrases: "on the off chance that" stood for "if" 816 times. Only restoration asks: no word
is flagged because it is in the table.

File format, version 1, a part of the folder of `detector.restoration`
------------------------------------------------------------------------
======================  ========================================================================
``spun.marisa``         a MARISA trie of what was put in: forms joined by spaces
``spun_offsets.npy``    uint32 (n_spun + 1,): row `s` is ``offsets[s]:offsets[s + 1]``
``spun_share.npy``      uint8 (n_spun,): of how many of its occurrences in spun text it is a swap as
                        a whole, in steps of 1/255
``choices.npy``         uint32 (n_swaps,): what stood there, a choice of `detector.restoration`; the
                        most frequent first
``counts.npy``          uint16 (n_swaps,): how often, at most 65,535
======================  ========================================================================

For example, row 5 of "wilt" may hold the choices of "become" and "wither" with the counts 40 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.vocabulary import Vocabulary

LONGEST = 5
"""Most words of a swap, on either side."""


@dataclass(frozen=True, eq=False)
class SwapTable:
    """The opened table. Reading only: safe to share between threads."""

    _spun: Vocabulary
    _offsets: NDArray[np.uint32]
    _share: NDArray[np.uint8]
    _choices: NDArray[np.uint32]
    _counts: NDArray[np.uint16]

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the files of a folder."""
        names = ("spun_offsets", "spun_share", "choices", "counts")
        arrays = (np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in names)
        return cls(Vocabulary.open(folder / "spun.marisa"), *arrays)

    def ids(self, forms: list[str]) -> NDArray[np.int64]:
        """The row of each form or phrase, -1 where there is none."""
        return self._spun.ids(forms).astype(np.int64)

    def runs(self, forms: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Number of words and row of each phrase that a text of these forms begins with."""
        text = " ".join(forms) + " "
        for phrase, row in self._spun.prefixes(text):
            if " " in phrase and text[len(phrase)] == " ":
                yield phrase.count(" ") + 1, row

    def share(self, row: int) -> float:
        """Of how many of its occurrences in spun text this is a swap as a whole, 0 to 1."""
        return int(self._share[row]) / 255

    def times(self, row: int) -> int:
        """How often the most frequent swap of a row was counted."""
        return int(self._counts[self._offsets[row]])

    def swaps(
        self, rows: NDArray[np.int64], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """What the runs of some rows stood for.

        Parameters
        ----------
        rows : ndarray of int64, shape (n,)
            From `ids`; -1 has no swaps.
        limit : int
            How many at most of each, the most frequent.

        Returns
        -------
        at, choice : ndarray of int64
            Which of `rows`, and what stood there.
        share : ndarray of float64
            Of the swaps of that row, 0 to 1.
        """
        known = np.flatnonzero(rows >= 0)
        first = self._offsets[rows[known]].astype(np.int64)
        length = self._offsets[rows[known] + 1].astype(np.int64) - first
        total = np.zeros(len(known))
        owner, position = _ranges(first, length)
        np.add.at(total, owner, self._counts[position])
        taken = np.minimum(length, limit)
        owner, position = _ranges(first, taken)
        # One more, seen nowhere: what was seen once is not certain.
        share = self._counts[position] / (total[owner] + 1)
        return known[owner], self._choices[position].astype(np.int64), share


def _ranges(
    first: NDArray[np.int64], length: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whose each is, and which, of the positions ``[first, first + length)`` of all entries."""
    owner = np.repeat(np.arange(len(first)), length)
    before = np.cumsum(length) - length
    return owner, np.arange(len(owner)) - before[owner] + first[owner]
