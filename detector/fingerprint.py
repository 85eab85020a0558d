"""What a finding is known by: its check and the words around it, not its line.

A baseline recognises findings by it after the article was edited elsewhere, and SARIF's consumers
do so between two runs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence

from detector.folding import fold
from detector.report import Finding, Report

VERSION = 1
"""Of the recipe: a fingerprint of another version never equals one of this."""

# Words of context on each side: enough to tell most occurrences of a word apart, and few enough
# that an edit in the next sentence changes nothing.
CONTEXT_WORDS = 3
# Characters in which they are looked for.
_WINDOW = 160

_WORD = re.compile(r"\w+(?:['-]\w+)*")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\n]*\r\n|\f")


def fingerprint(report: Report, finding: Finding) -> str:
    r"""What identifies a finding wherever it moves to: 32 hexadecimal digits.

    The name of the check, the flagged words, and up to `CONTEXT_WORDS` words on each side in the
    same paragraph; case, typography, punctuation and line breaks around them do not matter. Two
    findings may share it ("very wilt, very wilt"): whoever compares counts them.

    Parameters
    ----------
    report : Report
        With its text. Of a source with markup only the prose counts.
    finding : Finding
        One of its findings.
    """
    text, span = report.text, finding.span
    if report.extract is not None:
        text, span = report.extract.text, report.extract.prose_span(span)
    before = _PARAGRAPH_END.split(text[max(span.start - _WINDOW, 0) : span.start])[-1]
    after = _PARAGRAPH_END.split(text[span.end : span.end + _WINDOW], maxsplit=1)[0]
    recipe = [
        VERSION,
        finding.check,
        _words(before)[-CONTEXT_WORDS:],
        fold(finding.actual).split(),
        _words(after)[:CONTEXT_WORDS],
    ]
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:32]


def _words(text: str) -> Sequence[str]:
    return _WORD.findall(fold(text))
