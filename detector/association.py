"""How strongly two words associate: pure functions of a contingency table.

The table of a pair counts the places where the left word, the right word, both or neither stand:

====================  ==========  =============  ===============
..                    right word  another        sum
====================  ==========  =============  ===============
left word             n11         n12            left margin
another               n21         n22            ..
sum                   right       ..             total
====================  ==========  =============  ===============

`nltk.metrics.association.BigramAssocMeasures` is the reference for these formulas, and the tests
hold every function to it on random tables. It is not called here: it takes one table of Python
numbers at a time, and importing NLTK costs more time than scoring an article does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ContingencyTable:
    """The counts of one pair, or of many pairs at once; the shapes broadcast.

    Attributes
    ----------
    n11 : array_like of int
        How often both words stand together.
    left : array_like of int
        How often the left word stands in any pair (its margin); at least `n11`.
    right : array_like of int
        How often the right word stands in any pair; at least `n11`.
    total : array_like of int
        The number of pairs counted; at least ``left + right - n11``.
    """

    n11: ArrayLike
    left: ArrayLike
    right: ArrayLike
    total: ArrayLike

    @property
    def expected(self) -> Floats:
        """How often the two would stand together if they were independent."""
        left, right, total = (_floats(counts) for counts in (self.left, self.right, self.total))
        return left * right / total

    def cells(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four inner cells: both, left only, right only, neither."""
        n11, left, right = _floats(self.n11), _floats(self.left), _floats(self.right)
        return n11, left - n11, right - n11, _floats(self.total) - left - right + n11


def pmi(table: ContingencyTable) -> Floats:
    """Pointwise mutual information: log2 of observed over expected co-occurrence.

    Range: minus infinity (never together) over 0 (independent) up to log2(total), in bits. Rare
    pairs get high values by chance: rank with `log_likelihood`, compare with `npmi`.

    Source: Church & Hanks, "Word association norms, mutual information, and lexicography",
    Computational Linguistics 16 (1990).

    Examples
    --------
    >>> round(float(pmi(ContingencyTable(n11=8, left=8, right=16, total=1024))), 3)
    6.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log2(_floats(table.n11) / table.expected)


def npmi(table: ContingencyTable) -> Floats:
    """Normalised pointwise mutual information, without unit.

    Range: -1 (never together) over 0 (independent) to 1 (each stands only with the other).

    Source: Bouma, "Normalized (pointwise) mutual information in collocation extraction",
    GSCL (2009).

    Examples
    --------
    >>> float(npmi(ContingencyTable(n11=8, left=8, right=8, total=1024)))
    1.0
    >>> float(npmi(ContingencyTable(n11=0, left=8, right=8, total=1024)))
    -1.0
    """
    n11, total = _floats(table.n11), _floats(table.total)
    with np.errstate(divide="ignore", invalid="ignore"):
        normalised = pmi(table) / -np.log2(n11 / total)
    # Both limits are 0/0 or inf/inf in the formula, so they are named.
    return np.where(n11 == 0, -1.0, np.where(n11 == total, 1.0, normalised))


def log_likelihood(table: ContingencyTable) -> Floats:
    """Log-likelihood ratio G2 of dependence against independence, without unit.

    Range: 0 (exactly as often together as expected) upwards without bound; above 10.83 a pair of
    independent words would show it once in 1,000 times. It has no sign: words that avoid each
    other score high too; compare `n11` with ``expected``.

    Source: Dunning, "Accurate methods for the statistics of surprise and coincidence",
    Computational Linguistics 19 (1993).

    Examples
    --------
    >>> float(log_likelihood(ContingencyTable(n11=10, left=100, right=100, total=1000)))
    0.0
    >>> round(float(log_likelihood(ContingencyTable(n11=40, left=100, right=100, total=1000))), 1)
    74.7
    """
    n11, n12, n21, n22 = table.cells()
    left, right, total = _floats(table.left), _floats(table.right), _floats(table.total)
    return 2.0 * (
        _surprise(n11, left * right / total)
        + _surprise(n12, left * (total - right) / total)
        + _surprise(n21, (total - left) * right / total)
        + _surprise(n22, (total - left) * (total - right) / total)
    )


def _surprise(observed: Floats, expected: Floats) -> Floats:
    """``observed * ln(observed / expected)``; an empty cell adds nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(observed > 0, observed * np.log(observed / expected), 0.0)


def _floats(counts: ArrayLike) -> Floats:
    return np.asarray(counts, dtype=np.float64)
