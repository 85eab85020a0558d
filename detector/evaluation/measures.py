"""What is measured on each kind of set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, TokenFlag
from detector.evaluation.articles import (
    CALIBRATION,
    article_figures,
    calibration_figures,
    diagram_figures,
    reliability_auc,
    verdict_figures,
)
from detector.evaluation.labelled import Kind, LabelledText
from detector.evaluation.metrics import Curve, Ranking, estimate, exactly
from detector.evaluation.restored import expects, restoration_figures
from detector.evaluation.sample import Figure, Sample
from detector.evaluation.scorers import Flagged, Judgement, running_words
from detector.evaluation.synthetic import N_SPUN, SHARE_GROUP, UNSPUN
from detector.evaluation.words import (
    OPERATING_POINTS,
    false_findings,
    is_found,
    word_figures,
)

LEARNERS = "non-native"
"""The group of honest texts that hold real word-choice errors: not every finding there is false."""
WITHOUT_LEARNERS = f", without {LEARNERS}"
FALSE_RATE = "false findings per 10,000 words"
WORST_REGISTER = f"worst register{WITHOUT_LEARNERS}: {FALSE_RATE}"
WORST_KIND = f"worst kind of running prose: {FALSE_RATE}"
CALLED = "documents called spun or suspect"
MIN_DOCUMENTS = 8
"""A kind of text with fewer documents is not called the worst: one of them would decide."""


def measure(sample: Sample) -> Iterator[Figure]:
    """All figures of one scorer on one set, in the order of the table."""
    for figures in _MEASURES[sample.dataset.kind]:
        yield from figures(sample)


def _article_findings(sample: Sample) -> Iterator[Figure]:
    """False findings, where `word_figures` has not given them; those and the found, by register."""
    if not any(text.spun and text.replaced for text in sample.texts):
        yield from false_findings(sample, "findings: false per 10,000 clean words")
    yield from _false_by(sample, "group")
    yield from _found_by_group(sample)


def _found_by_group(sample: Sample) -> Iterator[Figure]:
    """Of the spun articles of each group: replaced spans found, and findings beside them."""
    rows = [row for row in sample.judged() if row[1].spun and row[1].replaced]
    groups = {text.group for _, text, _ in rows} - {""}
    if len(groups) > 1:
        for group in sorted(groups):
            found, spans, extra, findings = 0, 0, 0, 0
            for _, text, judgement in rows:
                if text.group == group:
                    certain = [entry for entry in text.replaced or () if entry.certain]
                    found += sum(is_found(entry, judgement.flagged) for entry in certain)
                    spans += len(certain)
                    extra += _elsewhere(text, judgement)
                    findings += len(judgement.flagged)
            yield _count(sample, f"  {group}: replaced found", found, spans)
            yield _count(sample, f"  {group}: extra findings", extra, findings)


def _elsewhere(text: LabelledText, judgement: Judgement) -> int:
    """The number of findings on nothing that was replaced."""
    return sum(
        not any(entry.span.overlaps(finding.span) for entry in text.replaced or ())
        for finding in judgement.flagged
    )


def _clean_figures(sample: Sample) -> Iterator[Figure]:
    """False findings per 10,000 words: all, by register, corpus and variety of English."""
    yield from false_findings(sample, FALSE_RATE)
    groups = {text.group for text in sample.texts} - {""}
    if LEARNERS in groups:
        yield from false_findings(
            sample, f"{FALSE_RATE}{WITHOUT_LEARNERS}", lambda text: text.group != LEARNERS
        )
        yield from _worst(sample, groups - {LEARNERS}, WORST_REGISTER)
    else:
        yield from _worst(sample, _running_prose(sample), WORST_KIND)
    for attribute in _LABELS:
        yield from _false_by(sample, attribute)


def _worst(sample: Sample, groups: Collection[str], name: str) -> Iterator[Figure]:
    """The false findings of the group that has most of them per word; its name stands first.

    Of a scorer that gives reliabilities only: every other's worst would be a row of its own.
    """
    if all(judgement.reliability is None for judgement in sample.judgements):
        return
    figures = [
        figure
        for group in sorted(groups)
        for figure in false_findings(sample, f"{group} | {name}", _having("group", group))
        if not np.isnan(figure.value)
    ]
    if figures:
        yield max(figures, key=lambda figure: figure.value)


def _running_prose(sample: Sample) -> set[str]:
    """The groups of `MIN_DOCUMENTS` and more at least half of which have a reliability."""
    documents: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for _, text, judgement in sample.judged():
        documents[text.group] += 1
        known[text.group] += judgement.reliability is not None
    return {
        group
        for group, count in documents.items()
        if group and count >= MIN_DOCUMENTS and 2 * known[group] >= count
    }


def _clean_verdicts(sample: Sample) -> Iterator[Figure]:
    """The shares called spun and suspect; also without learners' texts, where there are any.

    The number called either is out of all documents; the shares, of those with a verdict.
    """
    yield from verdict_figures(sample)
    verdicts = [judgement.verdict for judgement in sample.judgements]
    if any(verdicts):
        called = sum(verdict in ("spun", "suspect") for verdict in verdicts)
        yield _count(sample, CALLED, called, len(verdicts))
    if any(text.group == LEARNERS for text in sample.texts):
        for figure in verdict_figures(sample.where(lambda text: text.group != LEARNERS)):
            yield replace(figure, measure=f"{figure.measure}{WITHOUT_LEARNERS}")


def _threshold_figures(sample: Sample) -> Iterator[Figure]:
    """The scores that 1, 4 and 10 of 10,000 honest words exceed, learners' texts left out."""
    scores: list[NDArray[np.float32]] = [np.zeros(0, dtype=np.float32)]
    clusters: list[NDArray[np.int32]] = [np.zeros(0, dtype=np.int32)]
    for cluster, text, judgement in sample.judged():
        if text.group != LEARNERS:
            words = running_words(judgement.document)
            scores.append(judgement.scores[words])
            clusters.append(np.full(int(words.sum()), cluster, dtype=np.int32))
    pooled_scores = np.concatenate(scores)
    clean = np.zeros(len(pooled_scores), dtype=np.bool_)
    ranking = Ranking.of(pooled_scores, clean, np.concatenate(clusters))
    exceeded = [
        [ranking.exceeded_by(rate / 10_000, drawn) for rate in OPERATING_POINTS]
        for drawn in sample.weights
    ]
    for rate, values in zip(OPERATING_POINTS, np.array(exceeded).T, strict=True):
        name = f"word score that {rate} in 10,000 words exceed"
        yield sample.figure(name, estimate(values), len(pooled_scores))


_LABELS = {"group": "", "variety": "English: ", "corpus": "corpus: "}


def _false_by(sample: Sample, attribute: str) -> Iterator[Figure]:
    values = {getattr(text, attribute) for text in sample.texts if text.spun is False} - {""}
    if len(values) > 1:
        for value in sorted(values):
            name = f"  {_LABELS[attribute]}{value}"
            yield from false_findings(sample, name, _having(attribute, value))


def _having(attribute: str, value: str) -> Callable[[LabelledText], bool]:
    return lambda text: bool(getattr(text, attribute) == value)


def _delicate_figures(sample: Sample) -> Iterator[Figure]:
    """False findings on names and inside quotations, learners' texts left out."""
    for name, chosen in (("names", mid_sentence_capitals), ("quotations", in_quotations)):
        clusters, findings, words = [], [], []
        for cluster, text, judgement in sample.judged():
            if text.group != LEARNERS:
                document = judgement.document
                delicate = chosen(document)
                touching = [_touches(entry, document, delicate) for entry in judgement.flagged]
                clusters.append(cluster)
                findings.append(sum(touching))
                words.append(int(delicate.sum()))
        yield sample.ratio(
            f"false findings per 10,000 words of {name}", clusters, findings, words, "per 10,000"
        )


def _touches(finding: Flagged, document: Document, chosen: NDArray[np.bool_]) -> bool:
    return bool(chosen[document.tokens_in(finding.span)].any())


def mid_sentence_capitals(document: Document) -> NDArray[np.bool_]:
    """Whether each token is a capitalised word that does not open its sentence."""
    flags = document.flags
    chosen: NDArray[np.bool_] = ((flags & TokenFlag.CAPITALISED) != 0) & (
        (flags & TokenFlag.WORD) != 0
    )
    chosen[document.sentence_bounds[:-1]] = False
    return chosen


def in_quotations(document: Document) -> NDArray[np.bool_]:
    """Whether each token stands inside quotation marks."""
    quoted: NDArray[np.bool_] = (document.flags & TokenFlag.QUOTED) != 0
    return quoted


_BY_RELIABILITY = "documents by reliability"
_BY_FAMILY = (
    "words: average precision",
    "words: recall at 4 false per 10,000 clean",
    "findings: precision",
    "findings: recall",
    "documents by density of findings: AUC",
    "documents by reliability: AUC",
)


ALL_FAMILIES = "all families"
UNSEEN_FAMILIES = "left-out families"


def _family_figures(sample: Sample) -> Iterator[Figure]:
    """The most telling figures per word and per document, for each family apart.

    Before them, what the reliability is worth on the families left out of training together, or on
    all where none is left out.
    """
    yield from false_findings(sample, "findings: false per 10,000 clean words")
    together = UNSEEN_FAMILIES if sample.dataset.unseen else ALL_FAMILIES
    for figure in article_figures(_of_unseen(sample)):
        if figure.measure.startswith(_BY_RELIABILITY):
            yield replace(figure, measure=f"{together} | {figure.measure}")
    for family in sorted({text.group for text in sample.texts if text.spun}):
        part = sample.where(partial(_clean_or_of, family))
        for figure in (*word_figures(part), *article_figures(part)):
            if figure.measure in _BY_FAMILY:
                yield replace(figure, measure=f"{family} | {figure.measure}")


def _of_register(register: str, text: LabelledText) -> bool:
    return text.corpus == register


def _pooled_figures(sample: Sample) -> Iterator[Figure]:
    """What the reliability is worth over all sets of articles together, and by register.

    A register's spun articles are those of left-out families, where there are any; in all together
    every family counts alike.
    """
    together = _families_alike(sample)
    for figure in article_figures(together):
        if figure.measure.startswith((_BY_RELIABILITY, "verdicts")):
            yield figure
    yield from diagram_figures(together)
    for register in sorted({text.corpus for text in sample.texts} - {""}):
        part = _of_unseen(sample).where(partial(_of_register, register))
        yield from calibration_figures(part, f"{register} | {CALIBRATION}")


def _curve_figures(sample: Sample) -> Iterator[Figure]:
    """AUC against length and against the share of replaced words; mean reliability against both.

    A group is a length or a share; those of shares have the same clean articles.
    """
    means = []
    for group in dict.fromkeys(text.group for text in sample.texts):
        part = sample.where(partial(_of_groups, (group,)))
        known = [row for row in part.judged() if row[2].reliability is not None]
        clusters = [cluster for cluster, _, _ in known]
        values = [judgement.reliability or 0.0 for _, _, judgement in known]
        mean = part.ratio(f"{group}: mean reliability", clusters, values, np.ones(len(known)))
        spun = any(text.spun for text in part.texts)
        if group.startswith(SHARE_GROUP):
            means.append(mean.value)
            yield replace(mean, unit="score")
            part = sample.where(partial(_of_groups, (group, UNSPUN)))
        if spun:
            yield from reliability_auc(part, f"{group}: AUC")
    if len(means) > 1:
        rise = float(np.max(np.diff(means)))
        yield sample.figure(
            "largest rise of the mean reliability", exactly(max(rise, 0.0)), 100, "score"
        )


def _of_groups(groups: tuple[str, ...], text: LabelledText) -> bool:
    return text.group in groups


def _of_unseen(sample: Sample) -> Sample:
    """Without the spun articles of families that the models know; all, where they know all."""
    unseen = sample.dataset.unseen
    if not unseen:
        return sample
    return sample.where(lambda text: not text.spun or text.group in unseen)


def _families_alike(sample: Sample) -> Sample:
    """Without the spun articles of left-out families that the other families have no match for."""
    seen: Counter[tuple[str, str]] = Counter()

    def is_matched(text: LabelledText) -> bool:
        if not text.spun or text.group not in sample.dataset.unseen:
            return True
        of = text.name.partition("/")[0], text.group
        seen[of] += 1
        return seen[of] <= N_SPUN

    return sample.where(is_matched)


def _clean_or_of(family: str, text: LabelledText) -> bool:
    return not text.spun or text.group == family


def _pasted_figures(sample: Sample) -> Iterator[Figure]:
    """Whether the spun paragraph has the highest mean word score, and what is flagged outside."""
    clusters, first, outside, words = [], [], [], []
    for cluster, text, judgement in sample.judged():
        (pasted,) = text.watched
        document = judgement.document
        inside = np.zeros(document.n_tokens, dtype=np.bool_)
        inside[document.tokens_in(pasted)] = True
        clusters.append(cluster)
        first.append(_ranks_first(judgement, inside))
        outside.append(sum(not entry.span.overlaps(pasted) for entry in judgement.flagged))
        words.append(int((running_words(document) & ~inside).sum()))
    yield sample.ratio("spun paragraph ranks first", clusters, first, np.ones(len(first)))
    yield sample.ratio(
        "findings outside it, per 10,000 words", clusters, outside, words, "per 10,000"
    )


def _ranks_first(judgement: Judgement, inside: NDArray[np.bool_]) -> bool:
    """Whether no other paragraph's mean word score reaches that of the tokens inside."""
    document = judgement.document
    owner = document.paragraph_of[document.sentence_of]
    counts = np.bincount(owner, minlength=document.n_paragraphs)
    means = np.bincount(owner, weights=judgement.scores, minlength=document.n_paragraphs) / counts
    pasted = int(owner[inside][0])
    return bool(means[pasted] > np.delete(means, pasted).max(initial=-np.inf))


def _phrase_figures(sample: Sample) -> Iterator[Figure]:
    """Caught: a finding overlaps the tortured phrase. Wrong: one overlaps the honest phrase."""
    spun = np.array([bool(text.spun) for text in sample.texts])
    flagged = _watched_flagged(sample)
    clusters = sample.clusters
    yield sample.ratio("phrases: precision", clusters, spun & flagged, flagged)
    yield sample.ratio("phrases: recall", clusters, spun & flagged, spun)
    yield from _watched_auc(sample, "phrases: AUC")
    for group in sorted({text.group for text in sample.texts if text.spun is False}):
        chosen = np.array([text.group == group for text in sample.texts])
        name = f"  flagged: {group.replace('_', ' ')}"
        yield sample.ratio(name, clusters, flagged & chosen, chosen)


def _substitute_figures(sample: Sample) -> Iterator[Figure]:
    """AUC of a word's own score: substitutes that every judge refused against accepted ones."""
    yield from _watched_auc(sample, "refused against accepted substitutes: AUC")
    flagged = _watched_flagged(sample)
    for spun, name in ((False, "accepted"), (True, "refused")):
        chosen = np.array([text.spun is spun for text in sample.texts])
        yield sample.ratio(f"  flagged: {name}", sample.clusters, chosen & flagged, chosen)


def _watched_flagged(sample: Sample) -> NDArray[np.bool_]:
    """Whether a finding overlaps a watched span of each text, shape (n_texts,)."""
    return np.array(
        [
            any(entry.span.overlaps(span) for entry in judgement.flagged for span in text.watched)
            for _, text, judgement in sample.judged()
        ],
        dtype=np.bool_,
    )


def _watched_auc(sample: Sample, name: str) -> Iterator[Figure]:
    scores = [_watched_score(text, judgement) for _, text, judgement in sample.judged()]
    spun = [bool(text.spun) for text in sample.texts]
    ranking = Ranking.of(scores, spun, sample.clusters)
    yield from sample.ranked(ranking, len(scores), {name: Curve.auc})


def _watched_score(text: LabelledText, judgement: Judgement) -> float:
    """The highest score of a watched token, each taken without the article's prior."""
    chosen = [judgement.alone[judgement.document.tokens_in(span)] for span in text.watched]
    return float(max((scores.max(initial=0.0) for scores in chosen), default=0.0))


def _annotated_figures(sample: Sample) -> Iterator[Figure]:
    """Counts on single articles: artifacts found, findings elsewhere, reliability."""
    for number, (_, text, judgement) in enumerate(sample.judged(), start=1):
        if text.replaced:
            yield from _artifact_counts(sample, f"article {number}", text, judgement)
        else:
            count = len(judgement.flagged)
            yield _count(sample, f"article {number}, honest: findings", count, 0)
        if judgement.reliability is not None:
            exact = exactly(judgement.reliability)
            yield sample.figure(f"article {number}: reliability", exact, 100, "score")


def _artifact_counts(
    sample: Sample, name: str, text: LabelledText, judgement: Judgement
) -> Iterator[Figure]:
    replaced = text.replaced or ()
    for certain, label in ((True, "hard"), (False, "soft")):
        entries = [entry for entry in replaced if entry.certain is certain]
        found = sum(is_found(entry, judgement.flagged) for entry in entries)
        yield _count(sample, f"{name}, spun: {label} artifacts found", found, len(entries))
        named = sum(expects(entry, judgement.flagged) for entry in entries)
        what = f"{name}, spun: of these {label} ones, annotated word among the first five"
        yield _count(sample, what, named, found)
    yield _count(sample, f"{name}, spun: findings elsewhere", _elsewhere(text, judgement), 0)


def _count(sample: Sample, name: str, count: int, total: int) -> Figure:
    return sample.figure(name, exactly(count), total, "count")


_Figures = Callable[[Sample], Iterator[Figure]]
_MEASURES: Mapping[Kind, tuple[_Figures, ...]] = {
    Kind.ARTICLES: (word_figures, restoration_figures, _article_findings, article_figures),
    Kind.CLEAN: (_clean_figures, _delicate_figures, _threshold_figures, _clean_verdicts),
    Kind.FAMILIES: (_family_figures,),
    Kind.POOLED: (_pooled_figures,),
    Kind.CURVES: (_curve_figures,),
    Kind.PASTED: (_pasted_figures,),
    Kind.PHRASES: (_phrase_figures,),
    Kind.SUBSTITUTES: (_substitute_figures,),
    Kind.ANNOTATED: (_annotated_figures,),
}
