"""Findings outside quotations: what an author quotes is not the author's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, TokenFlag
from detector.extract import Extract
from detector.report import Finding


def unquoted(
    findings: Iterable[Finding], document: Document, extract: Extract | None = None
) -> tuple[Finding, ...]:
    """Leave out the findings all of whose tokens are quoted.

    Quoted is what stands between quotation marks, and what the markup says is (`Extract`).

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
    quoted = (document.flags & TokenFlag.QUOTED) > 0
    if extract is not None:
        for pair in extract.quotations:
            first, last = np.searchsorted(document.starts, pair)
            quoted[first:last] = True
    return tuple(finding for finding in findings if not _is_quoted(finding, document, quoted))


def _is_quoted(finding: Finding, document: Document, quoted: NDArray[np.bool_]) -> bool:
    covered = quoted[document.tokens_in(finding.span)]
    return len(covered) > 0 and bool(covered.all())
