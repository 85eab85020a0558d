"""Flags a word that software seems to have put in another's place: "writ structures"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.analysis import Analysis, Candidate, Phrase
from detector.association import ContingencyTable, log_likelihood
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.report import Evidence, Finding, Suggestion
from detector.resources import Resources

SIGNIFICANT = 10.83
"""Log-likelihood that one pair in 1,000 of independent words would reach by chance."""

LIKELY_SHARE = 0.2
"""Evidence names candidates of at least this share of the best one's confidence."""


_WITH_COUNTS = Evidence(
    "encoder", "the encoder expects another word in this context", "context suggests another word"
)
_ALONE = Evidence(
    "encoder",
    "flagged by the encoder only; no corpus counts support it",
    "flagged by the encoder only, no corpus counts support it",
)


class Associations(Protocol):
    """What the check asks of collocations; `detector.collocations.Collocations` answers."""

    @property
    def words(self) -> int:
        """Number of tokens counted."""

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        """Id of each form, -1 where it is unknown."""

    def table(self, left: ArrayLike, right: ArrayLike) -> ContingencyTable:
        """The contingency tables of pairs of adjacent forms."""


class _Pair(NamedTuple):
    """Two adjacent forms: as text, how often the reference corpus has them, how associated."""

    text: str
    times: int
    strength: float
    is_counted: bool
    """Whether the corpus look-up knows both forms; it holds no pair of a rare one."""

    @property
    def is_collocation(self) -> bool:
        """Whether they stand together more often than chance would have it."""
        return self.strength >= SIGNIFICANT


@dataclass(frozen=True)
class Substitution:
    """A word whose neighbours call for another: "each other's writ structures".

    Spinners replace words one by one by entries of a thesaurus, whatever stands around. The sense
    that the text needs goes, and with it the company that the word keeps: "command structures" is a
    phrase, "writ structures" is none. Whether a word was replaced says the model that read the
    whole passage (`Analysis.p_posterior`); the evidence compares counts of the reference corpus
    that an editor can check.

    The idea that collocations betray a paraphraser's synonyms: Cabanac, Labbé & Magazinov,
    "Tortured phrases" (2021).

    Attributes
    ----------
    associations : Associations
        Counts of word pairs.
    floor : float
        Tokens below this probability are not looked at.
    """

    name: ClassVar[str] = "substitution"

    associations: Associations
    floor: float

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check over the opened collocations."""
        floor = config.threshold(resources.min_probability)
        return cls(resources.collocations, floor)

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for every token whose probability reaches the floor, phrases taken together."""
        reached = (analysis.p_posterior >= self.floor) & (analysis.p_posterior > 0)
        for phrase in analysis.phrases:
            if reached[phrase.first : phrase.last].any():
                reached[phrase.first : phrase.last] = False
                yield self._phrase(analysis, phrase)
        for token in np.flatnonzero(reached).tolist():
            yield self._word(analysis, token)

    def _word(self, analysis: Analysis, token: int) -> Finding:
        candidates = analysis.candidates.get(token, ())
        evidence = self._evidence(analysis, token, candidates)
        return self._finding(analysis, Phrase(token, token + 1, candidates), evidence)

    def _phrase(self, analysis: Analysis, phrase: Phrase) -> Finding:
        """One finding for words that were put in as a whole: as probable as the likeliest."""
        document = analysis.document
        run = " ".join(document.forms[phrase.first : phrase.last])
        best = next(iter(phrase.candidates), None)
        evidence = []
        if best and phrase.times:
            stood = f"'{best.form}'" if best.form else "nothing"
            evidence.append(
                Evidence(
                    "swaps",
                    f"'{run}' replaces {stood} {phrase.times:,} times in spun articles whose "
                    "source is known",
                    f"replaces {stood} {phrase.times:,} times in known spun articles",
                )
            )
        elif best and phrase.last - phrase.first == 2 == best.form.count(" ") + 1:
            likely, actual = (
                self._pair(*text.split(" "), is_left=True) for text in (best.form, run)
            )
            evidence.append(_contrast(likely, actual))
        if analysis.judge == "encoder":
            evidence.append(_WITH_COUNTS)
        return self._finding(analysis, phrase, evidence)

    def _finding(self, analysis: Analysis, phrase: Phrase, evidence: Iterable[Evidence]) -> Finding:
        document = analysis.document
        flags = TokenFlag(int(document.flags[phrase.first]))
        first, last = document.span(phrase.first), document.span(phrase.last - 1)
        return Finding.at(
            document,
            Span(first.start, last.end),
            check=self.name,
            probability=float(analysis.p_posterior[phrase.first : phrase.last].max()),
            expected=tuple(
                Suggestion(_cased(candidate.form, flags), candidate.confidence)
                for candidate in phrase.candidates
            ),
            evidence=tuple(evidence),
        )

    def _evidence(
        self, analysis: Analysis, token: int, candidates: Sequence[Candidate]
    ) -> Iterator[Evidence]:
        contrasts = self._contrasts(analysis.document, token, _likely(candidates))
        yield from contrasts
        if analysis.judge == "encoder":
            yield _WITH_COUNTS if contrasts else _ALONE
        elif not contrasts:
            yield self._absence(analysis.document, token)

    def _contrasts(self, document: Document, token: int, forms: Sequence[str]) -> list[Evidence]:
        """For each neighbour that goes with a likely form, but not with what stands there."""
        contrasts = []
        for neighbour, is_left in _neighbours(document, token):
            actual = self._pair(neighbour, document.forms[token], is_left=is_left)
            if actual.is_collocation:
                continue
            pairs = (self._pair(neighbour, form, is_left=is_left) for form in forms)
            # A rarer pair may be the stronger one, but that persuades nobody who reads the counts.
            telling = (pair for pair in pairs if pair.is_collocation and pair.times > actual.times)
            if likely := next(telling, None):
                contrasts.append((likely.strength, _contrast(likely, actual)))
        contrasts.sort(key=lambda contrast: contrast[0], reverse=True)
        return [evidence for _, evidence in contrasts]

    def _absence(self, document: Document, token: int) -> Evidence:
        """What the reference corpus has of the word beside its neighbours: little."""
        form = document.forms[token]
        pairs = [
            self._pair(neighbour, form, is_left=is_left)
            for neighbour, is_left in _neighbours(document, token)
        ]
        weak = [pair for pair in pairs if pair.is_counted and not pair.is_collocation]
        if not weak:
            return Evidence(
                "collocation",
                f"the words around '{form}' do not go with it in the reference corpus",
                "the words around it do not go with it",
            )
        counted = ", ".join(f"'{pair.text}' {_times(pair.times)}" for pair in weak)
        corpus = f"in the reference corpus of {self.associations.words:,} words"
        return Evidence("collocation", f"{counted} {corpus}", counted)

    def _pair(self, neighbour: str, form: str, *, is_left: bool) -> _Pair:
        pair = (neighbour, form) if is_left else (form, neighbour)
        text = " ".join(pair)
        left, right = self.associations.ids(pair).tolist()
        if left < 0 or right < 0:
            return _Pair(text, 0, 0.0, is_counted=False)
        table = self.associations.table(left, right)
        times = int(np.asarray(table.n11))
        strength = float(log_likelihood(table)) if times > table.expected else 0.0
        return _Pair(text, times, strength, is_counted=True)


def _likely(candidates: Sequence[Candidate]) -> list[str]:
    """The candidates worth an editor's while: not much less likely than the best."""
    best = max((candidate.confidence for candidate in candidates), default=0.0)
    return [
        candidate.form for candidate in candidates if candidate.confidence >= best * LIKELY_SHARE
    ]


def _contrast(likely: _Pair, actual: _Pair) -> Evidence:
    usual = f"'{likely.text}' {_times(likely.times)}"
    odd = f"'{actual.text}' {_times(actual.times) if actual.is_counted else 'hardly ever'}"
    corpus = f"in the reference corpus (log-likelihood {likely.strength:,.0f})"
    return Evidence("collocation", f"{usual} {corpus}, {odd}", f"{usual}, {odd}")


def _neighbours(document: Document, token: int) -> Iterator[tuple[str, bool]]:
    """The folded forms adjacent to a token, each with whether it stands to the left."""
    if document.flags[token] & TokenFlag.ADJACENT:
        yield document.forms[token - 1], True
    following = token + 1
    if following < document.n_tokens and document.flags[following] & TokenFlag.ADJACENT:
        yield document.forms[following], False


def _times(count: int) -> str:
    # Pairs seen once are not recorded, so "never" would claim more than is known.
    return "at most once" if not count else "twice" if count == 2 else f"{count:,} times"


def _cased(form: str, flags: TokenFlag) -> str:
    if flags & TokenFlag.UPPER:
        return form.upper()
    return form[:1].upper() + form[1:] if flags & TokenFlag.CAPITALISED else form
