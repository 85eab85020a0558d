"""The article is the prior: how many of its words were replaced, and what that makes of each word.

A word that is merely unusual deserves a flag in an article full of strong findings, and none in a
clean one. The encoder's probabilities hold for text of which a known share is replaced; here the
share is estimated anew for each article, and for each paragraph shrunk towards its article, and
every probability is moved to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

PRIOR_MEAN = 0.2
"""Share of replaced words expected of a text before it is read: that of a spun one. Who asks about
a sentence alone suspects it."""

PRIOR_WEIGHT = 10.0
"""How many words of evidence that expectation is worth: a few. It speaks for sentences that stand
alone; an article is judged by its own words."""

PARAGRAPH_WEIGHT = 60.0
"""The same for a paragraph, whose expectation is the share of its article."""

LARGEST_SHARE = 0.15
"""No word is judged as in an article with more than this share of replaced words: what is merely
unusual stays so in a heavily spun article, and in one that the models misjudge throughout."""

_TOLERANCE = 1e-6
_MAX_ROUNDS = 500
_SMALLEST = 1e-9
"""Keeps odds finite: a probability of exactly 1 would be beyond all evidence."""


class ArticlePosterior(NamedTuple):
    """Probabilities under the article's own share of replaced words.

    Attributes
    ----------
    p : ndarray of float32, shape (n_tokens,)
        P(replaced) of each token.
    share : float
        Estimated share of replaced words in the article, 0 to 1.
    paragraph_shares : ndarray of float64, shape (n_paragraphs,)
        The same for each paragraph.
    """

    p: NDArray[np.float32]
    share: float
    paragraph_shares: NDArray[np.float64]


def move_prior(
    p: NDArray[np.float64], from_share: float, to_share: ArrayLike
) -> NDArray[np.float64]:
    """Probabilities calibrated for one share of replaced words, as they are under another.

    ``P' = P r / (P r + (1 - P) s)`` with ``r = to / from`` and ``s = (1 - to) / (1 - from)``
    (Saerens, Latinne & Decaestecker 2002, Adjusting the outputs of a classifier to new a priori
    probabilities, equation 4).

    Parameters
    ----------
    p : ndarray of float64
        Probabilities, 0 to 1.
    from_share, to_share : float or array_like
        Shares of replaced words, both within (0, 1).

    Examples
    --------
    >>> float(move_prior(np.array([0.5]), 0.1, 0.01)[0].round(4))
    0.0833
    """
    to = np.asarray(to_share, dtype=np.float64)
    replaced = p * to / from_share
    kept = (1.0 - p) * (1.0 - to) / (1.0 - from_share)
    return replaced / (replaced + kept)


def article_posterior(
    p: NDArray[np.float32],
    *,
    paragraphs: NDArray[np.integer],
    training_share: float,
    prior_mean: float = PRIOR_MEAN,
    prior_weight: float = PRIOR_WEIGHT,
    paragraph_weight: float = PARAGRAPH_WEIGHT,
    largest_share: float = LARGEST_SHARE,
) -> ArticlePosterior:
    """Re-estimate P(replaced) with the share of replaced words in this article as the prior.

    Expectation-maximisation of the share ``s`` (Saerens, Latinne & Decaestecker 2002) with the
    expected count of a Beta prior of mean ``m`` and weight ``w`` added to the evidence:

    * expectation: ``q_i = move_prior(p_i, training_share, s)`` for each of the ``n`` words;
    * maximisation: ``s = (sum_i q_i + m w) / (n + w)``.

    The log posterior of ``s`` is concave, so there is one solution, whatever the order of the
    words. First ``s`` is found for the article; then for each paragraph, with the article's share
    as ``m``. The more words a paragraph has, the less it leans on its article: one spun paragraph
    in a clean article shows, and the clean rest of it stays silent.

    Parameters
    ----------
    p : ndarray of float32, shape (n_tokens,)
        P(replaced), calibrated for text of which `training_share` is replaced. Tokens with
        exactly 0 (numbers, addresses) are no words: they do not count, and stay 0.
    paragraphs : ndarray of int, shape (n_tokens,)
        Index of the paragraph of each token, from 0.
    training_share : float
        Within (0, 1).
    prior_mean : float
        Share expected of an article, within (0, 1).
    prior_weight, paragraph_weight : float
        Worth of the expectations for the article and for a paragraph, in words; above 0.
    largest_share : float
        The largest share that the probabilities are moved to, above 0; the shares that are returned
        are those estimated.

    Returns
    -------
    ArticlePosterior
        The new probabilities and the shares they rest on.
    """
    is_word = p > 0
    words = np.minimum(p[is_word].astype(np.float64), 1.0 - _SMALLEST)
    n_paragraphs = int(paragraphs.max(initial=-1)) + 1
    result = np.zeros(len(p), dtype=np.float32)
    everywhere = np.zeros(len(words), dtype=np.int64)
    mean = np.array([prior_mean])
    share = _shares(words, everywhere, training_share, mean, prior_weight)
    of = paragraphs[is_word].astype(np.int64)
    means = np.repeat(share, n_paragraphs)
    shares = _shares(words, of, training_share, means, paragraph_weight)
    believed = np.minimum(shares, largest_share)
    result[is_word] = move_prior(words, training_share, believed[of])
    return ArticlePosterior(result, float(share[0]), shares)


def _shares(
    p: NDArray[np.float64],
    group: NDArray[np.int64],
    training_share: float,
    means: NDArray[np.float64],
    weight: float,
) -> NDArray[np.float64]:
    """The share of replaced words in each group; `means` are those expected, shape (n_groups,)."""
    sizes = np.bincount(group, minlength=len(means))
    shares = means
    for _ in range(_MAX_ROUNDS):
        posterior = move_prior(p, training_share, shares[group])
        found = np.bincount(group, weights=posterior, minlength=len(means))
        updated = (found + means * weight) / (sizes + weight)
        moved = float(np.abs(updated - shares).max(initial=0.0))
        shares = updated
        if moved < _TOLERANCE:
            break
    return shares
