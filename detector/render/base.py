"""What a renderer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

from detector.report import Finding, Report


@dataclass(frozen=True, slots=True)
class Look:
    """What the output may look like: known to the command line, not to a report.

    Attributes
    ----------
    colour : bool
        Whether terminal escapes are wanted.
    width : int
        Columns to fill, where a format breaks lines at all.
    summary : bool
        Articles without their findings, where a format can do so (`SUMMARIES`).
    date : str or None
        When the articles were scored, for a format that keeps a record: ISO 8601, in UTC.
    restore : bool
        The article with what stood there put back, where a format can do so (`RESTORERS`).
    settings : tuple of (str, str)
        Names and values of the options that the articles were scored with, for such a record.
    explain : bool
        Whether a format for people says what moved the reliability.
    verbose : bool
        All suggestions and reasons, where a format shows the best ones (`VERBOSE`).
    """

    colour: bool = False
    width: int = 80
    summary: bool = False
    restore: bool = False
    date: str | None = None
    settings: tuple[tuple[str, str], ...] = ()
    explain: bool = False
    verbose: bool = False


class Renderer(Protocol):
    """Turns reports into one format. It decides nothing, and keeps nothing of a report.

    An output is the header, the reports with a separator between two that are not empty, and the
    footer; so it can be written while articles are still being scored, and is complete with no
    report at all.
    """

    @property
    def header(self) -> str:
        """What comes first."""
        ...

    @property
    def separator(self) -> str:
        """What stands between two reports."""
        ...

    @property
    def footer(self) -> str:
        """What comes last, whatever happened before."""
        ...

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; it takes from `look` what its format knows."""
        ...

    def report(self, report: Report) -> str:
        """One report, with the line end that it needs; empty if there is nothing to say of it."""
        ...


def contents(report: Report, *, restore: bool) -> dict[str, Any]:
    """A report as JSON types, with the restored text and its edits where that is asked for."""
    restored = {"restored": report.restored().to_dict()} if restore else {}
    return report.to_dict() | restored


def name(report: Report) -> str:
    """What to call an article: its source, and its record where the source holds many."""
    return report.source if report.record is None else f"{report.source}#{report.record}"


def place(report: Report, finding: Finding) -> str:
    """Where a finding is, as editors and terminals know it: name, line and column."""
    return f"{name(report)}:{finding.line}:{finding.column}"
