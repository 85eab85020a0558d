"""A document with what the models say of each of its tokens. Checks read it; none changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.document import Document


class Candidate(NamedTuple):
    """A form or phrase that may have stood where a token stands, with its confidence (0 to 1).

    "" is nothing: the token was put in.
    """

    form: str
    confidence: float


class Phrase(NamedTuple):
    """Tokens ``[first, last)`` that may stand for something else as a whole, and for what.

    `times` is how often they are known to have stood for the first candidate, 0 where they are not
    (`detector.swaptable`).
    """

    first: int
    last: int
    candidates: tuple[Candidate, ...]
    times: int = 0


@dataclass(frozen=True, eq=False)
class Analysis:
    """A `Document` and its per-token arrays, each of shape (n_tokens,).

    Attributes
    ----------
    document : Document
        The segmented text.
    ids : ndarray of int32
        Id of the token's form in the collocations' vocabulary, -1 where it is not in it.
    log_frequency : ndarray of float32
        log10 of the form's occurrences per million words of the reference corpus; NaN where it is
        not in the vocabulary.
    npmi_before, npmi_after : ndarray of float32
        Normalised PMI, -1 to 1, with the adjacent token before and after; NaN where there is none,
        or a form is not in the vocabulary.
    p_replaced : ndarray of float32
        P(software replaced this token), 0 to 1, at the models' training base rate: it depends on
        the words around, not on the rest of the article.
    p_posterior : ndarray of float32
        The same after the share of replaced words in this article was taken as the prior. What
        checks and reports use.
    share : float
        Estimated share of replaced tokens in the article, 0 to 1.
    judge : {"encoder", "collocations"}
        Which model `p_replaced` comes from.
    is_running : ndarray of bool
        Whether the token stands in running prose (`detector.running_prose`). The others are not
        judged: their probabilities are 0.
    candidates : mapping of int to tuple of Candidate
        For each token that may be flagged: what could have stood there, best first; none where
        nothing is likely.
    phrases : tuple of Phrase
        Runs of tokens, some of which may be flagged, that were put in as a whole. Disjoint.
    """

    document: Document
    ids: NDArray[np.int32]
    log_frequency: NDArray[np.float32]
    npmi_before: NDArray[np.float32]
    npmi_after: NDArray[np.float32]
    p_replaced: NDArray[np.float32]
    p_posterior: NDArray[np.float32]
    share: float
    judge: Literal["encoder", "collocations"]
    is_running: NDArray[np.bool_]
    candidates: Mapping[int, tuple[Candidate, ...]] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()

    @classmethod
    def unjudged(
        cls, document: Document, candidates: Mapping[int, tuple[Candidate, ...]] | None = None
    ) -> Self:
        """By models that know no word and suspect none: for checks that read the words only."""
        unknown = np.full(document.n_tokens, np.nan, dtype=np.float32)
        nothing = np.zeros(document.n_tokens, dtype=np.float32)
        return cls(
            document=document,
            ids=np.full(document.n_tokens, -1, dtype=np.int32),
            log_frequency=unknown,
            npmi_before=unknown,
            npmi_after=unknown,
            p_replaced=nothing,
            p_posterior=nothing,
            share=0.0,
            judge="collocations",
            is_running=np.ones(document.n_tokens, dtype=np.bool_),
            candidates=candidates or {},
        )
