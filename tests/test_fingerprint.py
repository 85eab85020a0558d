from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from strategies import reports

from detector.document import Span
from detector.fingerprint import fingerprint
from detector.report import Finding, Report
from detector.segment import segment
from detector.sources.html import read_html

PARAGRAPH = "Both sides said that talks have wilt increasingly regular over time."


def found(text: str, actual: str = "wilt", check: str = "substitution") -> str:
    start = text.index(actual)
    span = Span(start, start + len(actual))
    finding = Finding.at(segment(text), span, check=check, probability=0.9)
    return fingerprint(report(text, finding), finding)


def report(text: str, *findings: Finding) -> Report:
    return Report("a.txt", "1", "scored", None, "en", 50, 50.0, "suspect", findings, text=text)


def test_edits_elsewhere_do_not_matter() -> None:
    known = found(PARAGRAPH)
    assert found(f"A new beginning.\n\n{PARAGRAPH}\n\nAnd a new end.") == known
    assert found(PARAGRAPH.replace("Both sides", "Each of the two sides")) == known
    assert found(PARAGRAPH.replace(" over time", "")) != known  # the third word after it


def test_neither_do_case_typography_and_line_breaks() -> None:
    known = found("The minister’s talks have wilt — increasingly.")
    assert found("the minister's talks\nhave wilt, INCREASINGLY.") == known


def test_the_next_paragraph_is_elsewhere() -> None:
    known = found("First words.\n\nIt wilt.\n\nLast words.")
    assert found("Other words!\r\n \r\nIt wilt.\n\n\nThe end.") == known


def test_check_words_and_context_matter() -> None:
    variants = [
        found(PARAGRAPH),
        found(PARAGRAPH, check="inflection"),
        found(PARAGRAPH, actual="have wilt"),
        found(PARAGRAPH.replace("wilt", "fade"), actual="fade"),
        found(PARAGRAPH.replace("talks", "walks")),
    ]
    assert len(set(variants)) == len(variants)


@given(reports())
def test_any_finding_has_one(report: Report) -> None:
    made = [fingerprint(report, finding) for finding in report.findings]
    assert len(made) == len(report.findings)
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in made)


def test_markup_is_no_context() -> None:
    """Three words are between the tags, and the same three without them."""
    html = "<p>Both say that <em class='a'>talks</em> wilt <b>again</b> and <i>again</i>.</p>"
    start = html.index("wilt")
    finding = Finding(start, start + 4, 1, start + 1, "wilt", "substitution", 0.9)
    marked = replace(report(html, finding), extract=read_html(html))
    assert fingerprint(marked, finding) == found("Both say that talks wilt again and again.")
