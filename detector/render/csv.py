"""Reports as comma-separated values: a row per finding, or a row per article."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from detector.records import ARTICLE_COLUMNS, FINDING_COLUMNS, article_rows, finding_rows
from detector.render.base import Look
from detector.render.layout import spelled
from detector.report import Report

# What a spreadsheet takes for the start of a formula, and the full-width forms that it may.
# https://owasp.org/www-community/attacks/CSV_Injection
# What a spreadsheet would run; and what a GitHub Actions runner would, at the start of a line.
_FORMULA = (*"=+-@＝＋－＠", "::")

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
        rows = article_rows(report) if self.summary else finding_rows(report)
        return _rows(row.values() for row in rows)


def _rows(rows: Iterable[Iterable[_Cell]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(map(_cell, row) for row in rows)
    return stream.getvalue()


def _cell(value: _Cell) -> _Cell:
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else value
    text = spelled(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
