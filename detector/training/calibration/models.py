"""The models that compete: how each is fitted, and what becomes of it at run time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from detector.article_features import FEATURES
from detector.curves import Curve

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KNOTS = 64
"""Most knots of a curve."""

_IDLE = 1e-9
"""A feature that varies by less says nothing."""

_SURE = 1e-3
"""A calibrated probability stays this far from 0 and 1: a few thousand articles prove no more."""


@dataclass(frozen=True, eq=False)
class Additive:
    """A sum of curves, one for each feature."""

    names: tuple[str, ...]
    curves: tuple[Curve, ...]

    def score(self, values: Floats) -> Floats:
        """The sum for each row of `values`, shape (n, n_features)."""
        return sum(
            (curve(values[:, at]) for at, curve in enumerate(self.curves)),
            start=np.zeros(len(values)),
        )


@dataclass(frozen=True, eq=False)
class Interacting:
    """Boosted trees whose features interact: measured beside the others, never shipped."""

    trees: Any

    def score(self, values: Floats) -> Floats:
        """Log odds for each row of `values`."""
        scores: Floats = self.trees.decision_function(values)
        return scores


Model = Additive | Interacting
Fit = Callable[[Floats, Bools, Floats, Sequence[str]], Model]


def fit_logistic(values: Floats, spun: Bools, weights: Floats, names: Sequence[str]) -> Additive:
    """Logistic regression; an artifact feature whose weight comes out below 0 is left out.

    Each curve is a straight line, level beyond the values seen in training.
    """
    means = np.average(values, axis=0, weights=weights)
    # Not StandardScaler: a column of one value may come out with a variance below 0 there.
    deviations = np.sqrt(np.average((values - means) ** 2, axis=0, weights=weights))
    deviations[deviations < _IDLE] = 1.0
    scaled = (values - means) / deviations
    kept = list(range(len(names)))
    artifact = np.array([FEATURES[name].is_artifact for name in names])
    while True:
        model = LogisticRegression(C=0.3, max_iter=1000)
        model.fit(scaled[:, kept], spun, sample_weight=weights)
        slopes = np.zeros(len(names))
        slopes[kept] = model.coef_[0]
        wrong = np.where(artifact, np.minimum(slopes, 0), 0)
        if not wrong.any():
            break
        kept.remove(int(np.argmin(wrong)))
    curves = []
    for column, slope in enumerate(slopes):
        ends = np.array([values[:, column].min(), values[:, column].max()])
        line = slope * (ends - means[column]) / deviations[column]
        curves.append(Curve(ends, line) if np.ptp(ends) > _IDLE else _level(ends[0]))
    return Additive(tuple(names), tuple(curves))


def fit_boosted(values: Floats, spun: Bools, weights: Floats, names: Sequence[str]) -> Additive:
    """Boosted trees, each of one feature: a curve for each feature, monotone where it must be."""
    trees = _boosting(names, "no_interactions").fit(values, spun, sample_weight=weights)
    middle = np.median(values, axis=0)
    curves = []
    for column, name in enumerate(names):
        knots = np.unique(np.quantile(values[:, column], np.linspace(0, 1, KNOTS)))
        rows = np.tile(middle, (len(knots), 1))
        rows[:, column] = knots
        line = trees.decision_function(rows)
        if FEATURES[name].is_artifact:  # what rounding makes fall is evened out
            line = np.maximum.accumulate(line)
        curve = Curve(knots, line)
        mean = np.average(curve(values[:, column]), weights=weights)
        curves.append(Curve(knots, line - mean))
    return Additive(tuple(names), tuple(curves))


def fit_interacting(
    values: Floats, spun: Bools, weights: Floats, names: Sequence[str]
) -> Interacting:
    """Boosted trees without that limit, as monotone."""
    return Interacting(_boosting(names, None).fit(values, spun, sample_weight=weights))


CANDIDATES: Mapping[str, Fit] = {
    "logistic regression": fit_logistic,
    "boosting, one feature a tree": fit_boosted,
}
REFERENCE = "boosting, features interact"


def _boosting(names: Sequence[str], interactions: str | None) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=200,
        max_leaf_nodes=6,
        min_samples_leaf=40,
        l2_regularization=5.0,
        monotonic_cst=[int(FEATURES[name].is_artifact) for name in names],
        interaction_cst=interactions,
        early_stopping=False,
        random_state=0,
    )


def _level(at: float) -> Curve:
    return Curve(np.array([at]), np.zeros(1))


def fit_sigmoid(scores: Floats, spun: Bools, weights: Floats) -> Curve:
    """Platt's scaling: log odds as a straight line over the score."""
    model = LogisticRegression(C=1e3).fit(scores[:, None], spun, sample_weight=weights)
    slope, start = float(model.coef_[0, 0]), float(model.intercept_[0])
    most = np.log((1 - _SURE) / _SURE)
    # As far as the line reaches certainty; a slope below 0 would mean that the score says nothing.
    ends = np.sort((np.array([-most, most]) - start) / max(slope, 1e-6))
    return Curve(ends, np.array([-most, most]))


def fit_isotonic(scores: Floats, spun: Bools, weights: Floats) -> Curve:
    """Isotonic regression, as log odds over the score."""
    model = IsotonicRegression(y_min=_SURE, y_max=1 - _SURE, out_of_bounds="clip")
    model.fit(scores, spun.astype(float), sample_weight=weights)
    knots, p = model.X_thresholds_, model.y_thresholds_
    return Curve(np.asarray(knots, dtype=np.float64), np.log(p / (1 - p)))


CALIBRATIONS: Mapping[str, Callable[[Floats, Bools, Floats], Curve]] = {
    "sigmoid": fit_sigmoid,
    "isotonic": fit_isotonic,
}


def log_loss(log_odds: Floats, spun: Bools, weights: Floats) -> float:
    """Mean negative log likelihood in nats, at least 0; lower is better."""
    signed = np.where(spun, log_odds, -log_odds)
    return float(np.average(np.logaddexp(0, -signed), weights=weights))
