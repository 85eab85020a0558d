"""Statistics of labelled scores, each with its bootstrap replicates.

`sklearn.metrics` is the reference for AUC and average precision, and the tests hold these functions
to it. It is not called here: a bootstrap would sort the same 200,000 words for every replicate,
where sorting once and re-weighting does, and `detector evaluate` then needs no extra installed.

Every statistic is computed for all rows of a weight matrix at once or in turn. Row 0 weighs every
cluster once, so the first value is the figure itself; the other rows are bootstrap replicates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A figure and its percentile bootstrap interval; NaN where it cannot be computed."""

    value: float
    low: float
    high: float


def bootstrap_weights(n_clusters: int, replicates: int, seed: int) -> NDArray[np.int32]:
    """How often each cluster is drawn, shape (replicates + 1, n_clusters).

    Row 0 is all ones; each other row draws `n_clusters` clusters with replacement.

    Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7
    (1979); clusters, because words of one article are not independent.
    """
    chances = np.full(n_clusters, 1 / max(n_clusters, 1))
    drawn = np.random.default_rng(seed).multinomial(n_clusters, chances, size=replicates)
    return np.vstack([np.ones((1, n_clusters)), drawn]).astype(np.int32)


def estimate(values: ArrayLike, *, coverage: float = 0.95) -> Estimate:
    """The first value, and the central interval of the others that holds `coverage` of them."""
    replicated = np.asarray(values, dtype=np.float64)
    finite = replicated[1:][np.isfinite(replicated[1:])]
    if not len(finite) or not np.isfinite(replicated[0]):
        return Estimate(float(replicated[0]), float("nan"), float("nan"))
    low, high = np.quantile(finite, [(1 - coverage) / 2, (1 + coverage) / 2])
    return Estimate(float(replicated[0]), float(low), float(high))


def exactly(value: float) -> Estimate:
    """A figure without an interval: it rests on one cluster, and resampling that tells nothing."""
    return Estimate(float(value), float("nan"), float("nan"))


def ratio(numerators: ArrayLike, denominators: ArrayLike, weights: NDArray[np.int32]) -> Floats:
    """Sum of numerators over sum of denominators, both per cluster, for each row of weights.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        NaN where the denominator is 0.

    Examples
    --------
    >>> ratio([1, 3], [2, 4], np.array([[1, 1], [2, 0]], dtype=np.int32)).round(3).tolist()
    [0.667, 0.5]
    """
    top = weights @ np.asarray(numerators, dtype=np.float64)
    bottom = weights @ np.asarray(denominators, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


class Curve(NamedTuple):
    """Positives and negatives at or above each distinct score, highest score first."""

    true: Floats
    false: Floats

    def auc(self) -> float:
        """Area under the ROC curve, 0 to 1: P(a positive outranks a negative), ties count half.

        NaN without positives or without negatives.
        """
        if not (self.true[-1] and self.false[-1]):
            return float("nan")
        true = np.concatenate([[0.0], self.true])
        false = np.concatenate([[0.0], self.false])
        area = np.sum(np.diff(false) * (true[1:] + true[:-1])) / 2
        return float(area / (true[-1] * false[-1]))

    def average_precision(self) -> float:
        """Precision averaged over the recall steps, 0 to 1; NaN without positives."""
        if not self.true[-1]:
            return float("nan")
        gained = np.diff(self.true, prepend=0.0)
        flagged = np.maximum(self.true + self.false, 1.0)
        return float(np.sum(gained * self.true / flagged) / self.true[-1])

    def precision_at_recall(self, recall: float) -> float:
        """Precision at the highest threshold whose recall is at least `recall`; NaN if none."""
        if not self.true[-1]:
            return float("nan")
        at = int(np.searchsorted(self.true, recall * self.true[-1] - 1e-9))
        return float(self.true[at] / (self.true[at] + self.false[at]))

    def recall_at_false_share(self, share: float) -> float:
        """Recall at the lowest threshold that at most `share` of the negatives reach.

        Tied scores are flagged together or not at all. NaN without positives or negatives.
        """
        if not (self.true[-1] and self.false[-1]):
            return float("nan")
        allowed = share * self.false[-1] + 1e-9
        passed = int(np.searchsorted(self.false, allowed, side="right"))
        return float(self.true[passed - 1] / self.true[-1]) if passed else 0.0


@dataclass(frozen=True, eq=False)
class Ranking:
    """Labelled scores sorted once, so that each replicate only re-weights them."""

    scores: Floats
    """Distinct scores, descending."""
    _clusters: NDArray[np.int32]
    _positive: NDArray[np.int32]
    _tie_ends: NDArray[np.intp]

    @classmethod
    def of(cls, scores: ArrayLike, positive: ArrayLike, clusters: ArrayLike) -> Ranking:
        """Sort scores.

        Parameters
        ----------
        scores : array_like of float, shape (n,)
            Higher is more suspicious; no NaN.
        positive : array_like of bool, shape (n,)
            The truth.
        clusters : array_like of int, shape (n,)
            Index of each one's cluster in the rows of weights.
        """
        values = np.asarray(scores, dtype=np.float64)
        order = np.argsort(-values, kind="stable")
        ranked = values[order]
        last_of_tie = np.append(ranked[1:] != ranked[:-1], np.ones(min(len(ranked), 1), np.bool_))
        ends = np.flatnonzero(last_of_tie)
        return cls(
            scores=ranked[ends],
            _clusters=np.asarray(clusters, dtype=np.int32)[order],
            _positive=np.asarray(positive, dtype=np.int32)[order],
            _tie_ends=ends,
        )

    def curve(self, weights: NDArray[np.int32]) -> Curve:
        """The curve under one row of weights."""
        if not len(self._clusters):
            return Curve(np.zeros(1), np.zeros(1))
        each = weights[self._clusters]
        true = np.cumsum(each * self._positive)[self._tie_ends].astype(np.float64)
        return Curve(true, np.cumsum(each)[self._tie_ends] - true)

    def exceeded_by(self, share: float, weights: NDArray[np.int32]) -> float:
        """The lowest score that at most `share` of the negatives exceed; NaN without any."""
        curve = self.curve(weights)
        if not curve.false[-1]:
            return float("nan")
        passed = int(np.searchsorted(curve.false, share * curve.false[-1] + 1e-9, side="right"))
        return float(self.scores[min(passed, len(self.scores) - 1)])


def calibration_error(
    p: Floats, positive: NDArray[np.bool_], weights: Floats, *, bins: int = 10
) -> float:
    """Expected calibration error: mean gap between the probability and the share of positives.

    Bins of equal mass, each gap weighted by its bin's mass. Range: 0 (calibrated) to 1; a small
    sample shows some error even where there is none.

    Source: Naeini, Cooper & Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015.

    Parameters
    ----------
    p : ndarray of float64, shape (n,)
        Probabilities of the positive class, 0 to 1.
    positive : ndarray of bool, shape (n,)
        The truth.
    weights : ndarray of float64, shape (n,)
        At least 0; reweigh the classes to a base rate with them. NaN results if all are 0.
    bins : int
        How many.

    Examples
    --------
    >>> p, truth = np.array([0.2, 0.2, 0.9, 0.9]), np.array([False, False, True, True])
    >>> round(calibration_error(p, truth, np.ones(4), bins=2), 2)
    0.15
    """
    total = weights.sum()
    if not total:
        return float("nan")
    of = equal_mass_bins(p, weights, bins)
    gaps = sums_by(of, weights / total * (p - positive), bins)
    return float(np.abs(gaps).sum())


def chance_errors(
    p: Floats, positive: NDArray[np.bool_], weights: Floats, *, seed: int, draws: int = 200
) -> Floats:
    """The calibration errors that samples like this one show where the probabilities are right.

    Each sample has as many positives and as many negatives, drawn with replacement from the given
    probabilities as often as these say that there are such. What a calibration error is more than
    these, is the fault of the probabilities. Shape (draws,).

    Source: the consistency resampling of Bröcker & Smith, "Increasing the reliability of
    reliability diagrams", Weather and Forecasting 22 (2007), for samples of two classes with given
    sizes.

    Parameters
    ----------
    p, positive, weights
        As for `calibration_error`; `weights` reweigh the classes to the base rate at which the
        probabilities hold.
    seed : int
        The same seed gives the same errors.
    draws : int
        How many samples.

    Examples
    --------
    >>> p = np.array([0.0, 1.0])  # always right
    >>> chance_errors(p, p > 0, np.ones(2), seed=0, draws=2).tolist()
    [0.0, 0.0]
    """
    sizes = np.array([np.count_nonzero(~positive), np.count_nonzero(positive)])
    labels = np.repeat([False, True], sizes)
    each = balanced(labels, np.ones(len(labels)), float(weights[positive].sum() / weights.sum()))
    masses = [weights * (1 - p), weights * p]
    if not all(mass.sum() for mass in masses):
        return np.full(draws, np.nan)
    chances = [mass / mass.sum() for mass in masses]
    generator = np.random.default_rng(seed)
    errors: Floats = np.empty(draws)
    for draw in range(draws):
        drawn = [
            generator.choice(p, size, p=chance) for size, chance in zip(sizes, chances, strict=True)
        ]
        errors[draw] = calibration_error(np.concatenate(drawn), labels, each)
    return errors


def equal_mass_bins(p: Floats, weights: Floats, bins: int) -> NDArray[np.intp]:
    """The bin of each probability, from 0 up, so that all bins hold about the same weight.

    Examples
    --------
    >>> equal_mass_bins(np.array([0.9, 0.1, 0.5, 0.2]), np.ones(4), 2).tolist()
    [1, 0, 1, 0]
    """
    order = np.argsort(p, kind="stable")
    mass = weights[order] / weights.sum()
    middle = np.cumsum(mass) - mass / 2
    of = np.empty(len(p), dtype=np.intp)
    of[order] = np.minimum((middle * bins).astype(np.intp), bins - 1)
    return of


def balanced(positive: NDArray[np.bool_], weights: Floats, base_rate: float) -> Floats:
    """`weights` rescaled so that the positives hold `base_rate` (0 to 1) of their sum.

    All 0 where a class has no weight.
    """
    of_positives = weights[positive].sum()
    of_negatives = weights[~positive].sum()
    if not (of_positives and of_negatives):
        return np.zeros(len(weights))
    factors = np.where(positive, base_rate / of_positives, (1 - base_rate) / of_negatives)
    return np.asarray(weights * factors, dtype=np.float64)


def best_cut(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """The cut above which calling positive is right most often, classes weighted alike.

    It lies midway between two neighbouring scores; infinite where it is best to call none.
    """
    ranking = Ranking.of(scores, positive, np.zeros(len(scores), dtype=np.int32))
    curve = ranking.curve(np.ones(1, dtype=np.int32))
    gain = curve.true / max(curve.true[-1], 1.0) - curve.false / max(curve.false[-1], 1.0)
    best = int(np.argmax(gain))
    if gain[best] <= 0:
        return float("inf")
    below = ranking.scores[best + 1] if best + 1 < len(ranking.scores) else -np.inf
    return (
        float(ranking.scores[best]) if np.isinf(below) else float(ranking.scores[best] + below) / 2
    )


def cross_fitted_correct(
    scores: ArrayLike, positive: ArrayLike, clusters: ArrayLike, seed: int
) -> NDArray[np.bool_]:
    """Whether each unit falls on its side of a cut chosen on the other half of the clusters.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    values = np.asarray(scores, dtype=np.float64)
    truth = np.asarray(positive, dtype=np.bool_)
    owners = np.asarray(clusters, dtype=np.int32)
    shuffled = np.random.default_rng(seed).permutation(int(owners.max(initial=0)) + 1)
    first_half = (shuffled % 2 == 0)[owners]
    correct = np.zeros(len(values), dtype=np.bool_)
    for half in (first_half, ~first_half):
        cut = best_cut(values[~half], truth[~half])
        correct[half] = (values[half] >= cut) == truth[half]
    return correct


def sums_by(clusters: ArrayLike, values: ArrayLike, n_clusters: int) -> Floats:
    """Sum of the values of each cluster, shape (n_clusters,)."""
    sums: Floats = np.zeros(n_clusters)
    np.add.at(sums, np.asarray(clusters, dtype=np.intp), np.asarray(values, dtype=np.float64))
    return sums


def indices(names: Sequence[str]) -> tuple[NDArray[np.int32], int]:
    """Number each distinct name in order of appearance; also how many there are."""
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(name, len(numbers)) for name in names]
    return np.array(found, dtype=np.int32), len(numbers)
