"""An article beside its source: what was replaced, where, and how much of it.

Where the source is at hand nothing need be guessed. The sentences of both texts are paired by the
words that they share, wherever they stand; sentences that follow each other on both sides make a
*passage*; inside a passage an edit script of words says what changed.

The pairing of sentences by shared words weighted by their rarity is that of plagiarism detection:
Hoad & Zobel, "Methods for identifying versioned and plagiarized documents" (JASIST 2003).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from itertools import pairwise
from math import log, sqrt
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.analysis import Analysis
from detector.boundaries import Table
from detector.document import Document, Span, TokenFlag
from detector.edits import Block, changed_blocks
from detector.lexicon import Lexicon
from detector.report import Report
from detector.segment import segment
from detector.sources import Article

SCHEMA_VERSION = "1"

SIMILAR = 0.25
"""Least similarity, 0 to 1, of two sentences that are taken for versions of each other. A spinner
leaves most words; unrelated sentences share little but function words."""

MAX_GAP = 3
"""Unpaired sentences, on either side, that a passage reaches across: sentences too changed to be
recognised, and those that were cut or joined."""

MAX_POSTINGS = 40
"""Words in more sentences of the source than this do not nominate pairs, though they count."""

MAX_NOMINEES = 8
"""Sentences of the source that are compared in full with one of the suspect's."""

MAX_SWAP = 8
"""Tokens, on either side, of the longest swap; what is longer was rewritten, added or cut."""

_Lemmas = Callable[[str], frozenset[str]]


class Change(Enum):
    """What became of a stretch of the source."""

    REPLACED = "replaced"
    """A word or phrase gave way to another."""
    INFLECTED = "inflected"
    """Another form of the same word, or the same letters written otherwise: counts for nothing."""
    INSERTED = "inserted"
    """Stands in the suspect text alone."""
    DELETED = "deleted"
    """Stands in the source alone."""
    REWRITTEN = "rewritten"
    """A longer stretch that no swap of words explains."""


REPLACEMENTS = frozenset({Change.REPLACED, Change.INSERTED, Change.REWRITTEN})
"""Changes that put new words into the suspect text."""


@dataclass(frozen=True, slots=True)
class Side:
    """Where a change stands in one of the two texts.

    Attributes
    ----------
    start, end : int
        Half-open offsets in code points. Equal, at the place where something would stand, in the
        text that has nothing.
    line, column : int
        1-based position of `start`; columns count code points.
    text : str
        What stands there, as written.
    """

    start: int
    end: int
    line: int
    column: int
    text: str

    @classmethod
    def at(cls, document: Document, span: Span) -> Self:
        """The side of `document`."""
        return cls(*span, *document.position(span.start), span.of(document.text))

    @property
    def span(self) -> Span:
        """``Span(start, end)``."""
        return Span(self.start, self.end)

    def to_dict(self) -> dict[str, Any]:
        """The side as JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Swap:
    """One change between an article and its source.

    Attributes
    ----------
    change : Change
        Of which kind.
    original, suspect : Side
        What stood there, and what stands there now.
    probability : float or None
        Probability, 0 to 1, that software put the suspect's words there, as the detector judges it
        without having seen the source: the highest of the words. None for a deletion, and where
        the suspect text could not be judged.
    """

    change: Change
    original: Side
    suspect: Side
    probability: float | None

    def to_dict(self) -> dict[str, Any]:
        """The swap as JSON types."""
        return {
            "change": self.change.value,
            "original": self.original.to_dict(),
            "suspect": self.suspect.to_dict(),
            "probability": None if self.probability is None else round(self.probability, 4),
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the suspect text and the stretch of the source that it comes from.

    Attributes
    ----------
    original, suspect : Span
        Whole sentences of either text.
    moved : bool
        Whether it stands elsewhere in the order of the passages than in the source.
    swaps : tuple of Swap
        What changed, in the order of the suspect text.
    """

    original: Span
    suspect: Span
    moved: bool
    swaps: tuple[Swap, ...]

    def to_dict(self) -> dict[str, Any]:
        """The passage as JSON types."""
        return {
            "original": {"start": self.original.start, "end": self.original.end},
            "suspect": {"start": self.suspect.start, "end": self.suspect.end},
            "moved": self.moved,
            "swaps": [swap.to_dict() for swap in self.swaps],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """An article beside its source. To show the two side by side: walk `passages`.

    Attributes
    ----------
    original_source, suspect_source : str
        Names of the two texts: paths, or ``"<text>"``.
    report : Report
        What the detector says of the suspect text alone.
    n_words : int
        Running words of the suspect text.
    n_matched : int
        Those of them in passages that have a counterpart in the source.
    n_replaced : int
        Those of the matched that the source does not have: words of swaps that are `REPLACED`,
        `INSERTED` or `REWRITTEN`.
    passages : tuple of Passage
        In the order of the suspect text, without overlaps on either side. What no passage covers
        has no counterpart.
    original_text, suspect_text : str
        The texts themselves, which all offsets count in: of Markdown, HTML and the like the prose
        that was read. For renderers; not part of the JSON.
    """

    original_source: str
    suspect_source: str
    report: Report
    n_words: int
    n_matched: int
    n_replaced: int
    passages: tuple[Passage, ...]
    original_text: str = field(default="", repr=False, compare=False)
    suspect_text: str = field(default="", repr=False, compare=False)

    @property
    def swaps(self) -> tuple[Swap, ...]:
        """All changes, in the order of the suspect text."""
        return tuple(swap for passage in self.passages for swap in passage.swaps)

    @property
    def matched_share(self) -> float:
        """Share of the suspect's words, 0 to 1, that come from the source."""
        return self.n_matched / self.n_words if self.n_words else 0.0

    @property
    def replaced_share(self) -> float:
        """Share of the matched words, 0 to 1, that were replaced."""
        return self.n_replaced / self.n_matched if self.n_matched else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON types (docs/compare.md)."""
        return {
            "schema_version": SCHEMA_VERSION,
            "model_version": self.report.model_version,
            "original": self.original_source,
            "suspect": self.suspect_source,
            "reliability": self.report.to_dict()["reliability"],
            "verdict": self.report.verdict,
            "n_words": self.n_words,
            "n_matched": self.n_matched,
            "n_replaced": self.n_replaced,
            "matched_share": round(self.matched_share, 4),
            "replaced_share": round(self.replaced_share, 4),
            "passages": [passage.to_dict() for passage in self.passages],
        }


def compared(
    original: Article,
    suspect: Article,
    report: Report,
    analysis: Analysis | None,
    *,
    boundaries: Table,
    lexicon: Lexicon,
) -> Comparison:
    """Compare an article that was scored with its source.

    Parameters
    ----------
    original, suspect : Article
        The two texts.
    report, analysis
        What the detector says of the suspect; no analysis where it was skipped.
    boundaries, lexicon
        To cut the texts into sentences, and to tell inflections.
    """
    source = segment(original.prose, boundaries)
    document = segment(suspect.prose, boundaries) if analysis is None else analysis.document
    judged = None if analysis is None else _probabilities(report, analysis)
    passages = align(source, document, judged, lexicon.lemmas)
    return Comparison(
        original_source=original.source,
        suspect_source=suspect.source,
        report=report,
        n_words=document.n_words,
        n_matched=sum(_n_words(document, one.suspect) for one in passages),
        n_replaced=sum(
            _n_words(document, swap.suspect.span)
            for one in passages
            for swap in one.swaps
            if swap.change in REPLACEMENTS
        ),
        passages=passages,
        original_text=source.text,
        suspect_text=document.text,
    )


def _probabilities(report: Report, analysis: Analysis) -> NDArray[np.float32]:
    """Of each token: its own, or that of a finding on it if that is higher."""
    document = analysis.document
    result = analysis.p_posterior.copy()
    for finding in report.in_prose().findings:
        first, last = _token_range(document, finding.span)
        result[first:last] = np.maximum(result[first:last], finding.probability)
    return result


def _n_words(document: Document, span: Span) -> int:
    """Running words in a span: words and numbers."""
    first, last = _token_range(document, span)
    running = document.flags[first:last] & (TokenFlag.WORD | TokenFlag.NUMBER)
    return int(np.count_nonzero(running))


def _token_range(document: Document, span: Span) -> tuple[int, int]:
    """The tokens ``[first, last)`` that overlap a span."""
    first = int(np.searchsorted(document.ends, span.start, side="right"))
    return first, max(first, int(np.searchsorted(document.starts, span.end)))


def align(
    original: Document,
    suspect: Document,
    probabilities: NDArray[np.float32] | None,
    lemmas: _Lemmas,
) -> tuple[Passage, ...]:
    """The passages that two texts share, with what changed in them.

    Parameters
    ----------
    original, suspect : Document
        The two texts; their order and length may differ.
    probabilities : ndarray of float32, shape (n_tokens,), or None
        P(software put it there) of each token of the suspect.
    lemmas : callable
        The lemmas that a folded form may belong to; forms that share one are inflections.

    Returns
    -------
    tuple of Passage
        In the order of the suspect text.
    """
    runs = list(_runs(_paired(original, suspect), original.n_sentences, suspect.n_sentences))
    in_order = _longest_ascending([run.steps[0].original[0] for run in runs])
    reader = _SwapReader(original, suspect, probabilities, lemmas)
    return tuple(
        Passage(
            _sentences(original, run.steps[0].original[0], run.steps[-1].original[1]),
            _sentences(suspect, run.steps[0].suspect[0], run.steps[-1].suspect[1]),
            moved=at not in in_order,
            swaps=tuple(swap for step in run.steps for swap in reader.swaps(step)),
        )
        for at, run in enumerate(runs)
    )


def _sentences(document: Document, first: int, last: int) -> Span:
    return Span(int(document.sentence_spans[first, 0]), int(document.sentence_spans[last - 1, 1]))


# Which sentence comes from which.


def _paired(original: Document, suspect: Document) -> dict[int, int]:
    """For each recognised sentence of the suspect, that of the source: one to one."""
    ours, theirs = _bags(suspect), _bags(original)
    weight = _rarity([*ours, *theirs])
    sizes = [sqrt(_total(bag, weight)) for bag in theirs]
    postings: dict[str, list[int]] = defaultdict(list)
    for number, bag in enumerate(theirs):
        for form in bag:
            postings[form].append(number)
    pairs = []
    for number, bag in enumerate(ours):
        own = sqrt(_total(bag, weight))
        for other in _nominees(bag, postings, weight):
            shared = _total(bag & theirs[other], weight)
            similarity = shared / (own * sizes[other])
            if similarity >= SIMILAR:
                drift = abs(number / len(ours) - other / len(theirs))
                pairs.append((-similarity, drift, number, other))
    return _one_to_one(sorted(pairs))


def _bags(document: Document) -> list[Counter[str]]:
    return [
        Counter(document.forms[first:last])
        for first, last in pairwise(document.sentence_bounds.tolist())
    ]


def _rarity(bags: Sequence[Counter[str]]) -> dict[str, float]:
    """Inverse document frequency of each form, a sentence being a document."""
    sentences = Counter(form for bag in bags for form in bag)
    return {form: log(1 + len(bags) / count) for form, count in sentences.items()}


def _total(bag: Counter[str], weight: dict[str, float]) -> float:
    return sum(count * weight[form] for form, count in bag.items())


def _nominees(
    bag: Counter[str], postings: dict[str, list[int]], weight: dict[str, float]
) -> list[int]:
    """The sentences of the source that share the most rare words."""
    votes: dict[int, float] = defaultdict(float)
    for form in bag:
        if len(places := postings.get(form, ())) <= MAX_POSTINGS:
            for place in places:
                votes[place] += weight[form]
    return sorted(votes, key=lambda place: (-votes[place], place))[:MAX_NOMINEES]


def _one_to_one(pairs: Iterable[tuple[float, float, int, int]]) -> dict[int, int]:
    """The most similar pairs, each sentence in one at most."""
    paired: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, number, other in pairs:
        if number not in paired and other not in taken:
            paired[number] = other
            taken.add(other)
    return paired


class _Step(NamedTuple):
    """Sentences ``[first, last)`` of either text that correspond as a whole."""

    suspect: tuple[int, int]
    original: tuple[int, int]


class _Run(NamedTuple):
    """Steps that follow each other on both sides."""

    steps: list[_Step]


def _runs(paired: dict[int, int], n_original: int, n_suspect: int) -> Iterator[_Run]:
    """Passages as runs of steps; a step is longer than a sentence where some are unpaired."""
    taken = sorted(paired.values())
    steps: list[_Step] = []
    for number, other in sorted(paired.items()):
        here = _Step((number, number + 1), (other, other + 1))
        if steps and _follows(steps[-1], here, taken):
            if steps[-1].suspect[1] == number and steps[-1].original[1] == other:
                steps.append(here)
            else:  # what is unpaired between the two may belong to either
                last = steps.pop()
                steps.append(_Step((last.suspect[0], number + 1), (last.original[0], other + 1)))
        else:
            if steps:
                yield _Run(steps)
            steps = [here]
    if steps:
        yield _Run(steps)


def _follows(last: _Step, here: _Step, taken: Sequence[int]) -> bool:
    """Whether `here` goes on where `last` ended, but for a few unpaired sentences."""
    skipped = here.suspect[0] - last.suspect[1]
    missed = here.original[0] - last.original[1]
    if not (0 <= skipped <= MAX_GAP and 0 <= missed <= MAX_GAP):
        return False
    between = bisect_left(taken, here.original[0]) - bisect_left(taken, last.original[1])
    return between == 0


def _longest_ascending(places: Sequence[int]) -> set[int]:
    """Positions of a longest ascending subsequence: what kept its order (patience sorting)."""
    ends: list[int] = []
    lowest: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        rank = bisect_left(lowest, place)
        before.append(ends[rank - 1] if rank else -1)
        lowest[rank : rank + 1] = [place]
        ends[rank : rank + 1] = [at]
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept


# What changed between corresponding sentences.


@dataclass(frozen=True, eq=False)
class _SwapReader:
    original: Document
    suspect: Document
    probabilities: NDArray[np.float32] | None
    lemmas: _Lemmas

    def swaps(self, step: _Step) -> Iterator[Swap]:
        """The changes of a step, word by word where the words correspond one to one."""
        tokens = _tokens(self.original, step.original)
        spun = _tokens(self.suspect, step.suspect)
        blocks = changed_blocks(
            self.original.forms[tokens.start : tokens.stop],
            self.suspect.forms[spun.start : spun.stop],
        )
        for block in blocks:
            for part in _words(_shifted(block, tokens.start, spun.start)):
                yield Swap(
                    self._change(part),
                    Side.at(self.original, _span(self.original, part.first, part.last, tokens)),
                    Side.at(
                        self.suspect, _span(self.suspect, part.spun_first, part.spun_last, spun)
                    ),
                    self._probability(part),
                )

    def _change(self, block: Block) -> Change:
        gone, come = block.last - block.first, block.spun_last - block.spun_first
        if not gone:
            return Change.INSERTED
        if not come:
            return Change.DELETED
        old = self.original.forms[block.first : block.last]
        new = self.suspect.forms[block.spun_first : block.spun_last]
        if _letters(old) == _letters(new) or (gone == come == 1 and self._is_form(*old, *new)):
            return Change.INFLECTED
        return Change.REWRITTEN if max(gone, come) > MAX_SWAP else Change.REPLACED

    def _is_form(self, old: str, new: str) -> bool:
        return not self.lemmas(old).isdisjoint(self.lemmas(new))

    def _probability(self, block: Block) -> float | None:
        if self.probabilities is None or block.spun_first == block.spun_last:
            return None
        return float(self.probabilities[block.spun_first : block.spun_last].max())


def _letters(forms: Iterable[str]) -> str:
    return "".join(char for form in forms for char in form if char.isalnum())


def _words(block: Block) -> Iterator[Block]:
    """The words of a block that has as many on both sides; else the block."""
    if not block.is_one_to_one or block.last - block.first > MAX_SWAP:
        yield block
        return
    for at in range(block.last - block.first):
        first, spun_first = block.first + at, block.spun_first + at
        yield Block(first, first + 1, spun_first, spun_first + 1)


def _shifted(block: Block, by: int, spun_by: int) -> Block:
    return Block(
        block.first + by, block.last + by, block.spun_first + spun_by, block.spun_last + spun_by
    )


def _tokens(document: Document, sentences: tuple[int, int]) -> range:
    first, last = sentences
    return range(int(document.sentence_bounds[first]), int(document.sentence_bounds[last]))


def _span(document: Document, first: int, last: int, within: range) -> Span:
    """Tokens ``[first, last)``; where that is none, the place after the token before them."""
    if first < last:
        return Span(int(document.starts[first]), int(document.ends[last - 1]))
    at = int(document.ends[first - 1] if first > within.start else document.starts[first])
    return Span(at, at)
