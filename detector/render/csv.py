"""Reports as comma-separated values: a row per finding, or a row per article."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.render.base import Look
from detector.render.layout import spelled
from detector.report import Finding, Report

FINDING_COLUMNS = (
    "source", "record", "line", "column", "start", "end", "actual", "check", "probability",
    "severity", "expected", "confidence", "also_expected", "evidence",
)  # fmt: skip
ARTICLE_COLUMNS = (
    "source", "record", "status", "reason", "language", "n_words", "reliability",
    "reliability_low", "reliability_high", "calibrated", "verdict", "n_findings",
    "findings_per_1000_words", "model_version",
)  # fmt: skip

# What a spreadsheet takes for the start of a formula, and the full-width forms that it may.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = tuple("=+-@＝＋－＠")
_BETWEEN = "; "

_Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Csv:
    """RFC 4180 with line feeds: one line a row, whatever an article holds.

    A cell of text that a spreadsheet would take for a formula begins with an apostrophe; white
    space is a space, and other control and invisible characters are spelled out. Offsets are
    exact all the same.
    """

    separator: ClassVar[str] = ""
    footer: ClassVar[str] = ""

    summary: bool = False

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer of findings, or of articles."""
        return cls(look.summary)

    @property
    def header(self) -> str:
        """The names of the columns."""
        return _rows([ARTICLE_COLUMNS if self.summary else FINDING_COLUMNS])

    def report(self, report: Report) -> str:
        """A row for each finding, or one for the article."""
        if self.summary:
            return _rows([_article(report)])
        return _rows(_finding(report, finding) for finding in report.findings)


def _article(report: Report) -> list[_Cell]:
    values = report.to_dict()
    values["n_findings"] = len(report.findings)
    return [values[column] for column in ARTICLE_COLUMNS]


def _finding(report: Report, finding: Finding) -> list[_Cell]:
    values = finding.to_dict()
    best, *others = values["expected"] or [{"text": None, "confidence": None}]
    values |= {
        "source": report.source,
        "record": report.record,
        "expected": best["text"],
        "confidence": best["confidence"],
        "also_expected": _BETWEEN.join(other["text"] for other in others),
        "evidence": _BETWEEN.join(evidence.message for evidence in finding.evidence),
    }
    return [values[column] for column in FINDING_COLUMNS]


def _rows(rows: Iterable[Sequence[_Cell]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(map(_cell, row) for row in rows)
    return stream.getvalue()


def _cell(value: _Cell) -> _Cell:
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else value
    text = spelled(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
