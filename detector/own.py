"""Which words of an article are its own: neither quoted, nor mentioned, nor said again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, TokenFlag
from detector.language import ENOUGH_WORDS
from detector.repeats import repeated


def is_running_word(document: Document) -> NDArray[np.bool_]:
    """Which tokens are running words, shape (n_tokens,)."""
    return (document.flags & (TokenFlag.WORD | TokenFlag.NUMBER)) > 0


def is_own(document: Document) -> NDArray[np.bool_]:
    """Which tokens the article is judged by, shape (n_tokens,).

    None of a repeated passage, and none that is quoted or mentioned; those all the same where not
    enough others remain: who asks about a quotation wants to know what it is.
    """
    once = ~repeated(document)[document.sentence_of]
    own = once & ((document.flags & TokenFlag.QUOTED) == 0)
    return own if np.count_nonzero(own & is_running_word(document)) >= ENOUGH_WORDS else once
