"""How often the words that stood there are named, how surely, and what putting them back does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from detector.evaluation.labelled import LabelledText, Replaced
from detector.evaluation.sample import Figure, Sample
from detector.evaluation.scorers import Flagged, Judgement
from detector.folding import fold
from detector.segment import segment

CONFIDENCES = (0.2, 0.5, 0.8, 1.0)
"""First suggestions are told apart by confidence at these bounds."""


def restoration_figures(sample: Sample) -> Iterator[Figure]:
    """All figures on suggestions; none for a scorer that makes none."""
    if any(finding.expected for judged in sample.judgements for finding in judged.flagged):
        yield from _word_figures(sample)
        yield from _phrase_figures(sample)
        yield from _distance_figures(sample)


def _word_figures(sample: Sample) -> Iterator[Figure]:
    """How often a right finding on one word whose original is known expects that original."""
    rows = [
        (cluster, finding.confidence, *_hits(finding, entry))
        for cluster, text, judgement in sample.judged()
        for finding, entry in _restorable(text, judgement)
        if not any(" " in form for form in entry.expected)
    ]
    clusters, confidences, first, five, lemma = zip(*rows, strict=True) if rows else ((),) * 5
    ones = np.ones(len(rows))
    yield sample.ratio("restored words: first suggestion right", clusters, first, ones)
    yield sample.ratio("restored words: first suggestion right, by lemma", clusters, lemma, ones)
    yield sample.ratio("restored words: among the first five", clusters, five, ones)
    low = 0.0
    for high in CONFIDENCES:
        chosen = np.array([low < confidence <= high for confidence in confidences], np.bool_)
        name = f"restored words: first right, of those at confidence {low:.1f} to {high:.1f}"
        hits = np.array(first, np.bool_) & chosen
        yield sample.ratio(name, clusters, hits, chosen)
        mean = np.array(confidences)[chosen].mean() if chosen.any() else 0.0
        yield sample.ratio(f"{name}: mean confidence", clusters, chosen * mean, chosen)
        low = high


def _phrase_figures(sample: Sample) -> Iterator[Figure]:
    """The same of findings that cover a whole replaced phrase."""
    rows = [
        (cluster, *_hits(finding, entry))
        for cluster, text, judgement in sample.judged()
        for finding, entry in _restorable(text, judgement)
        if " " in finding.span.of(judgement.document.text) or " " in entry.expected[0]
    ]
    clusters, first, five, _ = zip(*rows, strict=True) if rows else ((),) * 4
    ones = np.ones(len(rows))
    yield sample.ratio("restored phrases: first suggestion right", clusters, first, ones)
    yield sample.ratio("restored phrases: among the first five", clusters, five, ones)


def _hits(finding: Flagged, entry: Replaced) -> tuple[bool, bool, bool]:
    """Whether the first is the original, whether any of five is, whether the first's lemma is."""
    originals = {fold(expected) for expected in entry.expected}
    offers = [fold(expected) for expected in finding.expected[:5]]
    return (
        bool(offers) and offers[0] in originals,
        not originals.isdisjoint(offers),
        bool(offers) and any(same_lemma(offers[0], form) for form in originals),
    )


def expects(entry: Replaced, flagged: Sequence[Flagged]) -> bool:
    """Whether a finding on a span expects, among its first five, what is annotated there."""
    return any(finding.span == entry.span and _hits(finding, entry)[1] for finding in flagged)


def _restorable(text: LabelledText, judgement: Judgement) -> Iterator[tuple[Flagged, Replaced]]:
    """Findings that cover just what was replaced, where the original is known."""
    if not text.spun:
        return
    by_span = {entry.span: entry for entry in text.replaced or () if entry.certain}
    for finding in judgement.flagged:
        entry = by_span.get(finding.span)
        if entry and entry.expected:
            yield finding, entry


def _distance_figures(sample: Sample) -> Iterator[Figure]:
    """Whether the restored text of a spun article is closer to its original, in words."""
    originals = {
        cluster: text.text
        for cluster, text, _ in sample.judged()
        if text.spun is False and text.cluster
    }
    clusters, before, after, words = [], [], [], []
    for cluster, text, judgement in sample.judged():
        if text.spun and cluster in originals and judgement.restored_text:
            source = segment(originals[cluster]).forms
            clusters.append(cluster)
            before.append(edit_distance(source, judgement.document.forms))
            after.append(edit_distance(source, segment(judgement.restored_text).forms))
            words.append(len(source))
    if clusters:
        name = "restored articles: edit distance to the original, words per word"
        yield sample.ratio(f"{name}: as found", clusters, before, words)
        yield sample.ratio(f"{name}: restored", clusters, after, words)
        closer = np.array(after) < np.array(before)
        yield sample.ratio("restored articles: closer", clusters, closer, np.ones(len(closer)))


def edit_distance(left: Sequence[str], right: Sequence[str]) -> int:
    """The fewest words to insert, delete or swap that make one text of the other.

    Wagner & Fischer (1974), a row at a time: an insertion is a running minimum.

    Examples
    --------
    >>> edit_distance("has become more regular".split(), "has wilt regular again".split())
    3
    """
    numbers: dict[str, int] = {}
    rows = [numbers.setdefault(word, len(numbers)) for word in left]
    columns = np.array([numbers.setdefault(word, len(numbers)) for word in right], dtype=np.int64)
    places = np.arange(len(columns) + 1)
    distance = places.copy()
    for word in rows:
        best = distance + 1
        np.minimum(best[1:], distance[:-1] + (columns != word), out=best[1:])
        distance = np.minimum.accumulate(best - places) + places
    return int(distance[-1])


def same_lemma(form: str, other: str) -> bool:
    """Whether two folded forms may be inflections of one word; without lemminflect, are one."""
    return form == other or not _lemmas(form).isdisjoint(_lemmas(other))


@lru_cache(maxsize=100_000)
def _lemmas(form: str) -> frozenset[str]:
    try:
        from lemminflect import getAllLemmas
    except ImportError:
        return frozenset({form})
    return frozenset(
        lemma for found in getAllLemmas(form).values() for lemma in found
    ) or frozenset({form})
