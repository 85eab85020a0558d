"""``detector evaluate --grammar``: what ``score --grammar`` adds to the findings, what it costs.

The same texts are scored as a user would score them, without and with a LanguageTool server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from detector.errors import SourceError
from detector.evaluation.labelled import Dataset, Kind, LabelledText
from detector.evaluation.metrics import exactly
from detector.evaluation.sample import Figure, Sample
from detector.grammar import GrammarMatch
from detector.report import Finding, Report

Score = Callable[[Sequence[str]], Iterable[Report]]

TEXTS = 40
"""About as many texts of each set: LanguageTool reads some 1,400 words a second."""

_KINDS = frozenset({Kind.ARTICLES, Kind.ANNOTATED, Kind.FAMILIES, Kind.CLEAN})
_OF_GRAMMAR = "grammar"


def grammar_figures(
    datasets: Sequence[Dataset],
    score: Score,
    score_with_grammar: Score,
    matches: Callable[[str], Sequence[GrammarMatch]],
    *,
    replicates: int,
    seed: int,
) -> Iterator[Figure]:
    """The figures on a sample of each set whose findings can be told right or wrong.

    Parameters
    ----------
    datasets : sequence of Dataset
        Those of other kinds are passed over.
    score, score_with_grammar : callable
        A report for each text, by the product without grammar and with it.
    matches : callable
        What LanguageTool flags in a text.
    replicates, seed : int
        Of the bootstrap.

    Raises
    ------
    GrammarError, SourceError
        If the server does not answer.
    """
    for dataset in datasets:
        if dataset.kind in _KINDS:
            sampled = dataset.sample(TEXTS, seed)
            texts = tuple(text for text in sampled.texts if text.spun is False or text.replaced)
            if texts:
                sample = Sample(replace(sampled, texts=texts), "detector", (), replicates, seed)
                yield from _figures(sample, score, score_with_grammar, matches)


def _figures(
    sample: Sample,
    score: Score,
    score_with_grammar: Score,
    matches: Callable[[str], Sequence[GrammarMatch]],
) -> Iterator[Figure]:
    texts = [text.text for text in sample.texts]
    _, seconds = _timed(score, texts)
    reports, seconds_with = _timed(score_with_grammar, texts)
    if warnings := [report.warnings[0] for report in reports if report.warnings]:
        raise SourceError("LanguageTool", warnings[0])
    for name, right in (("right", True), ("wrong", False)):
        told = [
            [finding for finding in report.findings if _is_right(finding, text) is right]
            for text, report in zip(sample.texts, reports, strict=True)
        ]
        if any(told):
            supported = [sum(map(_is_supported, findings)) for findings in told]
            counts = [len(findings) for findings in told]
            measure = f"with --grammar: {name} findings that a match supports"
            yield sample.ratio(measure, sample.clusters, supported, counts)
    rows = zip(sample.clusters.tolist(), sample.texts, reports, strict=True)
    honest = [
        (cluster, len(matches(text.text)), report.n_words)
        for cluster, text, report in rows
        if text.spun is False
    ]
    if honest:
        measure = "matches of --grammar per 10,000 clean words"
        clusters, found, words = zip(*honest, strict=True)
        yield sample.ratio(measure, clusters, found, words, "per 10,000")
    ratio = exactly(seconds_with / seconds)
    yield sample.figure("time with --grammar, times that without", ratio, len(texts), "score")


def _timed(score: Score, texts: Sequence[str]) -> tuple[list[Report], float]:
    """The reports and the seconds; what is loaded for the first text is no part of the cost."""
    list(score(texts[:1]))
    start = time.perf_counter()
    reports = list(score(texts))
    return reports, time.perf_counter() - start


def _is_right(finding: Finding, text: LabelledText) -> bool | None:
    """Whether it overlaps a replaced span; None where that one is uncertain."""
    hits = [entry for entry in text.replaced or () if entry.span.overlaps(finding.span)]
    if hits and not any(entry.certain for entry in hits):
        return None
    return bool(hits)


def _is_supported(finding: Finding) -> bool:
    return any(evidence.kind == _OF_GRAMMAR for evidence in finding.evidence)
