"""What to quote of an article around its findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from detector.document import Span
from detector.report import Finding, Report
from detector.segment import segment

# A sentence up to this many characters is quoted whole: four lines of a terminal.
WHOLE = 320
# Of a longer one, this many characters on either side of where a finding starts and ends.
CONTEXT = 100
# On one line, the least of them.
LEAST_CONTEXT = 8
# Characters segmented at once, so that a text of ten megabytes costs what is quoted of it; those
# of the margin may belong to a sentence that goes on outside.
_STRETCH = 20_000
_MARGIN = 1_000
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sentence, or what is left of a long one, with the findings in it.

    Attributes
    ----------
    sentence : Span
        What is quoted from.
    pieces : tuple of Span
        What is quoted, in order; between two pieces something is left out.
    findings : tuple of Finding
        The findings that `sentence` holds; at least one.
    """

    sentence: Span
    pieces: tuple[Span, ...]
    findings: tuple[Finding, ...]


def excerpts(report: Report) -> Iterator[Excerpt]:
    """One excerpt for each sentence with findings, in order; none if the text is not there."""
    if not report.findings or report.findings[-1].end > len(report.text):
        return
    sentences = _Sentences(report.text)
    sentence, group = Span(0, 0), list[Finding]()
    for finding in report.findings:
        if group and finding.start >= sentence.end:
            yield _excerpt(report.text, sentence, group)
            group = []
        if not group or finding.end > sentence.end:
            around = sentences.around(finding.span)
            start = sentence.start if group else around.start
            sentence = Span(start, around.end)
        group.append(finding)
    yield _excerpt(report.text, sentence, group)


def _excerpt(text: str, sentence: Span, findings: Sequence[Finding]) -> Excerpt:
    pieces = [sentence]
    if sentence.end - sentence.start > WHOLE:
        pieces = _pieces(text, sentence, findings, CONTEXT)
    return Excerpt(sentence, tuple(pieces), tuple(findings))


def shorter(text: str, excerpt: Excerpt, fits: Callable[[Excerpt], bool]) -> Excerpt:
    """The excerpt with as much around its findings as fits, or as little as makes sense.

    Parameters
    ----------
    text : str
        The article.
    excerpt : Excerpt
        What to cut.
    fits : callable
        Whether an excerpt has room.
    """
    longest = max(piece.end - piece.start for piece in excerpt.pieces)
    context = min(CONTEXT, longest)
    while not fits(excerpt) and context >= LEAST_CONTEXT:
        pieces = _pieces(text, excerpt.sentence, excerpt.findings, context)
        excerpt = replace(excerpt, pieces=tuple(pieces))
        context -= max(1, context // 8)
    return excerpt


def _pieces(text: str, sentence: Span, findings: Sequence[Finding], context: int) -> list[Span]:
    windows = _windows(sentence, findings, context)
    return [_trim(text, window, sentence, min(context, CONTEXT // 4)) for window in windows]


def _windows(sentence: Span, findings: Sequence[Finding], context: int) -> list[Span]:
    """The surroundings of the findings' starts and ends, joined where they nearly meet."""
    windows: list[Span] = []
    for edge in (edge for finding in findings for edge in finding.span):
        start = max(edge - context, sentence.start)
        end = min(edge + context, sentence.end)
        if windows and start <= windows[-1].end + context // 4:
            windows[-1] = Span(windows[-1].start, end)
        else:
            windows.append(Span(start, end))
    return windows


def _trim(text: str, window: Span, sentence: Span, reach: int) -> Span:
    """A window without the words that it cuts at either end, unless they are very long."""
    start, end = window
    if start > sentence.start and (gap := _SPACE.search(text, start, start + reach)):
        start = gap.end()
    if end < sentence.end and (gap := _SPACE.search(text[max(end - reach, 0) : end][::-1])):
        end -= gap.end()
    return Span(start, end)


class _Sentences:
    """The sentences of a text, found only where somebody asks, front to back."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known = Span(0, 0)
        self._spans: list[Span] = []

    def around(self, span: Span) -> Span:
        """From the start of the sentence in which `span` starts to the end of its last."""
        if min(span.end + _MARGIN, len(self._text)) > self._known.end:
            self._segment(span)
        touched = [sentence for sentence in self._spans if sentence.overlaps(span)]
        starts = [span.start, *(sentence.start for sentence in touched)]
        ends = [span.end, *(sentence.end for sentence in touched)]
        return Span(min(starts), max(ends))

    def _segment(self, span: Span) -> None:
        low = max(0, span.start - _MARGIN)
        high = min(len(self._text), span.end + _STRETCH)
        spans = segment(self._text[low:high]).sentence_spans.tolist()
        self._known = Span(low, high)
        self._spans = [Span(low + start, low + end) for start, end in spans]
