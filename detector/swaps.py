"""Compares an article with its source: the passages that they share, and what changed in them.

Where the source is at hand nothing need be guessed. The sentences of both texts are paired
(`detector.alignment`); inside a passage an edit script of words says what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.alignment import Step, aligned, longest_ascending
from detector.analysis import Analysis
from detector.boundaries import Table
from detector.comparison import REPLACEMENTS, Change, Comparison, Passage, Side, Swap
from detector.document import Document, Span, TokenFlag
from detector.edits import Block, changed_blocks
from detector.lexicon import Lexicon
from detector.report import Report
from detector.segment import segment
from detector.sources import Article

MAX_SWAP = 8
"""Tokens, on either side, of the longest swap; what is longer was rewritten, added or cut."""

_Lemmas = Callable[[str], frozenset[str]]


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
        tokens = document.tokens_in(finding.span)
        result[tokens] = np.maximum(result[tokens], finding.probability)
    return result


def _n_words(document: Document, span: Span) -> int:
    """Running words in a span: words and numbers."""
    running = document.flags[document.tokens_in(span)] & (TokenFlag.WORD | TokenFlag.NUMBER)
    return int(np.count_nonzero(running))


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
    runs = aligned(original, suspect)
    in_order = longest_ascending([run.steps[0].original[0] for run in runs])
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


@dataclass(frozen=True, eq=False)
class _SwapReader:
    original: Document
    suspect: Document
    probabilities: NDArray[np.float32] | None
    lemmas: _Lemmas

    def swaps(self, step: Step) -> Iterator[Swap]:
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
