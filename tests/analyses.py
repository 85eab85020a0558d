"""Analyses without models, for tests of what reads one."""

from __future__ import annotations

from collections.abc import Mapping

from detector.analysis import Analysis, Candidate
from detector.segment import segment


def unjudged(text: str, candidates: Mapping[int, tuple[Candidate, ...]] | None = None) -> Analysis:
    """An analysis by models that know no word and suspect none."""
    return Analysis.unjudged(segment(text), candidates)
