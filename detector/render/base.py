"""What a renderer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

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
    """

    colour: bool = False
    width: int = 80


class Renderer(Protocol):
    """Turns reports into one format. It decides and counts nothing, and holds no state.

    An output is the header, the reports with a separator between two, and the footer; so it can
    be written while articles are still being scored, and is complete with no report at all.
    """

    header: ClassVar[str]
    separator: ClassVar[str]
    footer: ClassVar[str]

    @classmethod
    def build(cls, look: Look) -> Self:
        """The renderer; it takes from `look` what its format knows."""
        ...

    def report(self, report: Report) -> str:
        """One report, with the line end that it needs."""
        ...


def name(report: Report) -> str:
    """What to call an article: its source, and its record where the source holds many."""
    return report.source if report.record is None else f"{report.source}#{report.record}"


def place(report: Report, finding: Finding) -> str:
    """Where a finding is, as editors and terminals know it: name, line and column."""
    return f"{name(report)}:{finding.line}:{finding.column}"
