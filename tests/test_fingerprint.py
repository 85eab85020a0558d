from __future__ import annotations

from hypothesis import given
from strategies import reports

from detector.document import Span
from detector.fingerprint import fingerprint, fingerprints
from detector.report import Finding, Report
from detector.segment import segment

PARAGRAPH = "Both sides said that talks have wilt increasingly regular over time."


def found(text: str, actual: str = "wilt", check: str = "substitution") -> str:
    start = text.index(actual)
    document = segment(text)
    span = Span(start, start + len(actual))
    return fingerprint(text, Finding.at(document, span, check=check, probability=0.9))


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
    made = fingerprints(report.text, report.findings)
    assert len(made) == len(report.findings)
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in made)
