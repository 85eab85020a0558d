"""Articles of made-up evidence, for tests of what weighs it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.document import TokenFlag
from detector.evidence import RESIDUE, ArticleEvidence

WORDS_PER_SENTENCE = 20


def made_evidence(
    p: NDArray[np.float64], *, residue: int = 0, disguised: int = 0, shown: float = 0.3
) -> ArticleEvidence:
    """An article of the word "word" with these probabilities, in sentences of 20 words.

    Words from the probability `shown` on are findings; the first ones are residue or disguised.
    """
    n = len(p)
    starts = np.arange(n, dtype=np.int32) * 5
    sentence = (np.arange(n) // WORDS_PER_SENTENCE).astype(np.int32)
    firsts = np.flatnonzero(np.diff(sentence, prepend=-1))
    lasts = np.append(firsts[1:], n)[: len(firsts)] - 1
    found = np.zeros(n, dtype=np.float32)
    found[:residue] = 0.8
    kinds = (found > 0).astype(np.uint8)
    found[:disguised] = 0.9
    kinds[:disguised] |= 1 << RESIDUE.index("obfuscation")
    odd = p.astype(np.float32)
    return ArticleEvidence(
        text="word " * n,
        sentences=np.stack([starts[firsts], starts[lasts] + 4], axis=1).astype(np.int32),
        starts=starts,
        sentence=sentence,
        p=odd,
        found=np.maximum(np.where(odd >= shown, odd, 0), found).astype(np.float32),
        restored=np.zeros(n, dtype=np.float32),
        residue=found,
        kinds=kinds,
        log_frequency=np.full(n, 2.0, dtype=np.float32),
        flags=np.full(n, TokenFlag.WORD, dtype=np.uint8),
    )


def drawn_evidence(
    rng: np.random.Generator, n_words: int, share: float
) -> tuple[ArticleEvidence, NDArray[np.bool_]]:
    """Words of which about `share` are replaced, which a fair judge mostly sees; and which."""
    replaced = rng.random(n_words) < share
    log_odds = rng.normal(np.where(replaced, 1.0, -4.0), 1.5)
    return made_evidence(1 / (1 + np.exp(-log_odds))), replaced
