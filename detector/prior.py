"""The article is the prior: how many of its words were replaced, and what that makes of each word.

A word that is merely unusual deserves a flag in an article full of strong findings, and none in a
clean one. The encoder's probabilities hold for text of which a known share is replaced; here the
share is estimated anew for each article, and for the words around each word shrunk towards its
article, and every probability is moved to it. Where paragraphs end plays no part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Shares = NDArray[np.float64]

PRIOR_MEAN = 0.1
"""Share of replaced words expected of a text before it is read: that of a spun one. Who asks about
a sentence alone suspects it."""

PRIOR_WEIGHT = 10.0
"""How many words of evidence that expectation is worth: a few. It speaks for sentences that stand
alone; an article is judged by its own words."""

REACH = 70
"""How many words to either side of a word are its surroundings: a long paragraph or two."""

LOCAL_WEIGHT = 90.0
"""What the expectation for the surroundings, the share of the article, is worth in words."""

LARGEST_SHARE = 0.1
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
    local_shares : ndarray of float64, shape (n_tokens,)
        The same for the words around each word; for tokens that are no words that of the article.
    """

    p: NDArray[np.float32]
    share: float
    local_shares: NDArray[np.float64]


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
    training_share: float,
    counted: NDArray[np.bool_] | None = None,
    prior_mean: float = PRIOR_MEAN,
    prior_weight: float = PRIOR_WEIGHT,
    local_weight: float = LOCAL_WEIGHT,
    largest_share: float = LARGEST_SHARE,
) -> ArticlePosterior:
    """Re-estimate P(replaced) with the share of replaced words in this article as the prior.

    Expectation-maximisation of the share ``s`` (Saerens, Latinne & Decaestecker 2002) with the
    expected count of a Beta prior of mean ``m`` and weight ``w`` added to the evidence:

    * expectation: ``q_i = move_prior(p_i, training_share, s)`` for each of the ``n`` words;
    * maximisation: ``s = (sum_i q_i + m w) / (n + w)``.

    The log posterior of ``s`` is concave, so there is one solution, whatever the order of the
    words. First ``s`` is found for the article; then for each word from those within `REACH`, each
    under the share around itself, with the article's share as ``m``: one spun passage in a clean
    article shows, and the clean rest of it stays silent.

    Parameters
    ----------
    p : ndarray of float32, shape (n_tokens,)
        P(replaced), calibrated for text of which `training_share` is replaced. Tokens with
        exactly 0 (numbers, addresses) are no words: they do not count, and stay 0.
    training_share : float
        Within (0, 1).
    counted : ndarray of bool, shape (n_tokens,), optional
        Which tokens say how much was replaced; default: all words. The others are moved, too.
    prior_mean : float
        Share expected of an article, within (0, 1).
    prior_weight, local_weight : float
        Worth of the expectations for the article and for a word's surroundings, in words; above 0.
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
    counts = (np.ones(len(p)) if counted is None else counted.astype(np.float64))[is_word]

    def shrunk_to_mean(share: Shares) -> Shares:
        found = (counts * move_prior(words, training_share, share)).sum()
        return _shrunk(found, counts.sum(), prior_mean, prior_weight)

    share = float(_settled(np.array([prior_mean]), shrunk_to_mean)[0])
    first = np.maximum(np.arange(len(words)) - REACH, 0)
    last = np.minimum(np.arange(len(words)) + REACH + 1, len(words))
    sizes = _within(counts, first, last)

    def shrunk_to_article(shares: Shares) -> Shares:
        found = _within(counts * move_prior(words, training_share, shares), first, last)
        return _shrunk(found, sizes, share, local_weight)

    shares = _settled(np.full(len(words), share), shrunk_to_article)
    result = np.zeros(len(p), dtype=np.float32)
    result[is_word] = move_prior(words, training_share, np.minimum(shares, largest_share))
    local_shares = np.full(len(p), share)
    local_shares[is_word] = shares
    return ArticlePosterior(result, share, local_shares)


def _within(values: Shares, first: NDArray[np.intp], last: NDArray[np.intp]) -> Shares:
    """Sums of the values in each range ``[first, last)``."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(sums[last] - sums[first])


def _shrunk(found: ArrayLike, n_words: ArrayLike, mean: float, weight: float) -> Shares:
    """Shares of replaced words among so many, leaning on the one expected."""
    return np.atleast_1d((np.asarray(found) + mean * weight) / (np.asarray(n_words) + weight))


def _settled(shares: Shares, step: Callable[[Shares], Shares]) -> Shares:
    """The shares that a step no longer changes."""
    for _ in range(_MAX_ROUNDS):
        updated = step(shares)
        moved = float(np.abs(updated - shares).max(initial=0.0))
        shares = updated
        if moved < _TOLERANCE:
            break
    return shares
