"""Analyses without models, for tests of what reads one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detector.analysis import Analysis, Candidate
from detector.segment import segment


def unjudged(text: str, candidates: Mapping[int, tuple[Candidate, ...]] | None = None) -> Analysis:
    """An analysis by models that know no word and suspect none."""
    document = segment(text)
    unknown = np.full(document.n_tokens, np.nan, dtype=np.float32)
    certain = np.zeros(document.n_tokens, dtype=np.float32)
    return Analysis(
        document=document,
        ids=np.full(document.n_tokens, -1, dtype=np.int32),
        log_frequency=unknown,
        npmi_before=unknown,
        npmi_after=unknown,
        p_replaced=certain,
        p_posterior=certain,
        share=0.0,
        judge="collocations",
        candidates=candidates or {},
    )
