"""Tells running prose from headlines and notes, paragraph by paragraph.

Headlines, titles of bugs, lists of packages, tables of contents, entries of a CV: such a paragraph
leaves out the words that hold a sentence together, so nothing in it says which word belongs where.
Four shares tell it from prose, and its neighbours tell the rest: one heading does not end an
article, and one sentence does not make prose of a list. `detector.training.prose` learns the
weights.

File format, version 1
----------------------
``header.json`` holds ``format``, ``intercept``, ``root`` and ``weights`` (a number for each of
`SHARES`): see `RunningProse`; the other keys say how they were learnt. For example, a headline of
nine words, one of them a function word, with four of the eight others capitalised, has the log odds
``intercept + 3 * (root + weights["function_words"] / 9 + weights["capitals"] / 2)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, TokenFlag
from detector.function_words import FUNCTION_WORDS
from detector.header import read_header

FORMAT = 1

SHARES = ("function_words", "articles", "capitals", "codes")
"""What is measured of each paragraph: shares of its tokens that are function words, articles, codes
or addresses; and of those that do not begin a sentence, of capitalised ones."""

FULL_SENTENCE = 12
"""Tokens. A sentence of so many that ends in a stop is no headline."""

FULL_SHARE = 0.5
"""A paragraph with so large a share of its tokens in full sentences never counts as notes by its
own words: abstracts have as few function words as headlines."""

ENTER, LEAVE = 0.005, 0.1
"""Probability that notes follow a paragraph of prose, and prose one of notes. Set by judgement:
with half or twice either one, under .3 % of the words of any clean register pass for notes."""

_ARTICLES = frozenset({"a", "an", "the"})
_MOST_LOG_ODDS = 30.0


@dataclass(frozen=True)
class RunningProse:
    """A logistic rule over the shares of a paragraph, and a Markov chain over the paragraphs.

    The log odds that a paragraph is notes, by its own words, are
    ``intercept + sqrt(n) * (root + sum of weights * shares)`` for its `n` tokens: the evidence of
    words that are not independent of each other grows more slowly than their number. Neither stops
    nor line ends count for notes, so that nobody hides an article by leaving them out.

    Attributes
    ----------
    intercept, root : float
        See above.
    weights : tuple of float
        One for each of `SHARES`.
    """

    intercept: float
    root: float
    weights: tuple[float, ...]

    @classmethod
    def open(cls, folder: Path) -> RunningProse:
        """Read ``header.json`` of a folder.

        Raises
        ------
        ModelError
            If it is missing or of another format version.
        """
        header = read_header(folder, "prose", FORMAT)
        weights = tuple(float(header["weights"][name]) for name in SHARES)
        return cls(float(header["intercept"]), float(header["root"]), weights)

    def header(self) -> dict[str, Any]:
        """What `open` reads."""
        weights = dict(zip(SHARES, self.weights, strict=True))
        return {
            "format": FORMAT,
            "intercept": self.intercept,
            "root": self.root,
            "weights": weights,
        }

    def log_odds(self, document: Document) -> NDArray[np.float64]:
        """Log odds of notes by a paragraph's own words, shape (n_paragraphs,).

        At most 0 where most words stand in full sentences: such a paragraph goes with its
        neighbours.
        """
        roots = np.sqrt(_lengths(document))
        odds = self.intercept + roots * (self.root + shares(document) @ np.array(self.weights))
        bounded: NDArray[np.float64] = np.where(is_full(document), np.minimum(odds, 0.0), odds)
        return bounded

    def paragraphs(self, document: Document) -> NDArray[np.bool_]:
        """Whether each paragraph is running prose, shape (n_paragraphs,).

        Its own words and all its neighbours decide together, and nothing outside the document.
        """
        return _posterior(self.log_odds(document).tolist()) <= 0

    def tokens(self, document: Document) -> NDArray[np.bool_]:
        """Whether each token stands in running prose, shape (n_tokens,)."""
        return np.repeat(self.paragraphs(document), _lengths(document))


def shares(document: Document) -> NDArray[np.float64]:
    """The `SHARES` of each paragraph, shape (n_paragraphs, 4)."""
    of = document.paragraph_of[document.sentence_of]
    n = document.n_paragraphs
    lengths = _lengths(document)
    inside = np.ones(document.n_tokens, dtype=np.bool_)
    inside[document.sentence_bounds[:-1]] = False
    capitalised = (document.flags & TokenFlag.CAPITALISED) > 0
    codes = (document.flags & (TokenFlag.CODE | TokenFlag.ADDRESS)) > 0
    forms = document.forms
    columns = (
        (_marked(forms, FUNCTION_WORDS), lengths),
        (_marked(forms, _ARTICLES), lengths),
        (capitalised & inside, np.maximum(np.bincount(of[inside], minlength=n), 1)),
        (codes, lengths),
    )
    return np.stack([np.bincount(of[mark], minlength=n) / whole for mark, whole in columns], axis=1)


def is_full(document: Document) -> NDArray[np.bool_]:
    """Whether half of a paragraph's words stand in full sentences, shape (n_paragraphs,)."""
    lengths = np.diff(document.sentence_bounds)
    full = document.ends_in_stop & (lengths >= FULL_SENTENCE)
    in_full = np.bincount(document.paragraph_of, weights=full * lengths)
    return in_full >= FULL_SHARE * _lengths(document)


def _lengths(document: Document) -> NDArray[np.int64]:
    """Number of tokens of each paragraph."""
    return np.diff(document.sentence_bounds[document.paragraph_bounds]).astype(np.int64)


def _marked(forms: Iterable[str], words: frozenset[str]) -> NDArray[np.bool_]:
    return np.fromiter((form in words for form in forms), dtype=np.bool_)


def _posterior(log_odds: list[float]) -> NDArray[np.float64]:
    """Log odds of notes given all paragraphs, by the forward-backward algorithm.

    The chain starts as often in either kind as it is there in the long run.
    """
    odds = [max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, value)) for value in log_odds]
    before = _passed_on(odds, math.log(ENTER / LEAVE), _following)
    after = _passed_on(odds[::-1], 0.0, _preceding)[::-1]
    posterior: NDArray[np.float64] = np.array(before) + np.array(odds) + np.array(after)
    return posterior


def _passed_on(odds: list[float], start: float, step: Callable[[float], float]) -> list[float]:
    """What the paragraphs before each one say of it; `start` for the first."""
    said = []
    for value in odds:
        said.append(start)
        start = step(start + value)
    return said


def _following(log_odds: float) -> float:
    """Log odds of notes after a paragraph that is notes with these log odds."""
    odds = math.exp(max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, log_odds)))
    return math.log((ENTER + (1 - LEAVE) * odds) / ((1 - ENTER) + LEAVE * odds))


def _preceding(log_ratio: float) -> float:
    """How much likelier notes make what follows than prose does, as a log ratio."""
    ratio = math.exp(max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, log_ratio)))
    return math.log((LEAVE + (1 - LEAVE) * ratio) / ((1 - ENTER) + ENTER * ratio))
