"""What both judges together say of a document."""

from __future__ import annotations

import pytest

from detector import Detector
from detector.annotate import judge
from detector.segment import segment

HEADED = (
    "Older writ\n\n"
    "The committee has wilt increasingly regular since the election last autumn.\n\n"
    "Drill structures\n\n"
    "Older this year both navies agreed on common writ structures."
)


@pytest.mark.parametrize("alone", [False, True], ids=["with the encoder", "collocations alone"])
def test_a_heading_of_a_word_or_two_is_not_judged(detector: Detector, alone: bool) -> None:
    resources = detector.resources
    encoder = None if alone else resources.encoder
    headed = segment(HEADED)
    stopped = segment(HEADED.replace("\n\n", ".\n\n"))
    (judged,) = judge([headed], resources.fit, encoder)
    (as_sentences,) = judge([stopped], resources.fit, encoder)
    headings = [0, 1, 13, 14]
    assert not judged.p_replaced[headings].any()
    assert not judged.posterior.p[headings].any()
    assert as_sentences.p_replaced[headings].all()
    assert judged.p_replaced.sum() > 0
