"""Judged texts with the resampling that gives every figure on them its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.evaluation.labelled import Dataset, LabelledText
from detector.evaluation.metrics import (
    Curve,
    Estimate,
    Ranking,
    bootstrap_weights,
    estimate,
    exactly,
    indices,
    ratio,
    sums_by,
)
from detector.evaluation.scorers import Judgement

Unit = Literal["share", "per 10,000", "count", "score"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the table.

    Attributes
    ----------
    dataset, measure, scorer : str
        Where it stands in the table.
    value, low, high : float
        The figure and its 95 % bootstrap interval; the interval is NaN for counts on one text.
    n : int
        What it rests on: the number of words, paragraphs, articles or findings in its denominator.
    unit : {"share", "per 10,000", "count", "score"}
        A share, an area or a probability from 0 to 1; findings per 10,000 words; a count out of
        `n`; or a number of 0 to 100.
    """

    dataset: str
    measure: str
    scorer: str
    value: float
    low: float
    high: float
    n: int
    unit: Unit = "share"

    @property
    def key(self) -> tuple[str, str, str]:
        """What must agree for two figures of two runs to be compared."""
        return self.dataset, self.measure, self.scorer


@dataclass(frozen=True, eq=False)
class Sample:
    """A set, the judgements of one scorer on it, and how its clusters are resampled."""

    dataset: Dataset
    scorer: str
    judgements: Sequence[Judgement]
    replicates: int
    seed: int

    @property
    def texts(self) -> Sequence[LabelledText]:
        """The texts, in step with the judgements."""
        return self.dataset.texts

    def judged(self) -> Iterator[tuple[int, LabelledText, Judgement]]:
        """Cluster, text and judgement, in order."""
        return zip(self.clusters.tolist(), self.texts, self.judgements, strict=True)

    @cached_property
    def clusters(self) -> NDArray[np.int32]:
        """Index of each text's cluster, shape (n_texts,)."""
        return indices([text.cluster or text.name for text in self.texts])[0]

    @cached_property
    def weights(self) -> NDArray[np.int32]:
        """Rows of `bootstrap_weights` over the clusters."""
        n_clusters = int(self.clusters.max(initial=-1)) + 1
        return bootstrap_weights(n_clusters, self.replicates, self.seed)

    def where(self, keep: Callable[[LabelledText], bool]) -> Sample:
        """The sample of the texts that `keep` keeps, resampled anew."""
        kept = [keep(text) for text in self.texts]
        texts = tuple(compress(self.texts, kept))
        judgements = tuple(compress(self.judgements, kept))
        dataset = replace(self.dataset, texts=texts)
        return replace(self, dataset=dataset, judgements=judgements)

    def figure(self, measure: str, values: Estimate, n: int, unit: Unit = "share") -> Figure:
        """A figure of this scorer on this set."""
        return Figure(self.dataset.name, measure, self.scorer, *values, n, unit)

    def ratio(
        self,
        measure: str,
        clusters: ArrayLike,
        numerators: ArrayLike,
        denominators: ArrayLike,
        unit: Unit = "share",
    ) -> Figure:
        """Sum of numerators over sum of denominators, given one of each per unit of a cluster."""
        n_clusters = self.weights.shape[1]
        top = sums_by(clusters, numerators, n_clusters)
        bottom = sums_by(clusters, denominators, n_clusters)
        values = ratio(top, bottom, self.weights) * (10_000 if unit == "per 10,000" else 1)
        judged = estimate(values) if np.count_nonzero(bottom) > 1 else exactly(values[0])
        return self.figure(measure, judged, int(bottom.sum()), unit)

    def ranked(
        self, ranking: Ranking, n: int, statistics: dict[str, Callable[[Curve], float]]
    ) -> Iterator[Figure]:
        """A figure for each named statistic of a ranking's curve."""
        rows = []
        for weights in self.weights:
            curve = ranking.curve(weights)
            rows.append([statistic(curve) for statistic in statistics.values()])
        for measure, values in zip(statistics, np.array(rows).T, strict=True):
            yield self.figure(measure, estimate(values), n)
