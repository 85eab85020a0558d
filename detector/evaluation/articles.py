"""Figures per paragraph and per document: how well spun and clean are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.evaluation.labelled import MIN_WORDS, LabelledText, token_labels
from detector.evaluation.metrics import (
    Curve,
    Floats,
    Ranking,
    balanced,
    calibration_error,
    chance_errors,
    cross_fitted_correct,
    equal_mass_bins,
    estimate,
    exactly,
)
from detector.evaluation.sample import Figure, Sample
from detector.evaluation.scorers import Judgement, running_words
from detector.reliability import SUSPECT_BELOW

DENSITY = "density of findings"
EXPECTED = "mean word score"
RELIABILITY = "reliability"
CALIBRATION = "documents by reliability: calibration error"
BY_CHANCE = " by chance alone"
DIAGRAM = "reliability diagram,"
UNDER = f"verdicts: clean articles with a reliability under {SUSPECT_BELOW:g}"
BINS = 10
BASE_RATE = 0.5
"""Share of spun articles that the reliability assumes, and that the error is reweighted to."""


@dataclass(frozen=True, eq=False)
class _Units:
    """Paragraphs or documents, with their scores by name; higher is more suspicious."""

    what: str
    clusters: NDArray[np.int32]
    spun: NDArray[np.bool_]
    scores: Mapping[str, Floats]


def article_figures(sample: Sample) -> Iterator[Figure]:
    """The figures per paragraph, where a set has them, and per document."""
    if len({text.spun for text in sample.texts}) < 2:
        return
    if sample.dataset.paragraphs:
        yield from _unit_figures(sample, _paragraphs(sample))
    yield from _unit_figures(sample, _documents(sample))
    yield from calibration_figures(sample)
    yield from verdict_figures(sample)


def _unit_figures(sample: Sample, units: _Units) -> Iterator[Figure]:
    for name, scores in units.scores.items():
        known = np.isfinite(scores)
        if not known.any():
            continue
        values, spun, clusters = scores[known], units.spun[known], units.clusters[known]
        prefix = f"{units.what} by {name}"
        statistics = {
            f"{prefix}: AUC": Curve.auc,
            f"{prefix}: caught at 1 % false": _caught,
        }
        yield from sample.ranked(Ranking.of(values, spun, clusters), len(values), dict(statistics))
        correct = cross_fitted_correct(values, spun, clusters, sample.seed)
        yield sample.ratio(f"{prefix}: accuracy", clusters, correct, np.ones(len(values)))


def _caught(curve: Curve) -> float:
    return curve.recall_at_false_share(0.01)


def _documents(sample: Sample) -> _Units:
    judged = sample.judgements
    reliability = [entry.reliability for entry in judged]
    return _Units(
        what="documents",
        clusters=sample.clusters,
        spun=np.array([bool(text.spun) for text in sample.texts]),
        scores={
            DENSITY: np.array([_density(entry) for entry in judged]),
            EXPECTED: np.array([_mean_score(entry) for entry in judged]),
            RELIABILITY: np.array([np.nan if r is None else -r for r in reliability]),
        },
    )


def _density(judgement: Judgement) -> float:
    return len(judgement.flagged) / max(judgement.document.n_words, 1)


def _mean_score(judgement: Judgement) -> float:
    words = running_words(judgement.document)
    return float(judgement.alone[words].mean()) if words.any() else 0.0


def _paragraphs(sample: Sample) -> _Units:
    """The paragraphs of `MIN_WORDS` words and more; of spun ones, those with a replaced word."""
    clusters: list[int] = []
    spun: list[bool] = []
    densities: list[Floats] = []
    means: list[Floats] = []
    for cluster, text, judgement in sample.judged():
        counts, density, mean = _paragraph_scores(judgement)
        kept = (counts >= MIN_WORDS) & _may_be_told(text, judgement)
        clusters += [cluster] * int(kept.sum())
        spun += [bool(text.spun)] * int(kept.sum())
        densities.append(density[kept])
        means.append(mean[kept])
    return _Units(
        what=f"paragraphs of {MIN_WORDS} words",
        clusters=np.array(clusters, dtype=np.int32),
        spun=np.array(spun, dtype=np.bool_),
        scores={DENSITY: np.concatenate(densities), EXPECTED: np.concatenate(means)},
    )


def _paragraph_scores(judgement: Judgement) -> tuple[Floats, Floats, Floats]:
    """Words, findings per word and mean word score of each paragraph."""
    document = judgement.document
    n = document.n_paragraphs
    owner = document.paragraph_of[document.sentence_of]
    words = running_words(document)
    counts = np.bincount(owner[words], minlength=n).astype(np.float64)
    sums = np.bincount(owner[words], weights=judgement.alone[words], minlength=n)
    starts = np.array([entry.span.start for entry in judgement.flagged], dtype=np.int64)
    tokens = np.searchsorted(document.ends, starts, side="right")
    findings = np.bincount(owner[np.minimum(tokens, len(owner) - 1)], minlength=n)
    each = np.maximum(counts, 1)
    return counts, findings / each, sums / each


def _may_be_told(text: LabelledText, judgement: Judgement) -> NDArray[np.bool_]:
    """Whether each paragraph is clean, or spun with something replaced in it."""
    document = judgement.document
    if not text.spun or text.replaced is None:
        return np.ones(document.n_paragraphs, dtype=np.bool_)
    owner = document.paragraph_of[document.sentence_of]
    labels = token_labels(document, text.replaced)
    return np.bincount(owner, weights=labels == 1, minlength=document.n_paragraphs) > 0


class _Stated(NamedTuple):
    """What the reliability states of documents, and what is true; arrays of shape (n,).

    `p_spun` is 1 where the reliability is 0. The weights reweigh the classes to `BASE_RATE`.
    """

    clusters: NDArray[np.int64]
    spun: NDArray[np.bool_]
    p_spun: Floats
    weights: Floats


def _stated(sample: Sample) -> _Stated | None:
    """Of the documents that have a reliability; None if these are all spun, or all clean."""
    rows = [row for row in sample.judged() if row[2].reliability is not None]
    spun = np.array([bool(text.spun) for _, text, _ in rows], dtype=np.bool_)
    if spun.all() or not spun.any():
        return None
    clusters = np.array([cluster for cluster, _, _ in rows])
    p_spun = np.array([1 - (judgement.reliability or 0.0) / 100 for _, _, judgement in rows])
    return _Stated(clusters, spun, p_spun, balanced(spun, np.ones(len(spun)), BASE_RATE))


def calibration_figures(sample: Sample, name: str = CALIBRATION) -> Iterator[Figure]:
    """Expected calibration error of the reliability at `BASE_RATE`; none without reliabilities.

    Beside it, what chance alone makes of as many documents: small samples show some error.
    """
    stated = _stated(sample)
    if stated is None:
        return
    clusters, spun, p_spun, weights = stated
    errors = [
        calibration_error(p_spun, spun, balanced(spun, drawn[clusters].astype(float), BASE_RATE))
        for drawn in sample.weights
    ]
    judged = estimate(errors) if len(set(clusters.tolist())) > 1 else exactly(errors[0])
    yield sample.figure(name, judged, len(spun))
    chance = chance_errors(p_spun, spun, weights, seed=sample.seed)
    yield sample.figure(f"{name}{BY_CHANCE}", estimate([chance.mean(), *chance]), len(spun))


def diagram_figures(sample: Sample) -> Iterator[Figure]:
    """The reliability diagram: for ten bins of equal mass, what was stated and what came true."""
    stated = _stated(sample)
    if stated is None:
        return
    clusters, spun, p_spun, weights = stated
    of = equal_mass_bins(p_spun, weights, BINS)
    for number in range(BINS):
        kept = of == number
        for name, values in (("stated", p_spun), ("were spun", spun.astype(float))):
            yield sample.ratio(
                f"{DIAGRAM} bin {number + 1}: {name}",
                clusters[kept],
                (weights * values)[kept],
                weights[kept],
            )


def reliability_auc(sample: Sample, name: str) -> Iterator[Figure]:
    """AUC of the reliability; none where there is none."""
    rows = [row for row in sample.judged() if row[2].reliability is not None]
    if len({text.spun for _, text, _ in rows}) == 2:
        scores = [-(judgement.reliability or 0.0) for _, _, judgement in rows]
        spun = [bool(text.spun) for _, text, _ in rows]
        ranking = Ranking.of(scores, spun, [cluster for cluster, _, _ in rows])
        yield from sample.ranked(ranking, len(rows), {name: Curve.auc})


def verdict_figures(sample: Sample) -> Iterator[Figure]:
    """Shares of clean and of spun articles by verdict, for a scorer that gives verdicts."""
    rows = [row for row in sample.judged() if row[2].verdict is not None]
    either = ("spun", "suspect")
    for spun, verdicts in (
        (False, ("spun",)),
        (False, ("suspect",)),
        (False, either),
        (True, either),
    ):
        kept = [row for row in rows if row[1].spun is spun]
        if kept:
            name = (
                f"verdicts: {'spun' if spun else 'clean'} articles called {' or '.join(verdicts)}"
            )
            clusters = [cluster for cluster, _, _ in kept]
            called = [judgement.verdict in verdicts for _, _, judgement in kept]
            yield sample.ratio(name, clusters, called, np.ones(len(kept)))
    yield from _doubted_figures(sample)


def _doubted_figures(sample: Sample) -> Iterator[Figure]:
    """Shares of all clean articles that get a low reliability, and none: those are not doubted."""
    rows = [row for row in sample.judged() if row[1].spun is False]
    clusters = [cluster for cluster, _, _ in rows]
    known = [judgement.reliability for _, _, judgement in rows]
    if any(value is not None for value in known):
        ones = np.ones(len(rows))
        low = [value is not None and value < SUSPECT_BELOW for value in known]
        yield sample.ratio(UNDER, clusters, low, ones)
        none = [value is None for value in known]
        yield sample.ratio("verdicts: clean articles without a reliability", clusters, none, ones)
