"""Documents to analyses, in batches: the sentences of many articles go through the models together.

Encoder and collocations decide together where there is an encoder (`detector.blend`); collocations
supply the candidates and the evidence, and decide where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.blend import blended
from detector.collocations import Collocations
from detector.document import Document, TokenFlag
from detector.fit import PRIOR, CollocationFit
from detector.prior import article_posterior
from detector.resources import Resources

if TYPE_CHECKING:
    from detector.encoder import Encoder


@dataclass(frozen=True)
class Annotator:
    """Holds the models that `annotate` needs.

    Attributes
    ----------
    floor : float
        Candidates are looked up for tokens whose posterior reaches this probability.
    """

    collocations: Collocations
    fit: CollocationFit
    encoder: Encoder | None
    floor: float

    @classmethod
    def build(cls, resources: Resources, *, floor: float) -> Annotator:
        """An annotator over the opened models."""
        return cls(resources.collocations, resources.fit, resources.encoder, floor)

    def annotate(self, documents: Sequence[Document]) -> list[Analysis]:
        """One analysis per document; the same whatever else is in the batch."""
        ids = [self.collocations.ids(document.forms) for document in documents]
        judged = [self.fit.p_replaced(*pair) for pair in zip(documents, ids, strict=True)]
        if self.encoder is not None:
            readings = self.encoder.read(documents)
            weights = self.encoder.blend
            judged = [
                blended(reading.p_replaced, fit, weights)
                for reading, fit in zip(readings, judged, strict=True)
            ]
        return [self._analysis(*parts) for parts in zip(documents, ids, judged, strict=True)]

    def _analysis(
        self, document: Document, ids: NDArray[np.int32], p_replaced: NDArray[np.float32]
    ) -> Analysis:
        judge = self.fit if self.encoder is None else self.encoder
        posterior = article_posterior(
            p_replaced,
            paragraphs=document.paragraph_of[document.sentence_of],
            training_share=judge.training_share,
            **(PRIOR if self.encoder is None else {}),
        )
        suspicious = np.flatnonzero((posterior.p >= self.floor) & (posterior.p > 0)).tolist()
        before, after = self._associations(document, ids)
        return Analysis(
            document=document,
            ids=ids,
            log_frequency=self._log_frequency(ids),
            npmi_before=before,
            npmi_after=after,
            p_replaced=p_replaced,
            p_posterior=posterior.p,
            share=posterior.share,
            judge="collocations" if self.encoder is None else "encoder",
            candidates=self.fit.candidates(document, ids, suspicious),
        )

    def _log_frequency(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        per_million = self.collocations.frequency[ids] * (1e6 / self.collocations.words)
        return np.where(ids >= 0, np.log10(per_million), np.nan).astype(np.float32)

    def _associations(
        self, document: Document, ids: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """NPMI of each token with the adjacent one before it, and after it."""
        before = np.full(len(ids), np.nan, dtype=np.float32)
        after = before.copy()
        right = np.flatnonzero(document.flags & TokenFlag.ADJACENT)
        npmi = self.collocations.npmi(ids[right - 1], ids[right])
        before[right] = npmi
        after[right - 1] = npmi
        return before, after
