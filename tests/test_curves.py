from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.curves import Curve

# Odd fractions, so that every line rounds; no two knots so near that a line is a wall.
numbers = st.integers(-(10**6), 10**6).map(lambda number: number / 7)
ascending = st.lists(numbers, min_size=1, max_size=8, unique=True).map(sorted)


@st.composite
def rising(draw: st.DrawFn) -> Curve:
    knots = draw(ascending)
    values = sorted(draw(st.lists(numbers, min_size=len(knots), max_size=len(knots))))
    return Curve(np.array(knots), np.array(values))


@settings(deadline=None)
@given(rising(), st.lists(numbers, min_size=2, max_size=20))
def test_a_rising_curve_never_falls_by_a_single_bit(curve: Curve, points: list[float]) -> None:
    x = np.sort(np.array([*points, *curve.knots, *np.nextafter(curve.knots, -np.inf)]))
    assert curve.ascends
    assert np.all(np.diff(curve(x)) >= 0)


@settings(deadline=None)
@given(rising())
def test_it_passes_through_its_knots_and_is_level_beyond(curve: Curve) -> None:
    np.testing.assert_allclose(curve(curve.knots), curve.values, rtol=1e-9, atol=1e-9)
    assert curve(curve.knots[-1] + 1e9) == curve.values[-1]
    assert curve(curve.knots[0] - 1e9) == curve.values[0]
