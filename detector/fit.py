"""How well each word fits where it stands: the judge where there is no encoder, and the evidence.

Three small models, one after the other:

1. A network reads the features of every token (`detector.features`): how strongly it is drawn to
   its neighbours, how frequent it is, how the neighbours fit their other neighbours. Well-attested
   neighbours clear a word here.
2. For the tokens that this leaves in doubt, a logistic *ranking* weighs what could have stood there
   instead: synonym-linked words in the same inflection (`detector.lexicon`).
3. A logistic *verdict* combines the two: a rare word is one thing, a rare word in the place of an
   obvious one another.

File format, version 1, beside the matrices of `detector.vectors`: ``header.json`` (format version,
sizes of the vocabularies it was trained for, names of the features, scales, the weights of ranking
and verdict), ``network.npz`` (``mean``, ``deviation``, and ``weight_i``, ``bias_i`` of each layer;
ReLU between) and ``collocation_ids.npy``: uint16 (lexicon forms,), the collocation id of each
lexicon form, 65,535 where it has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.collocations import Collocations
from detector.document import Document
from detector.errors import ModelError
from detector.features import FEATURES, FeatureReader, Places, Words, judgeable, shapes
from detector.header import read_header
from detector.lexicon import Lexicon
from detector.slots import Slots
from detector.vectors import SlotVectors

FORMAT = 1
NO_ID = 0xFFFF
"""In ``collocation_ids.npy``: the lexicon's form is not in the collocations' vocabulary."""

CHUNK = 20_000
"""Tokens judged at once, so that a very long article needs no more memory than a long one."""

DOUBT = -2.0
"""Log odds of the network from which a token's candidates are weighed (probability .12)."""

SHORTLIST = 12
"""Linked words weighed for a place: those that their links and neighbours speak for most."""

RANKING: tuple[str, ...] = (
    *("fit", "linked", "log_closeness", "frequency", "left", "right", "left_count"),
    *("right_count", "window_drawn", "intercept"),
)
"""What the ranking weighs. `fit` is the network's log odds that the candidate belongs there."""

VERDICT: tuple[str, ...] = ("misfit", "best_score", "best_fit", "links", "intercept")
"""What the verdict weighs: the network's log odds; the best score and fit of a linked candidate;
the logarithm of their number."""

THRESHOLD = 0.5
"""From which probability on a word is reported where this model judges alone."""

PRIOR: Mapping[str, float] = {
    "prior_mean": 0.001,
    "prior_weight": 600.0,
    "local_weight": 500.0,
}
"""The article's prior (`detector.prior.article_posterior`) where this model judges alone. It is
stricter than the encoder's, because unusual prose looks more like spun prose to counts. Chosen on
the dev sets for the default threshold of 0.5, at which false findings per 10,000 words are 0 to 4
in news, speech, encyclopedias, science, manuals, blogs and learners' English, 33 in old fiction."""

NO_CANDIDATE = -12.0
"""Score and fit of the best candidate where there is none: as bad as the worst."""


Floats = NDArray[np.floating[Any]]


class Pool(NamedTuple):
    """Candidates for n places, in parallel arrays: whose place, collocation id, closeness.

    `closeness` is that of the synonym link, or 0 where there is none. Sorted by place and id.
    """

    row: NDArray[np.int64]
    ids: NDArray[np.int64]
    closeness: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Pool:
        """Some of the candidates."""
        return Pool(self.row[rows], self.ids[rows], self.closeness[rows])


@dataclass(frozen=True, eq=False)
class Network:
    """A multilayer perceptron with one logistic output."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    layers: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read ``network.npz``."""
        with np.load(path, allow_pickle=False) as arrays:
            n_layers = sum(name.startswith("weight_") for name in arrays.files)
            layers = [(arrays[f"weight_{i}"], arrays[f"bias_{i}"]) for i in range(n_layers)]
            return cls(arrays["mean"], arrays["deviation"], tuple(layers))

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log odds that each row is a replacement, shape (n,)."""
        signal: NDArray[np.float32] = (features - self.mean) / self.deviation
        for weight, bias in self.layers[:-1]:
            signal = np.maximum(signal @ weight + bias, 0).astype(np.float32)
        weight, bias = self.layers[-1]
        logits: NDArray[np.float32] = signal @ weight + bias
        return logits[:, 0]


@dataclass(frozen=True, eq=False)
class CollocationFit:
    """The opened model. Reading only: safe to share between threads.

    Attributes
    ----------
    ranking, verdict : ndarray of float64
        Weights, in the order of `RANKING` and `VERDICT`.
    training_share : float
        Share of replaced tokens, 0 to 1, in the text that the probabilities were calibrated on.
    """

    features: FeatureReader
    network: Network
    collocation_ids: NDArray[np.uint16]
    ranking: NDArray[np.float64]
    verdict: NDArray[np.float64]
    training_share: float

    @classmethod
    def open(cls, folder: Path, collocations: Collocations, lexicon: Lexicon) -> Self:
        """Open a folder that `detector.training.fit.train` wrote for these two look-ups.

        Raises
        ------
        ModelError
            If the folder is missing, of another format version, or was trained with other
            collocations, another lexicon or other features.
        """
        header = read_header(folder, "fit", FORMAT)
        refuse_other(folder, header, "collocations", collocations.header)
        refuse_other(folder, header, "lexicon", lexicon.header)
        refuse_other(folder, header, "features", list(FEATURES))
        vectors = SlotVectors.open(folder, header["scales"])
        return cls(
            FeatureReader.over(collocations, lexicon, vectors),
            Network.open(folder / "network.npz"),
            np.load(folder / "collocation_ids.npy", mmap_mode="r").view(np.ndarray),
            np.array([header["ranking"][name] for name in RANKING]),
            np.array([header["verdict"][name] for name in VERDICT]),
            header["training_share"],
        )

    def p_replaced(self, document: Document, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """The probability that software put each token there.

        Parameters
        ----------
        document : Document
            The text.
        ids : ndarray of int32, shape (n_tokens,)
            Collocation ids of its forms.

        Returns
        -------
        ndarray of float32, shape (n_tokens,)
            0 to 1, at the base rate of the training text. 0 for what cannot be judged: names,
            numbers, addresses, code, words that neither the corpus nor a dictionary knows.
        """
        probabilities = np.zeros(document.n_tokens, dtype=np.float32)
        judged = np.flatnonzero(self.can_judge(document, ids))
        words, places = self._read(document, ids)
        for first in range(0, len(judged), CHUNK):
            rows = judged[first : first + CHUNK]
            log_odds = self.log_odds(words.take(rows), places.take(rows))
            probabilities[rows] = 1 / (1 + np.exp(-log_odds))
        return probabilities

    def log_odds(self, words: Words, places: Places) -> NDArray[np.float64]:
        """Log odds that each word was put there, after all three models; shape (n,)."""
        features = self.features.features(words, places)
        log_odds = self.network.logits(features).astype(np.float64)
        doubtful = np.flatnonzero(log_odds > DOUBT)
        reasons = self.verdict_features(
            log_odds[doubtful], words.take(doubtful), places.take(doubtful)
        )
        log_odds[doubtful] = reasons @ self.verdict[:-1] + self.verdict[-1]
        return log_odds

    def can_judge(self, document: Document, ids: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which tokens the model has an opinion of, shape (n_tokens,)."""
        known = (ids >= 0) | (self.features.lexicon.ids(document.forms) >= 0)
        return known & judgeable(document.flags, document.sentence_of)

    def links(self, lexicon_ids: NDArray[np.int64], *, limit: int = 200) -> Pool:
        """The words that each word could have replaced, by the thesauri.

        Parameters
        ----------
        lexicon_ids : ndarray of int64, shape (n,)
            The words.
        limit : int
            So many links of each reading are looked at, the closest.
        """
        links = self.features.lexicon.links_of(lexicon_ids, limit)
        ids = self.collocation_ids[links.form].astype(np.int64)
        # A form without collocations cannot be seen to fit.
        return Pool(links.row, ids, links.closeness).take(ids != NO_ID)

    def shortlist(
        self, pool: Pool, slots: Slots, kept: int = SHORTLIST, *, favour: Floats | float = 0.0
    ) -> Pool:
        """The links that closeness, neighbours and favour speak for most: `kept` of each place.

        Parameters
        ----------
        pool : Pool
            From `links`.
        slots : Slots
            Of n places.
        kept : int
            Length of a shortlist.
        favour : ndarray of float, shape (n_links,), or float
            What else speaks for a link, in nats.
        """
        drawn = self.features.reader.drawn(slots.left[pool.row], pool.ids)
        drawn += self.features.reader.drawn(pool.ids, slots.right[pool.row])
        order = np.lexsort((-(drawn + np.log(pool.closeness) + favour), pool.row))
        row = pool.row[order]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        return pool.take(np.sort(order[rank < kept]))

    def ranking_features(self, pool: Pool, places: Places) -> NDArray[np.float64]:
        """What the ranking weighs, but for the intercept: shape (n, len(RANKING) - 1)."""
        forms = [self.features.collocations.word(form_id) for form_id in pool.ids.tolist()]
        # What the document has of a candidate elsewhere says nothing of this place.
        traits = np.concatenate([shapes(forms), np.zeros((len(forms), 2), np.float32)], axis=1)
        words = Words(pool.ids, self.features.lexicon.ids(forms).astype(np.int64), traits)
        features = self.features.features(words, places.take(pool.row))
        linked = pool.closeness > 0
        columns = [
            -self.network.logits(features),
            linked,
            np.log(np.where(linked, pool.closeness, 1)),
            *(features[:, FEATURES.index(name)] for name in RANKING[3:-1]),
        ]
        return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)

    def scores(self, ranking_features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds that each candidate is the original, given that the word was replaced."""
        scores: NDArray[np.float64] = ranking_features @ self.ranking[:-1] + self.ranking[-1]
        return scores

    def verdict_features(
        self, misfit: NDArray[np.float64], words: Words, places: Places
    ) -> NDArray[np.float64]:
        """What the verdict weighs, but for the intercept: shape (n, len(VERDICT) - 1)."""
        pool = self.shortlist(self.links(words.lexicon_ids), places.slots)
        weighed = self.ranking_features(pool, places)
        best_score, best_fit = np.full((2, len(misfit)), NO_CANDIDATE)
        np.maximum.at(best_score, pool.row, self.scores(weighed))
        np.maximum.at(best_fit, pool.row, weighed[:, 0])
        links = np.log1p(np.bincount(pool.row, minlength=len(misfit)))
        return np.stack([misfit, best_score, best_fit, links], axis=1)

    def _read(self, document: Document, ids: NDArray[np.int32]) -> tuple[Words, Places]:
        return self.features.read(document.forms, ids, document.flags, document.sentence_of)


def refuse_other(
    folder: Path, header: dict[str, Any], name: str, found: Any, *, part: str = "fit"
) -> None:
    """Ids and columns mean nothing elsewhere: refuse what a model was not trained with."""
    expected = header[name]
    if isinstance(expected, dict):
        found = {key: found[key] for key in expected}
    if found != expected:
        raise ModelError(
            f"{folder} was trained with {name} of {expected}, but finds {found}: train it again "
            f"with 'detector train {part}'"
        )
