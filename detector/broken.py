"""Words that a converter cut in two or joined: "intro duce", "theresultsofthesecondtrial".

None of these is a word that belongs there, and none was put there by a spinner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.collocations import Collocations
from detector.document import Document, TokenFlag
from detector.function_words import FUNCTION_WORDS
from detector.language import LONGEST_WORD
from detector.lexicon import Lexicon

TIMES_AS_OFTEN = 10
"""How much more often the corpus must have the whole than the two halves side by side: who writes
"some time" means it."""


def broken(
    document: Document, ids: NDArray[np.int32], collocations: Collocations, lexicon: Lexicon
) -> NDArray[np.bool_]:
    """Which tokens are halves of a broken word, or several words without blanks.

    Parameters
    ----------
    document : Document
        The text.
    ids : ndarray of int32, shape (n_tokens,)
        Collocation ids of its forms.
    collocations : Collocations
        Tells which halves are words that stand side by side.
    lexicon : Lexicon
        Tells which two make a word.

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
        Two words with nothing but white space between are halves if they make a word that is known
        better than the rarer half ("house boat" is none), and far better than the pair. Function
        words are no halves: "a round" and "of ten" are what they seem. A word of more letters than
        `language.LONGEST_WORD` that the lexicon does not know is several.
    """
    forms = document.forms
    is_half = np.array([form not in FUNCTION_WORDS for form in forms], dtype=np.bool_)
    is_half &= (document.flags & TokenFlag.WORD) > 0
    beside = is_half[:-1] & is_half[1:] & ((document.flags[1:] & TokenFlag.ADJACENT) > 0)
    first = np.flatnonzero(beside)
    wholes = lexicon.ids([forms[at] + forms[at + 1] for at in first.tolist()])
    first, wholes = first[wholes >= 0], wholes[wholes >= 0]
    left, right = ids[first], ids[first + 1]
    occurrences = lexicon.frequency[wholes].astype(np.int64)
    rarer = np.minimum(_uses(collocations, left), _uses(collocations, right))
    apart = collocations.counts(left, right)
    halves = first[(occurrences > rarer) & (occurrences >= TIMES_AS_OFTEN * apart)]
    result = np.zeros(document.n_tokens, dtype=np.bool_)
    result[halves] = result[halves + 1] = True
    result[_fused(document, lexicon)] = True
    return result


def _fused(document: Document, lexicon: Lexicon) -> NDArray[np.intp]:
    long = (document.ends - document.starts > LONGEST_WORD) & (document.flags & TokenFlag.WORD > 0)
    tokens = np.flatnonzero(long)
    forms = [document.forms[token] for token in tokens.tolist()]
    unknown = lexicon.ids(forms) < 0
    plain = np.array([form.isalpha() for form in forms], dtype=np.bool_)
    return tokens[unknown & plain]


def _uses(collocations: Collocations, ids: NDArray[np.int32]) -> NDArray[np.int64]:
    """How often the corpus has each form; 0 for those that it does not know."""
    return np.where(ids >= 0, collocations.frequency[ids], 0).astype(np.int64)
