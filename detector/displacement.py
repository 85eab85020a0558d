"""Words in the place of an expected one: "amino corrosive", where "amino" calls for "acid".

Some words leave little choice of what stands beside them. Where a neighbour's usual companion is
missing and a synonym of it stands there, in a pair that the reference corpus does not know, the
synonym was probably put in: the tortured phrases of Cabanac, Labbé & Magazinov (2021). How much
fits a place in general says little of this: "refractive list" is odd for two frequent words, and
damning only because half of what follows "refractive" is "index".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.fit import CollocationFit

LEAST_SHARE = 0.01
"""From this share of its neighbour's uses on, a companion is missed."""

FEW_USES = 20.0
"""Added to a neighbour's uses: two uses of a rare word are no habit."""


def displacement(
    fit: CollocationFit, document: Document, ids: NDArray[np.int32]
) -> NDArray[np.float32]:
    """How much each word stands in the way of one that its neighbours expect.

    ``max(ln(s / LEAST_SHARE), 0)``, where ``s`` is the largest share of a neighbour's uses that
    have a synonym of the word beside it, ``c(neighbour, synonym) / (c(neighbour) + FEW_USES)``.
    Only neighbours count that are content words, adjacent, and never seen with the word itself.

    Parameters
    ----------
    fit : CollocationFit
        Counts of adjacent words, and links between synonyms.
    document : Document
        The text.
    ids : ndarray of int32, shape (n_tokens,)
        Collocation ids of its forms.

    Returns
    -------
    ndarray of float32, shape (n_tokens,)
        In nats, 0 to ``ln(1 / LEAST_SHARE)``; 0 for words that the fit does not judge.
    """
    known, slots = fit.features.slots(ids, document.flags, document.sentence_of)
    judged = np.flatnonzero(fit.can_judge(document, ids))
    lexicon_ids = fit.features.lexicon.ids([document.forms[row] for row in judged.tolist()])
    words = known[judged], lexicon_ids.astype(np.int64)
    shares = np.maximum(
        _shares(fit, *words, slots.left[judged], on_left=True),
        _shares(fit, *words, slots.right[judged], on_left=False),
    )
    result = np.zeros(document.n_tokens, dtype=np.float32)
    result[judged] = np.log(np.maximum(shares / LEAST_SHARE, 1.0))
    return result


def _shares(
    fit: CollocationFit,
    ids: NDArray[np.int64],
    lexicon_ids: NDArray[np.int64],
    neighbours: NDArray[np.int64],
    *,
    on_left: bool,
) -> NDArray[np.float64]:
    """For each word, the share of its neighbour's uses that a synonym in its place would fill."""
    collocations, content = fit.features.collocations, fit.features.reader.content

    def together(rows: NDArray[np.int64], forms: NDArray[np.int64]) -> NDArray[np.int64]:
        beside = neighbours[rows]
        return collocations.counts(*((beside, forms) if on_left else (forms, beside)))

    telling = np.flatnonzero((neighbours >= 0) & content[neighbours])
    strange = telling[together(telling, ids[telling]) == 0]
    links = fit.links(lexicon_ids[strange])
    # A content word hardly ever stands in for "in" or "by", which fill many places.
    links = links.take(content[links.ids] | ~content[ids[strange[links.row]]])
    rows = strange[links.row]
    uses = collocations.frequency[neighbours[rows]] + FEW_USES
    shares = np.zeros(len(neighbours))
    np.maximum.at(shares, rows, together(rows, links.ids) / uses)
    return shares
