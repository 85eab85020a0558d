"""Findings as annotations of a GitHub Actions workflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.render.base import Look, name
from detector.render.extent import end
from detector.render.layout import spelled
from detector.render.wording import count, message, title
from detector.report import Finding, Report

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


@dataclass(frozen=True, slots=True)
class Github:
    """A workflow command a line: a finding, and an article that is not called clean.

    An article can neither end its command nor begin another: what has a meaning there is written
    as GitHub's toolkit does (``%25``, ``%0A``, ``%3A``, ``%2C``), and what is invisible is spelled
    out.
    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """

    header: ClassVar[str] = ""
    separator: ClassVar[str] = ""
    footer: ClassVar[str] = ""

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; annotations have no look."""
        return cls()

    def report(self, report: Report) -> str:
        """The lines of one article; none for a clean one without findings."""
        return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    if report.reliability is not None and report.verdict != "clean":
        where: dict[str, str | int] = {"file": report.source, "line": 1}
        where["title"] = f"detector: {report.verdict}"
        provisional = "" if report.calibrated else " (provisional)"
        yield _command(
            "notice",
            where,
            f"{name(report)}: reliability {report.reliability:.1f} of 100{provisional}, "
            f"{count(len(report.findings), 'finding')} in {count(report.n_words, 'word')}",
        )
    for finding in report.findings:
        record = "" if report.record is None else f"#{report.record}: "
        yield _command(finding.severity, _place(report, finding), record + message(finding))


def _place(report: Report, finding: Finding) -> dict[str, str | int]:
    """Columns only on one line: GitHub takes no others."""
    last = end(report, finding)
    lines: dict[str, str | int] = {"line": finding.line, "endLine": last.line}
    if last.line == finding.line:
        lines |= {"col": finding.column, "endColumn": last.column}
    return {"file": report.source, **lines, "title": f"detector: {title(finding.check)}"}


def _command(level: str, properties: dict[str, str | int], text: str) -> str:
    written = ",".join(
        f"{key}={spelled(str(value)).translate(_PROPERTY)}" for key, value in properties.items()
    )
    return f"::{level} {written}::{spelled(text).translate(_DATA)}"
