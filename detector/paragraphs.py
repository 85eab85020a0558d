"""Where in an article the replaced words are: their density in each paragraph."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from detector.analysis import Analysis
from detector.document import TokenFlag
from detector.report import Finding, Paragraph


def paragraphs(analysis: Analysis, findings: Iterable[Finding]) -> tuple[Paragraph, ...]:
    """The paragraphs of an analysed article, in order, each with its own density.

    The density sums `Analysis.p_posterior`, so a paragraph leans on its article the more, the
    shorter it is (`detector.prior`).

    Parameters
    ----------
    analysis : Analysis
        The article with what the models say of its words.
    findings : iterable of Finding
        Counted where they start.
    """
    document = analysis.document
    n = document.n_paragraphs
    owner = document.paragraph_of[document.sentence_of]
    running = (document.flags & (TokenFlag.WORD | TokenFlag.NUMBER)) != 0
    n_words = np.bincount(owner[running], minlength=n)
    expected = np.bincount(owner, weights=analysis.p_posterior, minlength=n)
    spans = [document.paragraph_span(index) for index in range(n)]
    starts = np.array([span.start for span in spans], dtype=np.int64)
    at = np.array([finding.start for finding in findings], dtype=np.int64)
    # A finding may start before the first sentence (an invisible character): it counts in that.
    of = np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
    n_findings = np.bincount(of, minlength=n)
    density = 1000 * np.minimum(expected / np.maximum(n_words, 1), 1)
    columns = zip(spans, n_words.tolist(), n_findings.tolist(), density.tolist(), strict=False)
    return tuple(Paragraph(*span, *values) for span, *values in columns)


def without(paragraphs: Sequence[Paragraph], findings: Iterable[Finding]) -> tuple[Paragraph, ...]:
    """The paragraphs of a report that some of its findings are left out of; densities stay."""
    starts = [paragraph.start for paragraph in paragraphs]
    gone = Counter(max(bisect_right(starts, finding.start) - 1, 0) for finding in findings)
    return tuple(
        replace(paragraph, n_findings=paragraph.n_findings - gone[index])
        for index, paragraph in enumerate(paragraphs)
    )
