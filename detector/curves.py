"""Piecewise linear curves: what additive models and calibrations are, once they are trained."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Curve(NamedTuple):
    """Straight lines between knots, level beyond the first and the last.

    Attributes
    ----------
    knots : ndarray of float64, shape (n_knots,)
        Ascending, at least one.
    values : ndarray of float64, shape (n_knots,)
        The curve at the knots.
    """

    knots: NDArray[np.float64]
    values: NDArray[np.float64]

    def __call__(self, x: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The curve at `x`, of the same shape.

        Where the values ascend so does the curve, to the last bit: `numpy.interp` may round past
        the value of the next knot, which is cut off here.

        Examples
        --------
        >>> curve = Curve(np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 2.5]))
        >>> curve(np.array([-1.0, 0.5, 2.0, 9.0])).tolist()
        [0.0, 1.0, 2.25, 2.5]
        """
        x = np.asarray(x, dtype=np.float64)
        after = np.clip(np.searchsorted(self.knots, x, side="right"), 1, len(self.knots) - 1)
        if len(self.knots) == 1:
            return np.full(x.shape, self.values[0])
        ends = self.values[after - 1], self.values[after]
        line = np.interp(x, self.knots, self.values)
        return np.clip(line, np.minimum(*ends), np.maximum(*ends))

    @property
    def ascends(self) -> bool:
        """Whether it never falls."""
        return bool(np.all(np.diff(self.values) >= 0))
