"""Reports as flat rows, for tables: one per finding, per article or per paragraph.

CSV and data frames have these columns under these names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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
PARAGRAPH_COLUMNS = (
    "source", "record", "paragraph", "start", "end", "n_words", "n_findings", "density",
)  # fmt: skip

Row = dict[str, Any]
"""Values by column: strings, numbers, booleans and None only."""

_BETWEEN = "; "


def article_rows(report: Report) -> Iterator[Row]:
    """The one row of an article (`ARTICLE_COLUMNS`)."""
    yield _chosen(report.to_dict() | {"n_findings": len(report.findings)}, ARTICLE_COLUMNS)


def finding_rows(report: Report) -> Iterator[Row]:
    """A row for each finding (`FINDING_COLUMNS`), in the order of the text."""
    for finding in report.findings:
        yield _chosen(_place(report) | _finding(finding), FINDING_COLUMNS)


def paragraph_rows(report: Report) -> Iterator[Row]:
    """A row for each paragraph (`PARAGRAPH_COLUMNS`), numbered from 1."""
    for number, paragraph in enumerate(report.paragraphs, start=1):
        values = _place(report) | paragraph.to_dict() | {"paragraph": number}
        yield _chosen(values, PARAGRAPH_COLUMNS)


def _place(report: Report) -> Row:
    return {"source": report.source, "record": report.record}


def _finding(finding: Finding) -> Row:
    values = finding.to_dict()
    best, *others = values["expected"] or [{"text": None, "confidence": None}]
    return values | {
        "expected": best["text"],
        "confidence": best["confidence"],
        "also_expected": _BETWEEN.join(other["text"] for other in others),
        "evidence": _BETWEEN.join(evidence.message for evidence in finding.evidence),
    }


def _chosen(values: Mapping[str, Any], columns: tuple[str, ...]) -> Row:
    return {column: values[column] for column in columns}
