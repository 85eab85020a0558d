"""Findings to one number per article. Provisional: not calibrated until `calibrate` has run."""

from __future__ import annotations

import math
from collections.abc import Iterable

from detector.report import Finding, Verdict

# A human article holds a false finding now and then; this many clean words are assumed beside it,
# so that one finding in a short text does not condemn it.
PRIOR_WORDS = 300
# Expected artifacts per 1,000 words at which an article is as likely spun as not, and the steepness
# of the curve there. Set by judgement between the densities of honest registers (about 1) and of
# spun articles (15 and more); to be replaced by a calibrated model.
EVEN_DENSITY = 4.0
STEEPNESS = 2.0


def provisional(findings: Iterable[Finding], n_words: int) -> float:
    """A provisional reliability, 0 to 100, from the density of findings.

    Falls as findings are added or grow more probable; rises with the number of clean words.

    Parameters
    ----------
    findings : iterable of Finding
        Their probabilities are summed: the expected number of artifacts.
    n_words : int
        Running words of the article.
    """
    expected = math.fsum(finding.probability for finding in findings)
    density = 1000 * expected / (n_words + PRIOR_WORDS)
    return 100.0 / (1.0 + math.pow(density / EVEN_DENSITY, STEEPNESS))


def verdict(reliability: float, thresholds: dict[str, float]) -> Verdict:
    """`reliability` cut at ``spun_below`` and ``suspect_below``."""
    if reliability < thresholds["spun_below"]:
        return "spun"
    return "suspect" if reliability < thresholds["suspect_below"] else "clean"
