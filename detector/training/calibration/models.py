"""The models that compete: how each is fitted, and what becomes of it at run time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from detector.article_features import FEATURES
from detector.curves import Curve
from detector.reliability import ALIKE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KNOTS = 64
"""Most knots of a curve."""

_IDLE = 1e-9
"""A feature that varies by less says nothing."""

_SURE = 1e-3
"""A calibrated probability stays this far from 0 and 1: a few thousand articles prove no more."""
_MOST = float(np.log((1 - _SURE) / _SURE))

LENGTH_KNOTS = (60, 250, 1000, 4000)
"""Words of an article; a calibration by length changes evenly from one to the next."""

_LEAST_SLOPE = 1e-6
_RARE = 0.01


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

    def plus(self, name: str, more: Curve) -> Additive:
        """The model with `more` added to the curve of a feature."""
        at = self.names.index(name)
        own = self.curves[at]
        knots = np.union1d(own.knots, more.knots)
        curves = list(self.curves)
        curves[at] = Curve(knots, own(knots) + more(knots))
        return Additive(self.names, tuple(curves))


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

    Each curve is a straight line, level beyond the values seen in training; a hint's is level
    beyond those of all but 1 % at either side, lest an odd kind of text decide by itself.
    """
    artifact = np.array([FEATURES[name].is_artifact for name in names])
    low, high = np.quantile(values, [_RARE, 1 - _RARE], axis=0)
    low = np.where(artifact, values.min(axis=0), low)
    high = np.where(artifact, values.max(axis=0), high)
    values = np.clip(values, low, high)
    means = np.average(values, axis=0, weights=weights)
    # Not StandardScaler: a column of one value may come out with a variance below 0 there.
    deviations = np.sqrt(np.average((values - means) ** 2, axis=0, weights=weights))
    deviations[deviations < _IDLE] = 1.0
    scaled = (values - means) / deviations
    kept = list(range(len(names)))
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
        ends = np.array([low[column], high[column]])
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


class Calibration(NamedTuple):
    """Score and length to log odds: ``curve(slope * (score + shift))``.

    `slope` and `shift` are curves over the natural logarithm of the number of words.
    """

    slope: Curve
    shift: Curve
    curve: Curve

    def __call__(self, scores: Floats, lengths: Floats) -> Floats:
        """Log odds of *spun* at the base rate of the examples; arrays of shape (n,)."""
        return self.curve(self.slope(lengths) * (scores + self.shift(lengths)))


def fit_sigmoid(scores: Floats, lengths: Floats, spun: Bools, weights: Floats) -> Calibration:
    """Platt's scaling: log odds as a straight line over the score, whatever the length."""
    model = LogisticRegression(C=1e3).fit(scores[:, None], spun, sample_weight=weights)
    slope, start = float(model.coef_[0, 0]), float(model.intercept_[0])
    # As far as the line reaches certainty; a slope below 0 would mean that the score says nothing.
    ends = np.sort((np.array([-_MOST, _MOST]) - start) / max(slope, _LEAST_SLOPE))
    return Calibration(ALIKE, _level(0.0), Curve(ends, np.array([-_MOST, _MOST])))


def fit_sigmoid_by_length(
    scores: Floats, lengths: Floats, spun: Bools, weights: Floats
) -> Calibration:
    """Platt's scaling whose line changes with the length: evenly between `LENGTH_KNOTS`.

    A slope never falls with the length, for what was seen of a longer article rests on more words.
    """
    knots = np.log(np.array(LENGTH_KNOTS, dtype=np.float64))
    shares = np.stack([np.interp(lengths, knots, row) for row in np.eye(len(knots))], axis=1)
    columns = np.concatenate([shares * scores[:, None], shares], axis=1)
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=1000)
    model.fit(columns, spun, sample_weight=weights)
    slopes, starts = model.coef_[0].reshape(2, -1)
    slope = Curve(knots, np.maximum.accumulate(np.maximum(slopes, _LEAST_SLOPE)))
    # A line through few points: the quotient of two lines is none.
    grid = np.linspace(knots[0], knots[-1], KNOTS)
    shift = Curve(grid, np.interp(grid, knots, starts) / slope(grid))
    return Calibration(slope, shift, Curve(np.array([-_MOST, _MOST]), np.array([-_MOST, _MOST])))


def fit_isotonic(scores: Floats, lengths: Floats, spun: Bools, weights: Floats) -> Calibration:
    """Isotonic regression, as log odds over the score, whatever the length."""
    model = IsotonicRegression(y_min=_SURE, y_max=1 - _SURE, out_of_bounds="clip")
    model.fit(scores, spun.astype(float), sample_weight=weights)
    knots, p = model.X_thresholds_, model.y_thresholds_
    curve = Curve(np.asarray(knots, dtype=np.float64), np.log(p / (1 - p)))
    return Calibration(ALIKE, _level(0.0), curve)


FitCalibration = Callable[[Floats, Floats, Bools, Floats], Calibration]
CALIBRATIONS: Mapping[str, FitCalibration] = {
    "sigmoid": fit_sigmoid,
    "sigmoid by length": fit_sigmoid_by_length,
    "isotonic": fit_isotonic,
}


def log_loss(log_odds: Floats, spun: Bools, weights: Floats) -> float:
    """Mean negative log likelihood in nats, at least 0; lower is better."""
    signed = np.where(spun, log_odds, -log_odds)
    return float(np.average(np.logaddexp(0, -signed), weights=weights))
