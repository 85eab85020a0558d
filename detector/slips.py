"""A writer's slips: words written twice, and words that no dictionary knows.

A spinner takes its words from a thesaurus. What neither the reference corpus nor the lexicon has
("conclution") is a misspelling or a coinage, and "the the" is a slip of the hand: neither was put
there by software. A text that is full of them, because a learner wrote it or because it is about
sailing, is one that the models know too little of to be sure about its other words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, TokenFlag
from detector.lexicon import Lexicon


def slips(document: Document, ids: NDArray[np.int32], lexicon: Lexicon) -> NDArray[np.bool_]:
    """Which tokens are slips.

    Parameters
    ----------
    document : Document
        The text.
    ids : ndarray of int32, shape (n_tokens,)
        Collocation ids of its forms.
    lexicon : Lexicon
        Knows more forms than the collocations do.

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
        Both of two like words with nothing but white space between, and unknown words of letters
        alone in lower case: a compound ("self-mastery") may be new, a name unknown.
    """
    forms, flags = document.forms, document.flags
    result = np.zeros(document.n_tokens, dtype=np.bool_)
    is_word = (flags & TokenFlag.WORD) > 0
    beside = is_word[:-1] & is_word[1:] & ((flags[1:] & TokenFlag.ADJACENT) > 0)
    twice = [at for at in np.flatnonzero(beside).tolist() if forms[at] == forms[at + 1]]
    for at in twice:
        result[at] = result[at + 1] = True
    lower = is_word & ((flags & (TokenFlag.CAPITALISED | TokenFlag.UPPER)) == 0) & (ids < 0)
    tokens = np.array([at for at in np.flatnonzero(lower).tolist() if forms[at].isalpha()], int)
    known = lexicon.ids([forms[at] for at in tokens.tolist()])
    result[tokens[known < 0]] = True
    return result


def slip_rate(is_slip: NDArray[np.bool_], n_words: int) -> float:
    """How many words in a hundred of an article are slips, 0 to `HIGHEST_RATE`.

    Parameters
    ----------
    is_slip : ndarray of bool, shape (n_tokens,)
        From `slips`.
    n_words : int
        Words of the article; it is read as if it had `FEW_WORDS` more without a slip, since one in
        a short text may be chance.
    """
    return min(100.0 * np.count_nonzero(is_slip) / (n_words + FEW_WORDS), HIGHEST_RATE)


HIGHEST_RATE = 3.0
"""Spun articles of our development sets have less; nobody gains by writing worse than that."""

FEW_WORDS = 30
