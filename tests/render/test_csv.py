from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import flagged, founding, render
from strategies import reports

from detector.records import ARTICLE_COLUMNS, FINDING_COLUMNS
from detector.render import Look
from detector.report import Evidence, Report, Suggestion

SUMMARY = Look(summary=True)


def rows(rendered: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered, newline=""), strict=True))


def test_a_row_for_each_finding() -> None:
    report = flagged("All is well. Prices have wilt, and it is lofty.", "wilt", "lofty")
    first, second = rows(render("csv", report))
    assert first == {
        "source": "a.txt",
        "record": "",
        "line": "1",
        "column": "26",
        "start": "25",
        "end": "29",
        "actual": "wilt",
        "check": "substitution",
        "probability": "0.9",
        "severity": "warning",
        "expected": "become",
        "confidence": "0.8",
        "also_expected": "",
        "evidence": "seen often",
    }
    assert second["actual"] == "lofty"


def test_further_suggestions_and_reasons_share_a_cell() -> None:
    report = flagged("wilt", "wilt")
    finding = replace(
        report.findings[0],
        expected=(Suggestion("become", 0.8), Suggestion("grown", 0.1), Suggestion("got", 0.05)),
        evidence=(Evidence("collocation", "one"), Evidence("encoder", "two")),
    )
    (row,) = rows(render("csv", replace(report, findings=(finding,))))
    assert (row["expected"], row["also_expected"]) == ("become", "grown; got")
    assert row["evidence"] == "one; two"


def test_a_row_for_each_article() -> None:
    spun, clean = rows(render("csv", founding(0), founding(1), look=SUMMARY))
    assert (spun["verdict"], spun["reliability"], spun["n_findings"]) == ("spun", "3.1", "36")
    assert (clean["verdict"], clean["calibrated"], clean["n_findings"]) == ("clean", "false", "0")
    assert clean["reliability_low"] == ""


@settings(deadline=None)
@given(st.lists(reports(), max_size=3), st.booleans())
def test_one_line_a_row_whatever_an_article_holds(
    given_reports: list[Report], summary: bool
) -> None:
    rendered = render("csv", *given_reports, look=Look(summary=summary))
    expected = len(given_reports) if summary else sum(len(r.findings) for r in given_reports)
    assert len(rows(rendered)) == expected
    assert rendered.count("\n") == expected + 1
    names = ARTICLE_COLUMNS if summary else FINDING_COLUMNS
    assert all(tuple(row) == names for row in rows(rendered))
    assert all(each.isprintable() or each == "\n" for each in rendered if each.isascii())


@settings(deadline=None)
@given(reports())
def test_a_spreadsheet_sees_no_formula(report: Report) -> None:
    # A negative number is no formula.
    record = report.record if isinstance(report.record, str) else None
    for row in rows(render("csv", replace(report, record=record))):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row.values())


@pytest.mark.parametrize("actual", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_a_formula_begins_with_an_apostrophe(actual: str) -> None:
    (row,) = rows(render("csv", flagged(f"It is {actual} now.", actual)))
    assert row["actual"] == "'" + actual.replace("\t", " ")
    assert (row["start"], row["end"]) == ("6", str(6 + len(actual)))
