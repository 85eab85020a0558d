"""What an article's reliability rests on: its running words, each with what speaks against it.

Its own words, once: what it quotes or mentions is somebody else's, and what it repeats has been
counted.

Word by word, so that a stretch of an article is a slice of it: calibration trains on stretches of
many lengths for the price of reading each article once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.own import is_own, is_running_word
from detector.report import Finding

# The one check whose findings repeat what the words' probabilities say.
_BY_PROBABILITY = "substitution"

LIKELY = 0.5
"""From this probability (after the article's prior) a word counts as restored. No option moves it,
lest the reliability depend on which findings a user wants to see."""

RESIDUE = (
    "listed_phrase",
    "inflection",
    "article_agreement",
    "spintax",
    "obfuscation",
    "rewriter_residue",
)
"""The other checks, by the bit of `ArticleEvidence.kinds` that says which found something."""


_SLICED = ("p", "found", "restored", "residue", "kinds", "log_frequency", "flags")


@dataclass(frozen=True, eq=False)
class ArticleEvidence:
    """The running words of an article that are its own; arrays of shape (n_words,) unless stated.

    Words of quotations and mentions (`TokenFlag.QUOTED`) are left out where enough others remain to
    judge the article by, and so are repeated passages (`detector.repeats`).

    Words of headlines and notes (`Analysis.is_running`) are none; a check's finding there counts.

    Attributes
    ----------
    text : str
        The article.
    sentences : ndarray of int32, shape (n_sentences, 2)
        Code-point offsets of each sentence.
    starts : ndarray of int32
        Code-point offset of each word.
    sentence : ndarray of int32
        Index of each word's sentence, ascending.
    p : ndarray of float32
        P(replaced), 0 to 1, before the article's prior (`Analysis.p_replaced`): the evidence of
        the word itself. The article's share is what the reliability judges; a probability that
        knows it already would count the same evidence twice.
    found : ndarray of float32
        Probability, 0 to 1, of the surest finding that starts on the word; 0 without one.
    restored : ndarray of float32
        Confidence, 0 to 1, in the best candidate for a word that is likely replaced; elsewhere 0.
    residue : ndarray of float32
        Probability of the surest finding of a check in `RESIDUE` on the word; 0 without one.
    kinds : ndarray of uint8
        Which of those checks found something there: bit `k` for ``RESIDUE[k]``.
    log_frequency : ndarray of float32
        As in `Analysis`.
    flags : ndarray of uint8
        A `TokenFlag` for each word.
    """

    text: str
    sentences: NDArray[np.int32]
    starts: NDArray[np.int32]
    sentence: NDArray[np.int32]
    p: NDArray[np.float32]
    found: NDArray[np.float32]
    restored: NDArray[np.float32]
    residue: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    log_frequency: NDArray[np.float32]
    flags: NDArray[np.uint8]

    @classmethod
    def of(cls, analysis: Analysis, findings: Iterable[Finding]) -> Self:
        """Gather the evidence.

        Parameters
        ----------
        analysis : Analysis
            What the models say of each word.
        findings : iterable of Finding
            What the checks found, before any threshold and before they were merged.
        """
        document = analysis.document
        n_tokens = document.n_tokens
        restored = np.zeros(n_tokens, dtype=np.float32)
        for token, candidates in analysis.candidates.items():
            if analysis.p_posterior[token] < LIKELY:  # looked up because the user asked for more
                continue
            restored[token] = max((entry.confidence for entry in candidates), default=0.0)
        surest = np.zeros(n_tokens, dtype=np.float32)
        residue = np.zeros(n_tokens, dtype=np.float32)
        kinds = np.zeros(n_tokens, dtype=np.uint8)
        own = is_own(document)
        for finding in findings:
            if not n_tokens:
                break
            # The token it starts in, or the next one: it may be a character between two.
            token = int(np.searchsorted(document.ends, finding.start, side="right"))
            token = min(token, n_tokens - 1)
            if not own[token]:
                continue
            surest[token] = max(surest[token], finding.probability)
            if finding.check != _BY_PROBABILITY:
                residue[token] = max(residue[token], finding.probability)
                kinds[token] |= 1 << RESIDUE.index(finding.check)
        # What stands on an address, on a code or in a headline, which are no running words, counts
        # with the next one.
        running = np.flatnonzero(own & is_running_word(document) & analysis.is_running)
        return cls(
            text=document.text,
            sentences=document.sentence_spans,
            starts=document.starts[running],
            sentence=document.sentence_of[running],
            p=analysis.p_replaced[running],
            found=_gathered(np.maximum, surest, running).astype(np.float32),
            restored=restored[running],
            residue=_gathered(np.maximum, residue, running).astype(np.float32),
            kinds=_gathered(np.bitwise_or, kinds, running).astype(np.uint8),
            log_frequency=analysis.log_frequency[running],
            flags=document.flags[running],
        )

    @property
    def n_words(self) -> int:
        """Number of running words."""
        return len(self.p)

    def stretch(self, first: int, last: int) -> Self:
        """The evidence of the sentences ``[first, last)``, at least one."""
        low, high = np.searchsorted(self.sentence, [first, last]).tolist()
        start, end = int(self.sentences[first, 0]), int(self.sentences[last - 1, 1])
        return replace(
            self,
            text=self.text[start:end],
            sentences=self.sentences[first:last] - start,
            starts=self.starts[low:high] - start,
            sentence=self.sentence[low:high] - first,
            **{name: getattr(self, name)[low:high] for name in _SLICED},
        )


def _gathered(join: np.ufunc, values: NDArray[Any], running: NDArray[np.intp]) -> NDArray[Any]:
    """The values at the running words, joined with those of the tokens before that are none."""
    if not len(running):
        return values[:0]
    starts = np.concatenate([[0], running[:-1] + 1])
    gathered: NDArray[Any] = join.reduceat(values, starts)
    return gathered
