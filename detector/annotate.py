"""Documents to analyses, in batches: the sentences of many articles go through the models together.

Encoder and collocations decide together where there is an encoder (`detector.blend`); collocations
supply the candidates and the evidence, and decide where there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.blend import blended
from detector.broken import broken
from detector.collocations import Collocations
from detector.displacement import displacement
from detector.document import Document, TokenFlag
from detector.fit import PRIOR, CollocationFit
from detector.own import is_own
from detector.prior import ArticlePosterior, article_posterior
from detector.repeats import distinct
from detector.resources import Resources
from detector.restoration import Restorer
from detector.running_prose import RunningProse
from detector.slips import slip_rate, slips

if TYPE_CHECKING:
    from detector.encoder import Encoder, Reading


class Judged(NamedTuple):
    """What the judges say of a document: collocation ids, P(replaced), and after the prior.

    `reading` is what the encoder made of it; None where there is none. `is_running` says which
    tokens stand in running prose.
    """

    ids: NDArray[np.int32]
    p_replaced: NDArray[np.float32]
    posterior: ArticlePosterior
    reading: Reading | None
    is_running: NDArray[np.bool_]


def judge(
    documents: Sequence[Document],
    fit: CollocationFit,
    encoder: Encoder | None,
    running_prose: RunningProse | None = None,
) -> list[Judged]:
    """Judge the tokens of some documents, each by itself.

    Words of fragments (`Document.fragmentary`), of headlines and notes (`detector.running_prose`)
    halves of broken words (`detector.broken`) and slips (`detector.slips`) are read for what they
    tell of the others, but not judged: theirs is 0. Where `running_prose` is None, every word is
    taken for running prose.
    """
    ids = [fit.features.collocations.ids(document.forms) for document in documents]
    judged = [fit.p_replaced(*pair) for pair in zip(documents, ids, strict=True)]
    lexicon = fit.features.lexicon
    slipped = [slips(*pair, lexicon) for pair in zip(documents, ids, strict=True)]
    readings: Sequence[Reading | None] = [None] * len(documents)
    if encoder is not None:
        readings = encoder.read(documents)
        judged = [
            blended(
                reading.p_replaced,
                p_fit,
                encoder.blend,
                occurrences=_occurrences(document),
                quoted=(document.flags & TokenFlag.QUOTED) > 0,
                displacement=displacement(fit, document, own_ids),
                slip_rate=slip_rate(is_slip, document.n_words),
            )
            for document, own_ids, reading, p_fit, is_slip in zip(
                documents, ids, readings, judged, slipped, strict=True
            )
        ]
    running = [_is_running(document, running_prose) for document in documents]
    unjudged = [
        is_slip | _is_damaged(document, own_ids, fit)
        for document, own_ids, is_slip in zip(documents, ids, slipped, strict=True)
    ]
    judged = [
        np.where(own_running & ~own_unjudged, p_replaced, np.float32(0))
        for own_running, own_unjudged, p_replaced in zip(running, unjudged, judged, strict=True)
    ]
    posteriors = [
        article_posterior(
            p_replaced,
            counted=is_own(document),
            training_share=(encoder or fit).training_share,
            **(PRIOR if encoder is None else {}),
        )
        for document, p_replaced in zip(documents, judged, strict=True)
    ]
    columns = zip(ids, judged, posteriors, readings, running, strict=True)
    return [Judged(*parts) for parts in columns]


def _is_running(document: Document, running_prose: RunningProse | None) -> NDArray[np.bool_]:
    if running_prose is None:
        return np.ones(document.n_tokens, dtype=np.bool_)
    return running_prose.tokens(document)


def _spread(once: Analysis, document: Document, token_of: NDArray[np.int64]) -> Analysis:
    """The analysis of a document, from that of what it says once."""
    if once.document is document:
        return once
    places: dict[int, list[int]] = {}
    for token, place in enumerate(token_of.tolist()):
        places.setdefault(place, []).append(token)
    candidates = {
        token: entries for place, entries in once.candidates.items() for token in places[place]
    }
    phrases = [
        phrase._replace(first=token, last=token + phrase.last - phrase.first)
        for phrase in once.phrases
        for token in places[phrase.first]
    ]
    columns = (
        *("ids", "log_frequency", "npmi_before", "npmi_after"),
        *("p_replaced", "p_posterior", "is_running"),
    )
    return replace(
        once,
        document=document,
        candidates=dict(sorted(candidates.items())),
        phrases=tuple(sorted(phrases)),
        **{name: getattr(once, name)[token_of] for name in columns},
    )


def _is_damaged(
    document: Document, ids: NDArray[np.int32], fit: CollocationFit
) -> NDArray[np.bool_]:
    """Which tokens nobody could judge, shape (n_tokens,)."""
    halves = broken(document, ids, fit.features.collocations, fit.features.lexicon)
    return document.fragmentary | halves


def _occurrences(document: Document) -> NDArray[np.int64]:
    """How often the form of each token occurs in the document."""
    counts = Counter(document.forms)
    return np.array([counts[form] for form in document.forms], dtype=np.int64)


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
    restorer: Restorer
    running_prose: RunningProse | None
    floor: float

    @classmethod
    def build(cls, resources: Resources, *, floor: float) -> Annotator:
        """An annotator over the opened models."""
        return cls(
            collocations=resources.collocations,
            fit=resources.fit,
            encoder=resources.encoder,
            restorer=resources.restorer,
            running_prose=resources.running_prose,
            floor=floor,
        )

    def annotate(self, documents: Sequence[Document]) -> list[Analysis]:
        """One analysis per document; the same whatever else is in the batch.

        What a document says again is read once (`detector.repeats`).
        """
        read = [distinct(document) for document in documents]
        judged = judge(
            [document for document, _ in read], self.fit, self.encoder, self.running_prose
        )
        return [
            _spread(self._analysis(once, found), document, token_of)
            for document, (once, token_of), found in zip(documents, read, judged, strict=True)
        ]

    def _analysis(self, document: Document, judged: Judged) -> Analysis:
        posterior = judged.posterior
        suspected = (posterior.p >= self.floor) & (posterior.p > 0)
        tokens = np.flatnonzero(suspected).tolist()
        candidates = self.restorer.candidates(document, judged.ids, tokens, judged.reading)
        before, after = self._associations(document, judged.ids)
        return Analysis(
            document=document,
            ids=judged.ids,
            log_frequency=self._log_frequency(judged.ids),
            npmi_before=before,
            npmi_after=after,
            p_replaced=judged.p_replaced,
            p_posterior=posterior.p,
            share=posterior.share,
            judge="collocations" if self.encoder is None else "encoder",
            is_running=judged.is_running,
            candidates=candidates,
            phrases=tuple(self.restorer.phrases(document, suspected, candidates)),
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
