"""Reports as pandas data frames. Needs the extra ``notebook``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from detector.extras import require
from detector.records import (
    ARTICLE_COLUMNS,
    FINDING_COLUMNS,
    PARAGRAPH_COLUMNS,
    Row,
    article_rows,
    finding_rows,
    paragraph_rows,
)
from detector.report import Report

if TYPE_CHECKING:
    import pandas as pd

Per = Literal["finding", "article", "paragraph"]


class _Table(NamedTuple):
    columns: tuple[str, ...]
    rows: Callable[[Report], Iterator[Row]]


_TABLES: Mapping[Per, _Table] = {
    "finding": _Table(FINDING_COLUMNS, finding_rows),
    "article": _Table(ARTICLE_COLUMNS, article_rows),
    "paragraph": _Table(PARAGRAPH_COLUMNS, paragraph_rows),
}
# What a column without a value, or a frame without a row, could not tell by itself.
_WHOLE = ("article", "line", "column", "start", "end", "paragraph", "n_words", "n_findings")
_REAL = (
    "probability", "confidence", "density", "reliability", "reliability_low", "reliability_high",
    "findings_per_1000_words",
)  # fmt: skip
_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "status": ("scored", "short", "skipped"),
    "verdict": ("spun", "suspect", "clean"),
    "severity": ("notice", "warning", "error"),
}
_TYPES = dict.fromkeys(_WHOLE, "int64") | dict.fromkeys(_REAL, "float64") | {"calibrated": "bool"}
_MIXED = "record"


def to_frame(reports: Report | Iterable[Report], *, per: Per = "finding") -> pd.DataFrame:
    """Reports as a tidy data frame: a row per finding, per article or per paragraph.

    Parameters
    ----------
    reports : Report or iterable of Report
        May be a stream such as ``Detector.score_many`` gives; only the rows are kept.
    per : {"finding", "article", "paragraph"}
        What a row is.

    Returns
    -------
    pandas.DataFrame
        ``article``, the position of the report (from 0), joins the three tables; then the columns
        of the CSV format under the same names (`detector.records`), ``expected`` being the first
        suggestion and ``also_expected`` the others. Every cell is a scalar. ``start`` and ``end``
        are code points into the source; ``probability`` and ``confidence`` run from 0 to 1,
        ``reliability`` from 0 to 100, ``density`` from 0 to 1,000. Missing numbers are NaN.
        ``status``, ``verdict`` and ``severity`` are ordered categories. A frame without rows has
        the same columns and types.

    Raises
    ------
    MissingExtraError
        If pandas is not installed.
    ValueError
        If `per` is none of the three.
    """
    require("pandas", extra="notebook")
    import pandas as pd

    if per not in _TABLES:
        wanted = ", ".join(map(repr, _TABLES))
        raise ValueError(f"per is {per!r}, but a row can be one of {wanted}")
    table = _TABLES[per]
    given = [reports] if isinstance(reports, Report) else reports
    rows = [
        {"article": number, **row}
        for number, report in enumerate(given)
        for row in table.rows(report)
    ]
    frame = pd.DataFrame(rows, columns=["article", *table.columns])
    return frame.astype({column: _type(column) for column in frame.columns})


def _type(column: str) -> Any:
    import pandas as pd

    if column in _CATEGORIES:
        return pd.CategoricalDtype(list(_CATEGORIES[column]), ordered=True)
    if column == _MIXED:  # row numbers, identifiers, or nothing
        return "object"
    return _TYPES.get(column, "str")
