"""Text -> HTML: everything that an article can bring stays text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from operator import attrgetter

from detector.document import Span
from detector.render.layout import spelled
from detector.report import Finding

# Probability from which on a mark is strong, and from which on it is medium.
STRONG, MEDIUM = 0.9, 0.7


def text(raw: str) -> str:
    """`raw` as HTML, for content and quoted attributes: markup escaped, the invisible spelled out.

    Examples
    --------
    >>> text("<b>wi\\u200blt</b>")
    '&lt;b&gt;wi&lt;U+200B&gt;lt&lt;/b&gt;'
    """
    return escape(spelled(raw))


def strength(probability: float) -> str:
    """The class of a mark of this probability.

    Examples
    --------
    >>> strength(0.97), strength(0.8), strength(0.5)
    ('s3', 's2', 's1')
    """
    if probability >= STRONG:
        return "s3"
    return "s2" if probability >= MEDIUM else "s1"


def pieces(span: Span, findings: Sequence[Finding]) -> Iterator[tuple[Span, int | None]]:
    """A stretch of the article cut at its findings, each piece with the number of its finding.

    Parameters
    ----------
    span : Span
        The stretch.
    findings : sequence of Finding
        Of the article: sorted, without overlaps.

    Yields
    ------
    Span, int or None
        The pieces in order, which make up `span`; index of the finding, None between findings.
    """
    start = span.start
    for index in range(bisect_right(findings, start, key=attrgetter("end")), len(findings)):
        finding = findings[index]
        if finding.start >= span.end:
            break
        low, high = max(finding.start, start), min(finding.end, span.end)
        if low > start:
            yield Span(start, low), None
        yield Span(low, high), index
        start = high
    if start < span.end:
        yield Span(start, span.end), None
