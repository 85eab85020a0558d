"""Figures per word and per finding, on spun articles whose replaced spans are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, TokenFlag
from detector.evaluation.labelled import LabelledText, Replaced, token_labels
from detector.evaluation.metrics import Curve, Ranking
from detector.evaluation.sample import Figure, Sample
from detector.evaluation.scorers import Flagged, running_words
from detector.function_words import FUNCTION_WORDS

OPERATING_POINTS = (1, 4, 10)
"""False findings per 10,000 clean words at which recall is given."""
RECALLS = (0.2, 0.4, 0.6, 0.8)
"""Recalls of changed content words at which precision is given."""

_Scores = Literal["scores", "alone"]


def word_figures(sample: Sample) -> Iterator[Figure]:
    """All figures per word and per finding; none for a set without known spans."""
    if not any(text.spun and text.replaced for text in sample.texts):
        return
    spun = _Words.of(sample, spun=True)
    clean = _Words.of(sample, spun=False)
    yield from _ranking_figures(sample, spun)
    yield from _operating_points(sample, spun, clean, "scores", "")
    if any(entry.alone is not entry.scores for entry in sample.judgements):
        yield from _operating_points(sample, spun, clean, "alone", ", article's prior off")
    yield from _content_word_figures(sample, spun)
    yield from finding_figures(sample)


@dataclass(frozen=True, eq=False)
class _Words:
    """The running words of the spun or of the clean articles, one after the other."""

    scores: NDArray[np.float32]
    alone: NDArray[np.float32]
    replaced: NDArray[np.bool_]
    content: NDArray[np.bool_]
    clusters: NDArray[np.int32]

    @classmethod
    def of(cls, sample: Sample, *, spun: bool) -> _Words:
        columns: list[tuple[NDArray[np.generic], ...]] = []
        for cluster, text, judgement in sample.judged():
            if text.spun is not spun or text.replaced is None:
                continue
            document = judgement.document
            labels = token_labels(document, text.replaced)
            counted = running_words(document) & (labels <= 1)
            columns.append(
                (
                    judgement.scores[counted],
                    judgement.alone[counted],
                    labels[counted] == 1,
                    content_words(document)[counted],
                    np.full(int(counted.sum()), cluster, dtype=np.int32),
                )
            )
        if not columns:
            empty = np.zeros(0, dtype=np.float32)
            return cls(empty, empty, empty > 0, empty > 0, empty.astype(np.int32))
        return cls(*map(np.concatenate, zip(*columns, strict=True)))


def content_words(document: Document) -> NDArray[np.bool_]:
    """Whether each token is a word outside `FUNCTION_WORDS`, shape (n_tokens,)."""
    open_class = np.fromiter(
        (form not in FUNCTION_WORDS for form in document.forms), np.bool_, document.n_tokens
    )
    content: NDArray[np.bool_] = open_class & ((document.flags & TokenFlag.WORD) != 0)
    return content


def _ranking_figures(sample: Sample, spun: _Words) -> Iterator[Figure]:
    """AP and AUC over the running words of the spun articles."""
    ranking = Ranking.of(spun.scores, spun.replaced, spun.clusters)
    statistics: dict[str, Callable[[Curve], float]] = {
        "words: average precision": Curve.average_precision,
        "words: AUC": Curve.auc,
    }
    yield from sample.ranked(ranking, int(spun.replaced.sum()), statistics)


def _operating_points(
    sample: Sample, spun: _Words, clean: _Words, scores: _Scores, remark: str
) -> Iterator[Figure]:
    """Recall of replaced words at thresholds that the words of the clean articles set."""
    if not len(clean.scores):
        return
    hits = spun.replaced
    ranking = Ranking.of(
        np.concatenate([getattr(spun, scores)[hits], getattr(clean, scores)]),
        np.concatenate([hits[hits], np.zeros(len(clean.scores), dtype=np.bool_)]),
        np.concatenate([spun.clusters[hits], clean.clusters]),
    )
    statistics = {
        f"words: recall at {rate} false per 10,000 clean{remark}": partial(
            Curve.recall_at_false_share, share=rate / 10_000
        )
        for rate in OPERATING_POINTS
    }
    yield from sample.ranked(ranking, int(hits.sum()), dict(statistics))


def _content_word_figures(sample: Sample, spun: _Words) -> Iterator[Figure]:
    kept = spun.content
    ranking = Ranking.of(spun.scores[kept], spun.replaced[kept], spun.clusters[kept])
    statistics = {
        f"changed content words: precision at recall {recall:.2f}": partial(
            Curve.precision_at_recall, recall=recall
        )
        for recall in RECALLS
    }
    yield from sample.ranked(ranking, int(spun.replaced[kept].sum()), dict(statistics))


def finding_figures(sample: Sample) -> Iterator[Figure]:
    """Precision, recall and false findings at the scorer's default threshold.

    A finding is right if it overlaps a replaced span; one on an uncertain span is neither right
    nor wrong.
    """
    clusters, right, judged, found, spans = [], [], [], [], []
    for cluster, text, judgement in sample.judged():
        if text.spun and text.replaced is not None:
            hits = [_hits(entry, text.replaced) for entry in judgement.flagged]
            certain = [entry for entry in text.replaced if entry.certain]
            clusters.append(cluster)
            right.append(sum(any(hit.certain for hit in hit_list) for hit_list in hits))
            judged.append(right[-1] + sum(not hit_list for hit_list in hits))
            found.append(sum(is_found(entry, judgement.flagged) for entry in certain))
            spans.append(len(certain))
    yield sample.ratio("findings: precision", clusters, right, judged)
    yield sample.ratio("findings: recall", clusters, found, spans)
    yield from false_findings(sample, "findings: false per 10,000 clean words")


def false_findings(
    sample: Sample, measure: str, keep: Callable[[LabelledText], bool] = lambda text: True
) -> Iterator[Figure]:
    """Findings per 10,000 running words of the clean texts that `keep` keeps; none without any."""
    clusters, findings, words = [], [], []
    for cluster, text, judgement in sample.judged():
        if text.spun is False and keep(text):
            clusters.append(cluster)
            findings.append(len(judgement.flagged))
            words.append(judgement.document.n_words)
    if clusters:
        yield sample.ratio(measure, clusters, findings, words, "per 10,000")


def _hits(finding: Flagged, replaced: tuple[Replaced, ...]) -> list[Replaced]:
    return [entry for entry in replaced if entry.span.overlaps(finding.span)]


def is_found(entry: Replaced, flagged: tuple[Flagged, ...]) -> bool:
    """Whether a finding overlaps the span."""
    return any(finding.span.overlaps(entry.span) for finding in flagged)
