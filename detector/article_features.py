"""An article's evidence as a few numbers, which `detector.reliability` weighs.

*Artifact* features say how much speaks for replaced words; each grows with any word's probability,
and the reliability never rises with one. No feature is the worst word alone: every one adds up
over the article, and one word's say is bounded. *Hints* say what kind of text it is and how long:
the same evidence means less in old fiction than in news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.document import TokenFlag
from detector.evidence import RESIDUE, ArticleEvidence
from detector.prior import move_prior
from detector.readability import MEASURES, readability

Floats = NDArray[np.float64]

_HYPHENS = 0.85
"""Above the probability of a soft hyphen (`detector.checks.obfuscation`), below the others'."""

ASSUMED_SHARE = 0.1
"""Share of replaced words under which the probabilities hold, about that of the training text.
Another one would shift the features, and calibration would shift them back."""

SHARES = (0.02, 0.05, 0.1, 0.2, 0.35)
"""Shares of replaced words that the likelihood ratios compare with none."""

MOST_ODDS = 50.0
"""One word changes the odds of any share by no more than this factor before it is diluted."""

SEGMENT_WORDS = 50
"""Words are grouped into segments of so many, for the spread: wherever paragraphs end, so that the
layout of a text moves nothing."""


class Feature(NamedTuple):
    """One column.

    Attributes
    ----------
    is_artifact : bool
        The reliability must not rise with it.
    words : str
        What it measures, for people.
    show : callable
        Writes its value.
    unit : str
        Stands after the value, or after the last of several.
    """

    is_artifact: bool
    words: str
    show: Callable[[float], str]
    unit: str = ""

    def in_words(self, value: float, usual: Sequence[float]) -> str:
        """A value beside the range of most clean articles.

        Examples
        --------
        >>> FEATURES["spread"].in_words(0.62, (0.0, 0.05))
        'passages that look spun: 62% (most clean articles: 0% to 5%)'
        """
        low, high = map(self.show, usual)
        clean = low if low == high else f"{low} to {high}"
        return f"{self.words}: {self.show(value)}{self.unit} (most clean articles: {clean})"


def _density_shown(value: float) -> str:
    return f"{np.expm1(value):.1f}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _power(value: float) -> str:
    return f"e^{np.expm1(value):.0f}"


def _number(value: float) -> str:
    return f"{value:.1f}"


def _length(value: float) -> str:
    return f"{np.exp(value):.0f}"


_RATE = " per 1,000"

FEATURES: Mapping[str, Feature] = {
    "density": Feature(True, "words that may be replaced", _density_shown, _RATE),
    "density_at_least": Feature(
        True, "words that may be replaced, at the least", _density_shown, _RATE
    ),
    "strong_density": Feature(True, "words that are odd by themselves", _density_shown, _RATE),
    "evidence": Feature(True, "how much likelier a spinner wrote it", _power),
    "evidence_per_word": Feature(True, "how much likelier a spinner wrote 100 words of it", _power),
    "spread": Feature(True, "passages that look spun", _percent),
    "broad_density": Feature(
        True, "words that may be replaced, outside the densest fifth", _density_shown, _RATE
    ),
    "restored": Feature(True, "odd words whose original can be named", _density_shown, _RATE),
    "residue": Feature(
        True, "traces of rewriting (agreement, inflection, lists)", _density_shown, _RATE
    ),
    "kinds": Feature(True, "kinds of traces of rewriting (of six)", "{:.0f}".format),
    "length": Feature(False, "length", _length, " words"),
    "unknown": Feature(False, "words that the corpora do not know", _percent),
    "frequency": Feature(False, "mean frequency of the words (log10 per million)", _number),
    "capitals": Feature(False, "capitalised words", _percent),
    "numbers": Feature(False, "numbers", _percent),
    "quoted": Feature(False, "words in quotation marks", _percent),
    **{
        name: Feature(False, f"readability: {name.replace('_', ' ')}", _number) for name in MEASURES
    },
}
"""All features, by name."""


def article_features(evidence: ArticleEvidence, names: Sequence[str]) -> Floats:
    """The named features of an article, shape (n_names,). All finite.

    textstat is called only if one of its measures is named.
    """
    values = _artifacts(evidence) | _hints(evidence)
    if not MEASURES.keys().isdisjoint(names):
        values |= readability(evidence.text)
    return np.array([values[name] for name in names], dtype=np.float64)


def _artifacts(evidence: ArticleEvidence) -> dict[str, float]:
    n = max(evidence.n_words, 1)
    p = np.where(evidence.p > 0, evidence.p.astype(np.float64), 0.0)
    expected = move_prior(p, ASSUMED_SHARE, 0.05)
    strong = move_prior(p, ASSUMED_SHARE, 0.005)
    gains = _gains(p)
    best = float(np.max(gains.sum(axis=1), initial=0.0))
    segments = _segments(evidence)
    return {
        "density": _density(expected.sum(), n),
        "density_at_least": _density(_at_least(float(expected.sum())), n),
        "strong_density": _density(strong.sum(), n),
        "evidence": float(np.log1p(best)),
        "evidence_per_word": float(np.log1p(100 * best / n)),
        "spread": _spread(gains[SHARES.index(0.1)], segments),
        "broad_density": _density(_outside_densest(expected, segments), n),
        "restored": _density((strong * evidence.restored).sum(), n),
        "residue": _density(evidence.residue.sum(dtype=np.float64), n),
        "kinds": float(_kinds(evidence)),
    }


def _density(count: float, n_words: int) -> float:
    return float(np.log1p(1000 * count / n_words))


def _gains(p: Floats) -> Floats:
    """Log likelihood ratio of each share in `SHARES` against none by each word.

    Shape (n_shares, n_words). Natural logarithms; of independent words the sum over an article is
    the log odds that the share adds.
    """
    odds = np.minimum(p / np.maximum(1 - p, 1e-9) * (1 - ASSUMED_SHARE) / ASSUMED_SHARE, MOST_ODDS)
    odds = np.where(p > 0, odds, 1.0)
    shares = np.array(SHARES)[:, None]
    gains: Floats = np.log1p(shares * (odds - 1))
    return gains


def _at_least(count: float) -> float:
    """The lower 5 % limit of a rate that gave `count` events, with Jeffreys' prior.

    Wilson & Hilferty's approximation (1931) to the gamma quantile.
    """
    shape = count + 0.5
    root = 1 - 1 / (9 * shape) - 1.645 / (3 * np.sqrt(shape))
    return float(shape * max(root, 0.0) ** 3)


def _segments(evidence: ArticleEvidence) -> NDArray[np.int64]:
    """Index of the segment of each word; what is left at the end joins the segment before it."""
    last = max(evidence.n_words // SEGMENT_WORDS - 1, 0)
    return np.minimum(np.arange(evidence.n_words) // SEGMENT_WORDS, last)


def _spread(gains: Floats, segments: NDArray[np.int64]) -> float:
    """Share of the segments that speak for a spinner by themselves, each between 0 and 1."""
    if not len(gains):
        return 0.0
    sums = np.bincount(segments, weights=gains)
    return float(np.mean(1 / (1 + np.exp(-2 * (sums - 1)))))


def _outside_densest(expected: Floats, segments: NDArray[np.int64]) -> float:
    """Expected replaced words without those of the fifth of the segments that has most of them."""
    sums = np.sort(np.bincount(segments, weights=expected))
    return float(sums[: len(sums) - len(sums) // 5].sum())


def _kinds(evidence: ArticleEvidence) -> int:
    found = int(np.bitwise_or.reduce(evidence.kinds, initial=0))
    return sum(found >> bit & 1 for bit in range(len(RESIDUE)))


def n_disguised(evidence: ArticleEvidence) -> int:
    """Number of words with letters that are not what they look like, or that nobody sees.

    Soft hyphens in odd places are less sure, and left out: there are poor hyphenators.
    """
    disguised = (evidence.kinds >> RESIDUE.index("obfuscation") & 1) > 0
    return int(np.count_nonzero(disguised & (evidence.residue > _HYPHENS)))


def _hints(evidence: ArticleEvidence) -> dict[str, float]:
    n = max(evidence.n_words, 1)
    flags = evidence.flags
    known = evidence.log_frequency[np.isfinite(evidence.log_frequency)]
    return {
        "length": float(np.log(n)),
        "unknown": float(1 - len(known) / n),
        "frequency": float(known.mean(dtype=np.float64)) if len(known) else 0.0,
        "capitals": np.count_nonzero(flags & TokenFlag.CAPITALISED) / n,
        "numbers": np.count_nonzero(flags & TokenFlag.NUMBER) / n,
        "quoted": np.count_nonzero(flags & TokenFlag.QUOTED) / n,
    }
