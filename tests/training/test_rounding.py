from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("torch")

from detector.training.rounding import (
    BLOCK,
    DAMPING,
    LARGEST_COMPENSATED,
    Sensitivity,
    compensated_blocks,
    quantise_blocks,
)


def random_weight(n_out: int, n_in: int, seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 0.05, (n_out, n_in)).astype(np.float32)


def related(n: int, seed: int) -> NDArray[np.float64]:
    """Products of vectors that mostly go together, in a quarter of their directions."""
    generator = np.random.default_rng(seed)
    few = generator.normal(0, 1, (4 * n, n // 4)) @ generator.normal(0, 1, (n // 4, n))
    vectors = few + generator.normal(0, 0.3, few.shape)
    return np.asarray(vectors.T @ vectors)


def cost(error: NDArray[np.float64], sensitivity: Sensitivity) -> float:
    return float(np.trace(sensitivity.outputs @ error @ sensitivity.inputs @ error.T))


@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_nearest_steps_are_at_most_half_a_step_away(n_out: int, n_blocks: int, seed: int) -> None:
    weight = random_weight(n_out, n_blocks * BLOCK, seed)
    small, scales = quantise_blocks(weight)
    error = (small * scales.astype(np.float32)).reshape(weight.shape) - weight
    steps = np.repeat(scales[:, :, 0], BLOCK, axis=1).astype(np.float32)
    assert np.all(np.abs(error) <= 0.5001 * steps)


def test_nothing_stays_nothing() -> None:
    nothing = np.zeros((2, BLOCK), np.float32)
    for found in (
        quantise_blocks(nothing),
        compensated_blocks(nothing, Sensitivity(np.zeros((BLOCK, BLOCK)), np.zeros((2, 2)))),
    ):
        assert not np.any(found[0])
        assert np.all(found[1] == 1)


@given(st.integers(1, 7), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_where_nothing_is_related_the_nearest_step_is_best(
    n_out: int, n_blocks: int, seed: int
) -> None:
    weight = random_weight(n_out, n_blocks * BLOCK, seed)
    generator = np.random.default_rng(seed)
    alone = Sensitivity(*(np.diag(generator.uniform(1, 9, n)) for n in weight.shape[::-1]))
    whole, scales = compensated_blocks(weight, alone)
    blocks = weight.reshape(whole.shape)
    np.testing.assert_array_equal(whole, np.rint(blocks / scales.astype(np.float32)))


def test_each_weight_is_rounded_where_the_later_ones_can_best_make_up_for_it() -> None:
    """Against the definition: the least cost over all real values of the weights still to come."""
    weight = random_weight(4, BLOCK, 1)
    sensitivity = Sensitivity(related(BLOCK, 2), related(4, 3))
    whole, scales = compensated_blocks(weight, sensitivity)
    inputs, outputs = (
        part + DAMPING * np.trace(part) / len(part) * np.eye(len(part)) for part in sensitivity
    )
    costs = np.kron(outputs, inputs)
    columns, rows = (np.argsort(-np.diag(part)) for part in sensitivity)
    order = [row * BLOCK + column for column in columns for row in rows]
    steps = np.broadcast_to(scales[:, :, 0].astype(np.float64), weight.shape).ravel()
    error = np.zeros(weight.size)
    for place, at in enumerate(order):
        earlier, later = order[:place], order[place:]
        pull = costs[np.ix_(later, earlier)] @ error[earlier]
        best = -np.linalg.solve(costs[np.ix_(later, later)], pull)[0]
        exact = weight.ravel()[at]
        error[at] = np.rint((exact + best) / steps[at]) * steps[at] - exact
    expected = np.rint((weight.ravel() + error) / steps)
    np.testing.assert_array_equal(whole.ravel(), expected)


@pytest.mark.parametrize("shape", [(6, 3 * BLOCK), (70, BLOCK)])
def test_errors_that_make_up_for_each_other_cost_less(shape: tuple[int, int]) -> None:
    weight = random_weight(*shape, seed=4)
    sensitivity = Sensitivity(related(shape[1], 5), related(shape[0], 6))
    whole, scales = compensated_blocks(weight, sensitivity)
    assert np.abs(whole).max() <= LARGEST_COMPENSATED
    steps = scales.astype(np.float64)
    near = np.rint(weight.reshape(whole.shape) / steps)
    made_up, nearest = ((found * steps).reshape(shape) - weight for found in (whole, near))
    assert cost(made_up, sensitivity) < 0.5 * cost(nearest, sensitivity)
