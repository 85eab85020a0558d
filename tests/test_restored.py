from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import reports

from detector.document import Span
from detector.report import Evidence, Finding, Report, Suggestion
from detector.restored import restore
from detector.segment import segment


def finding(text: str, word: str, expected: str, confidence: float = 0.9) -> Finding:
    start = text.index(word)
    return Finding.at(
        segment(text),
        Span(start, start + len(word)),
        check="substitution",
        probability=0.9,
        expected=(Suggestion(expected, confidence),),
        evidence=(Evidence("encoder", "because"),),
    )


@pytest.mark.parametrize(
    ("text", "word", "expected", "restored"),
    [
        ("It has wilt regular.", "wilt", "become", "It has become regular."),
        ("On the off chance that it rains", "On the off chance that", "If", "If it rains"),
        ("his very own house", " very", "", "his own house"),
        ("his very own house", "very", "", "his own house"),
        ("It was a celebration.", "celebration", "event", "It was an event."),
        ("An structuring of aims", "structuring", "alignment", "An alignment of aims"),
        ("An occasion", "occasion", "party", "A party"),
        ("Vitamin A occasion", "occasion", "party", "Vitamin A party"),
        ("Nothing known", "known", "known", "Nothing known"),
    ],
)
def test_put_back(text: str, word: str, expected: str, restored: str) -> None:
    assert restore(text, [finding(text, word, expected)]).text == restored


def test_unsure_suggestions_stay_out() -> None:
    text = "It has wilt regular."
    assert restore(text, [finding(text, "wilt", "become", 0.4)]).text == text
    assert restore(text, [replace(finding(text, "wilt", "x"), expected=())]).text == text
    unsure = [finding(text, "wilt", "become", 0.4)]
    assert restore(text, unsure, min_confidence=0.3).text == "It has become regular."


@given(reports(), st.data())
def test_offsets_are_mapped_both_ways(report: Report, data: st.DataObject) -> None:
    restored = report.restored()
    for edit in restored.edits:
        assert report.text[edit.start : edit.end] == edit.actual
        assert restored.text[edit.restored_start : edit.restored_end] == edit.text
    offset = data.draw(st.integers(0, len(report.text)))
    inside = any(edit.start <= offset < edit.end for edit in restored.edits)
    mapped = restored.to_restored(offset)
    assert 0 <= mapped <= len(restored.text)
    assume(not inside)
    assert report.text[offset : offset + 1] == restored.text[mapped : mapped + 1] or any(
        edit.restored_start == mapped or edit.start == offset for edit in restored.edits
    )
    assert restored.to_original(mapped) == offset or any(
        edit.restored_start <= mapped <= edit.restored_end for edit in restored.edits
    )
    assert restored.to_restored(len(report.text)) == len(restored.text)


@given(reports())
def test_undoing_the_edits_gives_the_article(report: Report) -> None:
    restored = report.restored()
    parts, at = [], 0
    for edit in restored.edits:
        parts += [restored.text[at : edit.restored_start], edit.actual]
        at = edit.restored_end
    assert "".join([*parts, restored.text[at:]]) == report.text
    assert report.restored_text == restored.text
