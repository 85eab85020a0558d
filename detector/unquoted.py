"""Findings outside quotations: what an author quotes is not the author's."""

from __future__ import annotations

from collections.abc import Iterable

from detector.document import Document, TokenFlag
from detector.report import Finding


def unquoted(findings: Iterable[Finding], document: Document) -> tuple[Finding, ...]:
    """Leave out the findings all of whose tokens are quoted or mentioned (`TokenFlag.QUOTED`).

    Examples
    --------
    >>> from detector.document import Span
    >>> from detector.segment import segment
    >>> text = segment("It has wilt, he said, and \\"the writ structures\\" too.")
    >>> spans = (Span(7, 11), Span(31, 35))
    >>> found = [Finding.at(text, span, check="substitution", probability=0.9) for span in spans]
    >>> [finding.actual for finding in unquoted(found, text)]
    ['wilt']
    """
    return tuple(finding for finding in findings if not _is_quoted(finding, document))


def _is_quoted(finding: Finding, document: Document) -> bool:
    covered = document.flags[document.tokens_in(finding.span)] & TokenFlag.QUOTED
    return len(covered) > 0 and bool(covered.all())
