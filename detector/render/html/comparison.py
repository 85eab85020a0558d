"""An article beside its source as a page: the two texts side by side, each change on both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

from detector.comparison import Change, Comparison, Passage, Swap
from detector.document import Span
from detector.render.base import Look
from detector.render.html.markup import text
from detector.render.html.page import foot, head
from detector.render.html.parts import (
    Band,
    Marks,
    badge,
    digest,
    figure,
    record,
    reliability,
    strip,
)
from detector.render.wording import count, percent, share

TITLE = "An article beside its source"

_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")

# How strong a change is marked, and what it is called.
_KINDS = {
    Change.REPLACED: "s3",
    Change.REWRITTEN: "s2",
    Change.INSERTED: "s2",
    Change.DELETED: "s1",
    Change.INFLECTED: "s1",
}
_NAMES = {
    Change.REPLACED: "replaced",
    Change.REWRITTEN: "rewritten",
    Change.INSERTED: "only in the article",
    Change.DELETED: "only in the source",
    Change.INFLECTED: "another form",
}
# What marks the place where a text has nothing.
_NOTHING = '<span class="nothing" role="img" aria-label="nothing">&#8248;</span>'

_LEGEND = """\
<p class="legend"><span class="s3">replaced</span>, <span class="s2">rewritten or added</span>,
<span class="s1">another form, or left out</span> &middot; grey on the strip: sentences that come
from the source</p>
"""
_MEANING = """\
<p>Sentences are paired by the words that they share, wherever they stand; within a pair, what
differs is marked on both sides. A probability is that of the detector, which judges the article
without having seen the source.</p>
<p>This shows that two texts share sentences and where their words differ. It does not tell which
of the two is older, who changed what, or why.</p>
"""


def comparison_page(comparison: Comparison, look: Look) -> str:
    """A page of its own on an article and its source."""
    section = comparison_fragment(comparison, date=look.date)
    return f"{head(TITLE)}<main>\n{section}</main>\n{foot()}"


def comparison_fragment(comparison: Comparison, *, key: str = "c", date: str | None = None) -> str:
    """The two texts side by side, without the frame of a page.

    Parameters
    ----------
    comparison : Comparison
        With its texts.
    key : str
        Begins the identifiers of its elements; no two fragments of a page may share it.
    date : str, optional
        When the two were compared, for the record at its foot: ISO 8601.
    """
    return "".join(_Section(comparison, key, date).parts())


_Piece = tuple[Span, Swap | None]


class _Row(NamedTuple):
    """Pieces of the two texts that stand side by side; either side may have none.

    `passage` is None where a text is alone; `is_first` says whether a passage begins here.
    """

    original: list[_Piece]
    suspect: list[_Piece]
    passage: Passage | None = None
    is_first: bool = False


@dataclass(frozen=True)
class _Section:
    comparison: Comparison
    key: str
    date: str | None

    def parts(self) -> Iterator[str]:
        comparison = self.comparison
        yield f'<section class="report comparison" aria-labelledby="{self.key}-h">\n'
        yield from self._head()
        yield from strip(
            len(comparison.suspect_text),
            (Band(each.suspect, "d2", _origin(each)) for each in comparison.passages),
            ((swap.suspect.start, _KINDS[swap.change]) for swap in comparison.swaps),
            f"Where in the article the {count(len(comparison.swaps), 'change')} stand, from "
            "beginning to end",
        )
        yield _LEGEND
        yield from self._pairs()
        yield from self._notes()
        yield from record(self._entries(), _MEANING)
        yield "</section>\n"

    def _head(self) -> Iterator[str]:
        comparison = self.comparison
        verdict = comparison.report.verdict or comparison.report.status
        yield '<header class="head">\n'
        yield f'<p class="source">{text(comparison.suspect_source)} beside '
        yield f"{text(comparison.original_source)}</p>\n"
        yield f'<h2 id="{self.key}-h">{_heading(comparison)}</h2>\n<div class="figures">\n'
        yield figure(share(comparison.matched_share), "of the words in sentences of the source")
        yield figure(share(comparison.replaced_share), "of those replaced or added")
        yield figure(f"{len(comparison.swaps):,}", "changes")
        yield from reliability(comparison.report)
        yield "</div>\n"
        yield f'<p class="legend">The article by itself: {badge(verdict)}</p>\n</header>\n'

    def _pairs(self) -> Iterator[str]:
        comparison = self.comparison
        marks = Marks(self.key)
        numbers = {id(swap): number for number, swap in enumerate(comparison.swaps, start=1)}
        yield '<div class="pairs">\n<div class="pair names"><h3>Source</h3><h3>Article</h3></div>\n'
        for row in _rows(comparison):
            begins = " begins" if row.is_first or row.passage is None else ""
            yield f'<div class="pair{begins}{"" if row.passage else " alone"}">'
            yield '<div class="side original">'
            for span, swap in row.original:
                words = text(span.of(comparison.original_text))
                yield (
                    words
                    if swap is None
                    else marks.piece(words or _NOTHING, numbers[id(swap)], _KINDS[swap.change])
                )
            yield '</div><div class="side suspect">'
            if row.passage and row.passage.moved and row.is_first:
                yield '<p class="moved">Stands elsewhere in the source</p>'
            for span, swap in row.suspect:
                words = text(span.of(comparison.suspect_text))
                yield (
                    words
                    if swap is None
                    else marks.mark(words or _NOTHING, numbers[id(swap)], _KINDS[swap.change])
                )
            yield "</div></div>\n"
        yield "</div>\n"

    def _notes(self) -> Iterator[str]:
        if not self.comparison.swaps:
            return
        yield '<h3>Changes</h3>\n<ol class="notes">\n'
        for number, swap in enumerate(self.comparison.swaps, start=1):
            yield f'<li class="note {_KINDS[swap.change]}" id="{self.key}-n{number}">'
            yield f'<p class="swap">{text(swap.original.text) or "(nothing)"}'
            yield f'<span class="said" id="{self.key}-s{number}"><span class="expected">'
            yield f'<a class="actual" href="#{self.key}-m{number}">'
            yield f"{text(swap.suspect.text) or '(nothing)'}</a></span>"
            yield f'<span class="meta">{_meta(swap)}</span></span></p>\n'
            yield f'<p class="place">Line {swap.suspect.line}, column {swap.suspect.column}; '
            yield f"in the source line {swap.original.line}, column {swap.original.column}</p>"
            yield "</li>\n"
        yield "</ol>\n"

    def _entries(self) -> Iterator[tuple[str, str]]:
        comparison = self.comparison
        yield "Source", comparison.original_source
        yield "SHA-256 of it", digest(comparison.original_text)
        yield "Article", comparison.suspect_source
        yield "SHA-256 of it", digest(comparison.suspect_text)
        if self.date:
            yield "Compared", self.date
        yield "Models", comparison.report.model_version


def _heading(comparison: Comparison) -> str:
    if not comparison.passages:
        return "No sentence of the article comes from the source"
    return f"{share(comparison.replaced_share)} of the words in shared sentences differ"


def _origin(passage: Passage) -> str:
    moved = ", elsewhere than here" if passage.moved else ""
    return f"Stands in the source{moved}: {count(len(passage.swaps), 'change')}"


def _meta(swap: Swap) -> str:
    if swap.probability is None:
        return _NAMES[swap.change]
    return f"{_NAMES[swap.change]} &middot; probability {percent(swap.probability)}"


def _rows(comparison: Comparison) -> Iterator[_Row]:
    """The passages in the order of the article, and before each what only one text has."""
    gaps = _gaps(comparison)
    here = 0
    for passage in comparison.passages:
        yield from _alone(
            comparison, gaps[passage.original.start], Span(here, passage.suspect.start)
        )
        yield from _passage(comparison, passage)
        here = passage.suspect.end
    last = gaps[len(comparison.original_text)]
    yield from _alone(comparison, last, Span(here, len(comparison.suspect_text)))


def _alone(comparison: Comparison, original: Span, suspect: Span) -> Iterator[_Row]:
    left = original.of(comparison.original_text).strip()
    right = suspect.of(comparison.suspect_text).strip()
    if left or right:
        yield _Row([(original, None)] if left else [], [(suspect, None)] if right else [])


def _passage(comparison: Comparison, passage: Passage) -> Iterator[_Row]:
    """A passage in rows: a new one where both texts begin a line, so that they stay abreast."""
    row = _Row([], [], passage, is_first=True)
    original, suspect = passage.original.start, passage.suspect.start
    for swap in (*passage.swaps, None):
        to_original = swap.original.start if swap else passage.original.end
        to_suspect = swap.suspect.start if swap else passage.suspect.end
        lines = _lines(comparison.original_text, Span(original, to_original))
        beside = _lines(comparison.suspect_text, Span(suspect, to_suspect))
        if len(lines) != len(beside):
            lines, beside = [Span(original, to_original)], [Span(suspect, to_suspect)]
        for index, (left, right) in enumerate(zip(lines, beside, strict=True)):
            if index:
                yield row
                row = _Row([], [], passage)
            row.original.append((left, None))
            row.suspect.append((right, None))
        if swap:
            row.original.append((swap.original.span, swap))
            row.suspect.append((swap.suspect.span, swap))
            original, suspect = swap.original.end, swap.suspect.end
    yield row


def _lines(written: str, span: Span) -> list[Span]:
    """A stretch cut where lines begin; the whole of it, if none does."""
    breaks = [span.start + found.end() for found in _LINE_BREAK.finditer(span.of(written))]
    return [Span(*bounds) for bounds in pairwise([span.start, *breaks, span.end])]


def _gaps(comparison: Comparison) -> dict[int, Span]:
    """What no passage covers of the source, by where it ends: a passage, or the text."""
    spans = sorted(passage.original for passage in comparison.passages)
    ends = chain([0], (span.end for span in spans))
    starts = chain((span.start for span in spans), [len(comparison.original_text)])
    return {start: Span(min(end, start), start) for end, start in zip(ends, starts, strict=True)}
