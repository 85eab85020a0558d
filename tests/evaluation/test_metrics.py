"""The statistics against hand-computed cases and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.evaluation.metrics import (
    Curve,
    Ranking,
    balanced,
    best_cut,
    bootstrap_weights,
    calibration_error,
    chance_errors,
    cross_fitted_correct,
    estimate,
    indices,
    ratio,
    sums_by,
)

labelled_scores = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), min_size=2, max_size=40
).filter(lambda rows: len({positive for _, positive, _ in rows}) == 2)


def ranked(scores: list[float], positive: list[int]) -> Curve:
    ranking = Ranking.of(scores, positive, np.zeros(len(scores), dtype=np.int32))
    return ranking.curve(np.ones(1, dtype=np.int32))


@settings(deadline=None)  # the first call imports scikit-learn
@given(labelled_scores, st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_auc_and_average_precision_equal_scikit_learn(
    rows: list[tuple[int, bool, int]], weights: list[int]
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores, positive, clusters = map(np.array, zip(*rows, strict=True))
    each = np.array(weights)[clusters]
    curve = Ranking.of(scores, positive, clusters).curve(np.array(weights, dtype=np.int32))
    assert curve.auc() == pytest.approx(metrics.roc_auc_score(positive, scores, sample_weight=each))
    assert curve.average_precision() == pytest.approx(
        metrics.average_precision_score(positive, scores, sample_weight=each)
    )


def test_ties_count_half() -> None:
    assert ranked([1, 1], [1, 0]).auc() == 0.5


def test_average_precision_by_hand() -> None:
    # Right at ranks 1 and 3: (1/1 + 2/3) / 2.
    assert ranked([4, 3, 2, 1], [1, 0, 1, 0]).average_precision() == pytest.approx(5 / 6)


def test_precision_at_recall_by_hand() -> None:
    curve = ranked([4, 3, 2, 1], [1, 0, 1, 0])
    assert curve.precision_at_recall(0.5) == 1.0
    assert curve.precision_at_recall(0.6) == pytest.approx(2 / 3)


def test_recall_at_false_share_by_hand() -> None:
    curve = ranked([5, 4, 3, 2, 1], [1, 0, 1, 0, 1])
    assert curve.recall_at_false_share(0.0) == pytest.approx(1 / 3)
    assert curve.recall_at_false_share(0.5) == pytest.approx(2 / 3)
    assert curve.recall_at_false_share(1.0) == 1.0


def test_the_score_that_a_share_exceeds() -> None:
    ranking = Ranking.of([5, 4, 3, 3, 1], [0, 0, 0, 0, 0], np.zeros(5, dtype=np.int32))
    once = np.ones(1, dtype=np.int32)
    assert [ranking.exceeded_by(share, once) for share in (0.0, 0.2, 0.4, 0.6)] == [5, 4, 3, 3]
    assert ranking.exceeded_by(1.0, once) == 1


def test_tied_scores_are_flagged_together_or_not_at_all() -> None:
    assert ranked([2, 2, 1], [1, 0, 0]).recall_at_false_share(0.0) == 0.0


@pytest.mark.parametrize("positive", [[1, 1], [0, 0]])
def test_one_class_alone_has_no_auc(positive: list[int]) -> None:
    assert np.isnan(ranked([1, 2], positive).auc())


def test_an_empty_ranking_has_no_figures() -> None:
    curve = ranked([], [])
    assert np.isnan([curve.auc(), curve.average_precision(), curve.precision_at_recall(0.5)]).all()


def test_weights_repeat_clusters() -> None:
    ranking = Ranking.of([3, 2, 1], [1, 0, 1], [0, 1, 2])
    assert ranking.curve(np.array([1, 1, 0], dtype=np.int32)).auc() == 1.0
    assert ranking.curve(np.array([0, 1, 2], dtype=np.int32)).auc() == 0.0


def test_bootstrap_weights_draw_as_many_clusters_as_there_are() -> None:
    weights = bootstrap_weights(7, 20, seed=1)
    assert weights.shape == (21, 7)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 7).all()
    assert np.array_equal(weights, bootstrap_weights(7, 20, seed=1))


def test_ratio_pools_before_it_divides() -> None:
    weights = np.array([[1, 1], [2, 0], [0, 0]], dtype=np.int32)
    values = ratio([1, 3], [2, 4], weights)
    assert values[:2].tolist() == pytest.approx([4 / 6, 0.5])
    assert np.isnan(values[2])


def test_an_interval_holds_the_middle_of_the_replicates() -> None:
    assert estimate([5.0, *range(101)]) == pytest.approx((5.0, 2.5, 97.5))


def test_an_interval_of_nothing_is_unknown() -> None:
    assert np.isnan(estimate([np.nan, np.nan])).all()


def test_the_interval_covers_the_truth() -> None:
    """A share of 0.3, estimated from 60 articles: about 95 of 100 intervals hold it."""
    covered = 0
    for seed in range(100):
        successes = np.random.default_rng(seed).binomial(50, 0.3, size=60)
        weights = bootstrap_weights(60, 200, seed)
        _, low, high = estimate(ratio(successes, np.full(60, 50), weights))
        covered += low <= 0.3 <= high
    assert 88 <= covered <= 100


def test_best_cut_lies_between_the_classes() -> None:
    assert best_cut(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])) == 0.5


def test_best_cut_calls_none_where_the_scores_tell_nothing() -> None:
    assert best_cut(np.array([1.0, 1.0]), np.array([True, False])) == float("inf")


def test_cross_fitting_takes_the_cut_from_the_other_half() -> None:
    scores: NDArray[np.float64] = np.concatenate([np.zeros(20), np.ones(20)])
    clusters = np.tile(np.arange(20), 2)
    assert cross_fitted_correct(scores, scores > 0, clusters, seed=3).all()


def test_calibration_error_by_hand() -> None:
    p = np.array([0.1, 0.1, 0.7, 0.7])
    positive = np.array([False, False, True, False])
    assert calibration_error(p, positive, np.ones(4), bins=2) == pytest.approx(0.15)
    # The clean one of the upper bin weighs nothing: half the mass, all positive.
    weights = np.array([1.0, 1.0, 2.0, 0.0])
    assert calibration_error(p, positive, weights, bins=2) == pytest.approx((0.1 + 0.3) / 2)


def test_no_weight_no_calibration_error() -> None:
    assert np.isnan(calibration_error(np.array([0.5]), np.array([True]), np.zeros(1)))


def test_a_calibrated_probability_has_little_error() -> None:
    generator = np.random.default_rng(5)
    p = generator.random(20_000)
    positive = generator.random(20_000) < p
    assert calibration_error(p, positive, np.ones(20_000)) < 0.02
    assert calibration_error(p**2, positive, np.ones(20_000)) > 0.1


def test_chance_explains_the_error_of_right_probabilities_alone() -> None:
    generator = np.random.default_rng(3)
    p = generator.random(80)
    every = np.ones(80)
    right = [generator.random(80) < p for _ in range(200)]
    low, high = np.quantile(chance_errors(p, right[0], every, seed=0), [0.025, 0.975])
    errors = [calibration_error(p, positive, every) for positive in right]
    assert np.mean([low <= error <= high for error in errors]) > 0.85
    timid = 0.5 + (p - 0.5) / 4
    wrong = [calibration_error(timid, positive, every) for positive in right]
    assert np.mean([error > high for error in wrong]) > 0.85


def test_chance_errors_of_a_sample_that_could_not_be() -> None:
    sure = chance_errors(np.zeros(4), np.arange(4) > 1, np.ones(4), seed=0, draws=3)
    assert np.isnan(sure).all()  # a score that rules positives out draws none


def test_balancing_sets_the_base_rate() -> None:
    positive = np.array([True, False, False])
    weights = balanced(positive, np.array([1.0, 1.0, 3.0]), 0.5)
    assert weights.tolist() == [0.5, 0.125, 0.375]
    assert not balanced(positive, np.array([0.0, 1.0, 1.0]), 0.5).any()


def test_helpers() -> None:
    numbers, count = indices(["b", "a", "b"])
    assert (numbers.tolist(), count) == ([0, 1, 0], 2)
    assert sums_by([0, 2, 0], [1, 2, 3], 4).tolist() == [4, 0, 2, 0]
