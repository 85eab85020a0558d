"""The product as a scorer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import numpy as np
import pytest

from detector.analysis import Analysis
from detector.document import Document
from detector.evaluation.scorers import DetectorScorer, Flagged, raised
from detector.pipeline import Detector
from detector.report import Finding, Report, Status, Suggestion, Verdict
from detector.segment import segment

TEXT = "It has wilt increasingly regular."


class FakeDetector:
    """Finds "wilt" in every text, and skips those that start with a digit."""

    def examine(self, texts: Iterable[str]) -> Iterator[tuple[Report, Analysis | None]]:
        for text in texts:
            analysis = None if text[0].isdigit() else analysis_of(segment(text))
            findings = () if analysis is None else (finding(),)
            status: Status = "skipped" if analysis is None else "scored"
            reliability = None if analysis is None else 12.5
            verdict: Verdict | None = None if analysis is None else "spun"
            yield (
                Report("<text>", "1", status, None, "en", 5, reliability, verdict, findings),
                analysis,
            )


def finding() -> Finding:
    expected = (Suggestion("become", 0.8), Suggestion("grown", 0.1))
    return Finding(7, 11, 1, 8, "wilt", "substitution", 0.9, expected)


def analysis_of(document: Document) -> Analysis:
    alone = np.linspace(0.1, 0.5, document.n_tokens, dtype=np.float32)
    return Analysis(
        document=document,
        ids=np.zeros(document.n_tokens, dtype=np.int32),
        log_frequency=alone,
        npmi_before=alone,
        npmi_after=alone,
        p_replaced=alone,
        p_posterior=(alone / 10).astype(np.float32),
        share=0.1,
        judge="encoder",
        is_running=np.ones(document.n_tokens, dtype=np.bool_),
    )


@pytest.fixture
def scorer() -> DetectorScorer:
    return DetectorScorer(cast(Detector, FakeDetector()))


def test_a_finding_raises_its_words(scorer: DetectorScorer) -> None:
    (judgement,) = scorer.judge([TEXT])
    assert judgement.flagged == (Flagged(finding().span, 0.9, ("become", "grown"), 0.8),)
    assert judgement.scores.tolist() == pytest.approx([0.01, 0.02, 0.9, 0.04, 0.05])
    assert judgement.alone.tolist() == pytest.approx([0.1, 0.2, 0.9, 0.4, 0.5])
    assert (judgement.reliability, judgement.verdict) == (12.5, "spun")


def test_a_skipped_text_scores_nothing(scorer: DetectorScorer) -> None:
    first, second = scorer.judge(["1 has wilt.", TEXT])
    assert first.scores.tolist() == [0, 0, 0]
    assert first.flagged == ()
    assert second.flagged


def test_unknown_scores_count_as_none() -> None:
    document = segment("It has")
    scores = np.array([np.nan, 0.5], dtype=np.float32)
    assert raised(document, scores, ()).tolist() == [0.0, 0.5]
