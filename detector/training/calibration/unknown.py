"""The calibration articles as the models would read them if they did not know the spinner.

The encoder was trained on the families that spin the calibration articles, and finds far more of
their swaps than of a spinner's that it never met. Calibrated on those alone, two odd words in an
article are next to none, and it is called honest with too much confidence. A second stage must
learn from what the first says of what it was *not* trained on (Wolpert 1992, Stacked
generalization, Neural Networks 5). An encoder for each family left out would tell, at the price of
training it; what such encoders show is simulated instead: the same words, less odd.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.blend import log_odds
from detector.evidence import LIKELY, ArticleEvidence
from detector.training.calibration.scored import ScoredArticle

MOST_LESS_ODD = 8.0
"""What the log odds (natural logarithm) of replaced words lose where the spinner is unknown, at the
most; how much an article's lose is drawn evenly from 0 up. For an encoder that four spinners were
left out of, their words lay 2 to 7 lower than those of the families that it knew
(`replaced_log_odds`, docs/calibration.md)."""

DRAWS = 3
"""Draws for each article, one in each third of that range: a single one leaves much to chance."""


def as_unknown(scored: Iterable[ScoredArticle], *, seed: int) -> Iterator[ScoredArticle]:
    """The spun articles, each `DRAWS` times as if by a spinner that the models do not know.

    Parameters
    ----------
    scored : iterable of ScoredArticle
        Articles as the models read them; clean ones are passed over.
    seed : int
        The same seed draws the same.
    """
    rng = np.random.default_rng(seed)
    for entry in scored:
        if entry.article.family:
            for by in MOST_LESS_ODD / DRAWS * (np.arange(DRAWS) + rng.random(DRAWS)):
                evidence = less_odd(entry.evidence, entry.replaced, float(by))
                yield replace(entry, evidence=evidence)


def less_odd(evidence: ArticleEvidence, replaced: NDArray[np.bool_], by: float) -> ArticleEvidence:
    """The evidence with the log odds of replaced words lowered; all other words stay.

    Parameters
    ----------
    evidence : ArticleEvidence
        Of an article.
    replaced : ndarray of bool, shape (n_words,)
        The words that software put there.
    by : float
        Natural logarithm of what their odds are divided by, at least 0.

    Returns
    -------
    ArticleEvidence
        Words that are no longer likely replaced are not restored either.
    """
    odd = replaced & (evidence.p > 0)  # numbers and addresses are not judged
    p = np.where(odd, 1 / (1 + np.exp(by - log_odds(evidence.p))), evidence.p)
    restored = np.where(odd & (p < LIKELY), 0, evidence.restored)
    return replace(evidence, p=p.astype(np.float32), restored=restored.astype(np.float32))


def replaced_log_odds(scored: Iterable[ScoredArticle]) -> dict[str, tuple[float, int]]:
    """How odd a family's words look to the models.

    Returns
    -------
    dict of str to (float, int)
        For each family that spun an article alone, by name: the mean log odds (natural logarithm)
        of the words that it put there, and their number.
    """
    found: dict[str, list[NDArray[np.float64]]] = {}
    for entry in scored:
        family = entry.article.family
        if family and "+" not in family:
            judged = entry.replaced & (entry.evidence.p > 0)
            found.setdefault(family, []).append(log_odds(entry.evidence.p[judged]))
    words = {family: np.concatenate(parts) for family, parts in sorted(found.items())}
    return {family: (float(odds.mean()), len(odds)) for family, odds in words.items() if len(odds)}
