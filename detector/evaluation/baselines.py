"""What simpler methods reach on the same sets: each figure of the product stands beside theirs.

A baseline has no threshold of its own. It gets the one at which it flags `FALSE_FINDINGS` of every
10,000 words of honest documents by register (`detector.evaluation.run.honest_texts`): about what
the product is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.annotate import judge
from detector.checks import CHECKS, Check
from detector.collocations import EDGE, PAUSE, Collocations
from detector.config import Config
from detector.document import Document, TokenFlag
from detector.evaluation.scorers import LISTED, Flagged, Judgement, raised
from detector.resources import Resources
from detector.segment import segment

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]
TokenScores = Callable[[Document], Floats]

FALSE_FINDINGS = 4
"""Per 10,000 honest words; the middle one of the operating points in the table."""

# Stupid backoff: Brants et al., "Large language models in machine translation", EMNLP 2007.
_BACKOFF = 0.4


@dataclass(frozen=True)
class TokenBaseline:
    """Flags the words whose score reaches a threshold.

    Attributes
    ----------
    name : str
        Heads its column.
    token_scores : callable
        Document to scores of shape (n_tokens,); higher is more suspicious.
    threshold : float
        Flags from this score up.
    """

    name: str
    token_scores: TokenScores
    threshold: float = float("inf")

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        """One judgement per text, in order."""
        for text in texts:
            document = segment(text)
            scores = _words_only(document, self.token_scores(document))
            places = np.flatnonzero(scores >= self.threshold).tolist()
            flagged = tuple(Flagged(document.span(at), float(scores[at])) for at in places)
            yield Judgement(document, scores, scores, flagged)

    def fitted(self, honest: Iterable[str]) -> TokenBaseline:
        """The baseline with the threshold that flags `FALSE_FINDINGS` per 10,000 honest words."""
        documents = [segment(text) for text in honest]
        scores = np.concatenate(
            [np.zeros(0), *(_words_only(entry, self.token_scores(entry)) for entry in documents)]
        )
        allowed = round(FALSE_FINDINGS * sum(entry.n_words for entry in documents) / 10_000)
        ranked = np.sort(scores)[::-1]
        if allowed >= len(ranked):
            return self
        return replace(self, threshold=float(np.nextafter(np.float32(ranked[allowed]), np.inf)))


def _words_only(document: Document, scores: Floats) -> Floats:
    """Scores with 0 for numbers, addresses and code, which no method here judges."""
    words = (document.flags & TokenFlag.WORD) != 0
    return np.where(words, np.nan_to_num(scores), 0.0).astype(np.float32)


@dataclass(frozen=True)
class ListedBaseline:
    """The listed-phrase matcher alone: a matched span scores its probability, the rest nothing."""

    check: Check
    name: str = "listed phrases"

    def judge(self, texts: Sequence[str], *, lists: bool = True) -> Iterator[Judgement]:
        """One judgement per text, in order; nothing is found without `lists`."""
        for text in texts:
            document = segment(text)
            found = self.check.find(Analysis.unjudged(document)) if lists else ()
            flagged = tuple(
                Flagged(
                    finding.span,
                    finding.probability,
                    tuple(suggestion.text for suggestion in finding.expected),
                )
                for finding in sorted(found, key=lambda finding: finding.span)
            )
            scores = raised(document, np.zeros(document.n_tokens, dtype=np.float32), flagged)
            yield Judgement(document, scores, scores, flagged)


def rarity(collocations: Collocations) -> TokenScores:
    """Word frequency alone: -log10 of the share of the word in the reference corpus.

    Range: about 1 ("the") to 7. Words outside the vocabulary, names for the most part, get 0: all
    alike, they would outnumber the allowed false findings, and nothing would be flagged.
    """

    def scores(document: Document) -> Floats:
        ids = collocations.ids(document.forms)
        return np.where(ids >= 0, -_log_share(collocations, ids), 0.0).astype(np.float32)

    return scores


def surprise(collocations: Collocations) -> TokenScores:
    """N-gram surprise alone: -log10 of P(word | the one before) times P(the one after | word).

    Bigrams with stupid backoff, divided by P(the one after), so that a rare neighbour does not
    accuse the word beside it. In decimal digits; higher is more surprising; 0 for words outside
    the vocabulary.
    """
    edge, pause = collocations.ids([EDGE, PAUSE]).tolist()

    def scores(document: Document) -> Floats:
        ids = collocations.ids(document.forms)
        if not len(ids):
            return np.zeros(0, dtype=np.float32)
        before, after = _neighbours(document, ids, edge, pause)
        given_before = _backoff(collocations, before, ids)
        given_word = _backoff(collocations, ids, after)
        fit = given_before + given_word - _log_share(collocations, after)
        return np.where(ids >= 0, -fit, 0.0).astype(np.float32)

    return scores


def _neighbours(document: Document, ids: Ids, edge: int, pause: int) -> tuple[Ids, Ids]:
    """Ids of what stands before and after each token: a token, a pause, or the sentence's edge."""
    adjacent = (document.flags & TokenFlag.ADJACENT) != 0
    before = np.where(adjacent, np.roll(ids, 1), pause).astype(np.int32)
    after = np.where(np.roll(adjacent, -1), np.roll(ids, -1), pause).astype(np.int32)
    before[document.sentence_bounds[:-1]] = edge
    after[document.sentence_bounds[1:] - 1] = edge
    return before, after


def _backoff(collocations: Collocations, left: Ids, right: Ids) -> NDArray[np.float64]:
    """log10 of the stupid-backoff probability of `right` after `left`."""
    table = collocations.table(left, right)
    n11, margin = np.asarray(table.n11, dtype=float), np.asarray(table.left, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.log10(n11 / margin)
    backed_off = np.log10(_BACKOFF) + _log_share(collocations, right)
    result: NDArray[np.float64] = np.where(n11 > 0, seen, backed_off)
    return result


def _log_share(collocations: Collocations, ids: Ids) -> NDArray[np.float64]:
    counts = np.where(ids >= 0, collocations.frequency[ids], 0) + 0.5
    share: NDArray[np.float64] = np.log10(counts / collocations.words)
    return share


def collocations_alone(resources: Resources) -> TokenScores:
    """How badly a word fits its neighbours, by the collocations: the judge without an encoder.

    A probability, 0 to 1, with the article taken as the prior as in the product.
    """

    def scores(document: Document) -> Floats:
        (judged,) = judge([document], resources.fit, None)
        return judged.posterior.p

    return scores


def baselines(resources: Resources, honest: Sequence[str]) -> list[TokenBaseline | ListedBaseline]:
    """The baselines over the opened models, with thresholds from the honest texts."""
    fitted = [
        TokenBaseline("collocations", collocations_alone(resources)).fitted(honest),
        TokenBaseline("n-gram surprise", surprise(resources.collocations)).fitted(honest),
        TokenBaseline("word frequency", rarity(resources.collocations)).fitted(honest),
    ]
    (listed,) = (check for check in CHECKS if check.name == LISTED)
    return [*fitted, ListedBaseline(listed.build(resources, Config()))]
