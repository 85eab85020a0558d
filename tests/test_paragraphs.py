from __future__ import annotations

from dataclasses import replace

import numpy as np
from analyses import unjudged

from detector import Detector, Span
from detector.document import LONGEST_FRAGMENT
from detector.paragraphs import paragraphs, without
from detector.report import Finding

TEXT = "A heading\n\nPrices have wilt. They rose 3 % in May.\n\nNothing here."


def test_each_paragraph_has_its_own_density_and_findings() -> None:
    analysis = unjudged(TEXT)
    p = np.zeros(analysis.document.n_tokens, dtype=np.float32)
    p[4], p[2] = 0.9, 0.3  # "wilt" and "Prices"
    start = TEXT.index("wilt")
    finding = Finding.at(
        analysis.document, Span(start, start + 4), check="substitution", probability=0.9
    )
    found = paragraphs(replace(analysis, p_posterior=p), [finding])
    assert [entry.span.of(TEXT) for entry in found] == TEXT.split("\n\n")
    assert [entry.n_words for entry in found] == [2, 8, 2]
    assert [entry.n_findings for entry in found] == [0, 1, 0]
    np.testing.assert_allclose([entry.density for entry in found], [0, 150, 0])
    assert [entry.n_findings for entry in without(found, [finding])] == [0, 0, 0]
    assert without(found, []) == found


def test_a_text_without_words_has_none() -> None:
    assert paragraphs(unjudged(""), []) == ()


def test_the_paragraphs_of_a_report_cover_its_words_and_findings(detector: Detector) -> None:
    report = detector.score(TEXT * 5)
    assert sum(entry.n_words for entry in report.paragraphs) == report.n_words
    assert sum(entry.n_findings for entry in report.paragraphs) == len(report.findings)
    judged = [entry for entry in report.paragraphs if entry.n_words > LONGEST_FRAGMENT]
    assert len(judged) >= 5
    assert all(0 < entry.density < 1000 for entry in judged)


def test_a_skipped_article_has_none(detector: Detector) -> None:
    assert detector.score("3 4 5 6 7 8 9 10 11").paragraphs == ()
