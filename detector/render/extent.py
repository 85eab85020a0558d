"""Where a finding ends, in lines and columns."""

from __future__ import annotations

import re
from typing import NamedTuple

from detector.report import Finding, Report

_LINE_END = re.compile(r"\r\n|\r|\n")


class Position(NamedTuple):
    """A line and a column, both from 1; columns count code points."""

    line: int
    column: int


def end(report: Report, finding: Finding) -> Position:
    """The place just after the last character of a finding.

    Counted in the article's text where the report has it: in Markdown and HTML the source of a
    finding may be longer than the word that it reads as.
    """
    stretch = report.text[finding.start : finding.end] or finding.actual
    line_ends = [match.end() for match in _LINE_END.finditer(stretch)]
    if not line_ends:
        return Position(finding.line, finding.column + finding.end - finding.start)
    return Position(finding.line + len(line_ends), len(stretch) - line_ends[-1] + 1)
