"""Encoder and collocations together: one probability from two judges that err differently.

The encoder reads the whole passage but knows few word pairs; the collocations know a hundred
million words' worth of pairs but read only the neighbours. Well-attested neighbours clear a word
that the encoder merely finds unusual ("anti-submarine drills"), and unattested ones lend weight to
a doubt.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 1e-7
"""Probabilities are kept this far from 0 and 1, so that no judge outvotes the other by itself."""


class Blend(NamedTuple):
    """``logit P = encoder x logit(P_encoder) + c - repeated x ln(n) - q - slips x s``.

    `c` is what the collocations say: ``fit x logit(P_fit) + shift + displaced x d``, where `d` is
    how much the word stands in the way of an expected one (`detector.displacement`), or `unjudged`
    where they cannot judge (names, words that nobody knows). `n` is how often the word occurs in
    its article, at most `MOST_OCCURRENCES`: the terms of an article's subject return, a spinner's
    choices vary. `q` is `quoted` inside quotation marks, else 0: people say unusual things, and are
    quoted for it. `s` is how many words in a hundred of the article are slips or unknown to
    everybody (`detector.slips`): the more of them, the less the models know of such a text. The
    weights were chosen on development sets (docs/training.md); ``encoder.json`` holds them.
    """

    encoder: float
    fit: float
    shift: float
    unjudged: float
    repeated: float = 0.0
    quoted: float = 0.0
    displaced: float = 0.0
    slips: float = 0.0


MOST_OCCURRENCES = 6


def blended(
    p_encoder: NDArray[np.float32],
    p_fit: NDArray[np.float32],
    weights: Blend,
    *,
    occurrences: NDArray[np.integer] | None = None,
    quoted: NDArray[np.bool_] | None = None,
    displacement: NDArray[np.float32] | None = None,
    slip_rate: float = 0.0,
) -> NDArray[np.float32]:
    """The probability that both judges support.

    Parameters
    ----------
    p_encoder, p_fit : ndarray of float32, shape (n_tokens,)
        P(replaced) by either judge, 0 to 1. Where the encoder says exactly 0 (numbers, addresses),
        so does the result; where the fit does, it cannot judge.
    weights : Blend
        How much either judge counts.
    occurrences : ndarray of int, shape (n_tokens,), optional
        How often each token's form occurs in the article, from 1; none is known to return.
    quoted : ndarray of bool, shape (n_tokens,), optional
        Which tokens stand inside quotation marks; none is known to.
    displacement : ndarray of float32, shape (n_tokens,), optional
        How much each stands in the way of an expected word, in nats; none is known to.
    slip_rate : float
        Slips among a hundred words of the article.

    Returns
    -------
    ndarray of float32, shape (n_tokens,)
        Increasing in both probabilities, and in `displacement`, if the weights are positive.

    Examples
    --------
    >>> doubtful, attested = np.full(1, 0.5, np.float32), np.full(1, 0.01, np.float32)
    >>> float(blended(doubtful, attested, Blend(1.0, 0.3, 0.0, 0.0))[0]) < 0.25
    True
    """
    fit = weights.fit * log_odds(p_fit) + weights.shift
    if displacement is not None:
        fit += weights.displaced * displacement
    scaled = weights.encoder * log_odds(p_encoder) + np.where(p_fit > 0, fit, weights.unjudged)
    if occurrences is not None:
        scaled -= weights.repeated * np.log(np.minimum(occurrences, MOST_OCCURRENCES))
    if quoted is not None:
        scaled -= weights.quoted * quoted
    scaled -= weights.slips * slip_rate
    return np.where(p_encoder > 0, 1.0 / (1.0 + np.exp(-scaled)), 0.0).astype(np.float32)


def log_odds(p: NDArray[np.float32]) -> NDArray[np.float64]:
    """Natural logarithms of the odds of probabilities, of any shape, kept from 0 and 1."""
    kept = np.clip(p.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    return np.log(kept / (1 - kept))
