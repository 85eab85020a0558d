"""Scored articles to rows for the classifiers: whole articles and stretches of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.article_features import article_features
from detector.evidence import ArticleEvidence
from detector.training.calibration.articles import LIGHTEST, SHORTEST, CalibrationArticle
from detector.training.calibration.scored import ScoredArticle

STRETCHES = 12
WORDS_A_STRETCH = 100
"""A stretch is drawn of each article for every so many words of it, `STRETCHES` at most."""

UNKNOWN_SHARE = 0.35
"""What part of the spun weight is that of spinners which pass for unknown. More would serve unknown
spinners better and be less sure of clean articles: with half, the calibration error over all
development documents was .035 instead of at most .03 (docs/calibration.md)."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Whole articles and stretches of them; arrays of shape (n,) unless stated.

    Attributes
    ----------
    values : ndarray of float64, shape (n, n_features)
        Their features.
    spun : ndarray of bool
        Whether at least 2 % of the words were replaced. Between none and that, there is no example.
    cluster : ndarray of int64
        The same for all that comes from one article, clean or spun.
    n_words : ndarray of int64
        Running words.
    share : ndarray of float64
        Share of words replaced.
    register, family : ndarray of str
        As in `CalibrationArticle`.
    unknown : ndarray of bool
        Whether the spinner passes for one that the models do not know
        (`detector.training.calibration.unknown`).
    """

    values: NDArray[np.float64]
    spun: NDArray[np.bool_]
    cluster: NDArray[np.int64]
    n_words: NDArray[np.int64]
    share: NDArray[np.float64]
    register: NDArray[np.str_]
    family: NDArray[np.str_]
    unknown: NDArray[np.bool_]

    def where(self, rows: NDArray[np.bool_]) -> Examples:
        """Some of the rows."""
        return Examples(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Natural logarithm of the number of words."""
        return np.log(self.n_words.astype(np.float64))

    def weights(self) -> NDArray[np.float64]:
        """Weights under which a register counts by its articles, and in each spun and clean alike.

        `detector.training.calibration.articles` says how many articles a register has; the
        stretches of long ones count no more than those of short ones. Of the spun, `UNKNOWN_SHARE`
        is by spinners that pass for unknown, where there are any. Shape (n,); their mean is 1.
        """
        weights = np.zeros(len(self.spun))
        shares = np.where(self.unknown, UNKNOWN_SHARE, 1 - UNKNOWN_SHARE)
        for register in np.unique(self.register):
            for spun in (False, True):
                found = (self.register == register) & (self.spun == spun)
                for unknown in (False, True):
                    rows = found & (self.unknown == unknown)
                    weights[rows] = shares[rows] / max(int(rows.sum()), 1)
                weights[found] /= weights[found].sum() if found.any() else 1.0
                weights[found] *= len(np.unique(self.cluster[self.register == register]))
        scaled: NDArray[np.float64] = weights / weights.mean()
        return scaled


def make_examples(
    scored: Sequence[ScoredArticle],
    names: Sequence[str],
    *,
    seed: int,
    unknown: Sequence[ScoredArticle] = (),
) -> Examples:
    """A row for each article and for some stretches of it, with the named features.

    Parameters
    ----------
    scored : sequence of ScoredArticle
        Articles as the models read them.
    names : sequence of str
        Names of features.
    seed : int
        The same seed draws the same stretches.
    unknown : sequence of ScoredArticle
        More of them, spun by what passes for spinners that the models do not know.
    """
    rng = np.random.default_rng(seed)
    every = [*scored, *unknown]
    names_of_clusters = dict.fromkeys(entry.article.cluster for entry in every)
    clusters = {name: at for at, name in enumerate(names_of_clusters)}
    rows: list[tuple[NDArray[np.float64], bool, int, int, float, bool]] = []
    articles: list[CalibrationArticle] = []
    for at, entry in enumerate(tqdm(every, desc="features", unit="article")):
        for evidence, replaced in _stretches(entry, rng):
            share = float(replaced.mean())
            if 0 < share < LIGHTEST or (entry.article.family and not share):
                continue
            rows.append(
                (
                    article_features(evidence, names),
                    share > 0,
                    clusters[entry.article.cluster],
                    evidence.n_words,
                    share,
                    at >= len(scored),
                )
            )
            articles.append(entry.article)
    columns = (np.array(column) for column in zip(*rows, strict=True))
    values, spun, cluster, n_words, shares, is_unknown = columns
    return Examples(
        values,
        spun,
        cluster,
        n_words,
        shares,
        np.array([article.register for article in articles]),
        np.array([article.family for article in articles]),
        is_unknown,
    )


def _stretches(
    entry: ScoredArticle, rng: np.random.Generator
) -> Iterator[tuple[ArticleEvidence, NDArray[np.bool_]]]:
    """The whole, and stretches of lengths drawn evenly on a logarithmic scale."""
    evidence = entry.evidence
    if evidence.n_words < SHORTEST:
        return
    yield evidence, entry.replaced
    for _ in range(min(STRETCHES, evidence.n_words // WORDS_A_STRETCH)):
        words = float(np.exp(rng.uniform(np.log(SHORTEST), np.log(evidence.n_words))))
        found = stretch(entry, int(rng.integers(evidence.n_words)), words)
        if found is not None:
            yield found


def stretch(
    entry: ScoredArticle, start: int, words: float
) -> tuple[ArticleEvidence, NDArray[np.bool_]] | None:
    """The sentences from that of word `start` on, of `words` words; None if there are too few."""
    evidence = entry.evidence
    first = int(evidence.sentence[start])
    low = int(np.searchsorted(evidence.sentence, first))
    high = low + round(words)
    if high > evidence.n_words:
        return None
    last = int(evidence.sentence[high - 1]) + 1
    high = int(np.searchsorted(evidence.sentence, last))
    return evidence.stretch(first, last), entry.replaced[low:high]


def stretch_pairs(
    scored: Sequence[ScoredArticle], lengths: Sequence[int], *, seed: int
) -> Iterator[tuple[int, ArticleEvidence, ArticleEvidence]]:
    """Two stretches of one article that do not overlap, each of about so many words.

    Articles that were spun in part are left out: their stretches differ because they must.
    """
    rng = np.random.default_rng(seed)
    for entry in scored:
        n = entry.evidence.n_words
        for length in lengths:
            if n < 2.2 * length or _is_partly_spun(entry):
                continue
            at = int(rng.integers(max(1, round(n - 2.2 * length))))
            one, other = (
                stretch(entry, at, length),
                stretch(entry, at + round(1.1 * length), length),
            )
            if one is not None and other is not None:
                yield length, one[0], other[0]


def _is_partly_spun(entry: ScoredArticle) -> bool:
    """Whether a quarter of the article has none of its replaced words."""
    if not entry.article.family:
        return False
    quarters = np.array_split(entry.replaced, 4)
    return not all(quarter.any() for quarter in quarters)
