"""The allow list and the reader of lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector.allow import AllowList, load_allow
from detector.document import Document, Span
from detector.errors import ConfigError
from detector.report import Finding
from detector.segment import segment


def kept(text: str, actual: str, *allow: str) -> bool:
    document = segment(text)
    start = text.index(actual)
    finding = Finding.at(
        document, Span(start, start + len(actual)), check="substitution", probability=0.9
    )
    return AllowList(frozenset(allow)).keep([finding], document) == [finding]


@pytest.mark.parametrize(
    ("text", "actual", "entry"),
    [
        ("Gold prices wilt.", "wilt", "wilt"),
        ("Gold prices WILT.", "WILT", "wilt"),
        ("Gold prices wilt.", "wilt", "WILT"),
        ("the Café\u2019s menu", "Café\u2019s", "cafe"),
        ("the cafe\u0301 menu", "cafe\u0301", "café"),
        ("an up\u2011to\u2011date list", "up\u2011to\u2011date", "up-to-date"),
        ("They don\u2019t wilt.", "don\u2019t", "don't"),
        ("Old writ structures stay.", "writ", "writ structures"),
        ("Old writ structures stay.", "structures", "writ structures"),
        ("Old writ structures stay.", "writ structures", "writ structures"),
        ("Old writ\nstructures stay.", "writ", "Writ  Structures"),
        ("Treating a MRSA case.", "a MRSA", "MRSA"),
        ("so\u00adlo work", "so\u00adlo", "solo"),
    ],
)
def test_an_entry_covers(text: str, actual: str, entry: str) -> None:
    assert kept(text, actual)
    assert not kept(text, actual, entry)


@pytest.mark.parametrize(
    ("text", "actual", "entry"),
    [
        ("Gold prices wilted.", "wilted", "wilt"),
        ("Old writ structures stay.", "writ", "structures"),
        ("Old writ structures stay.", "writ structures", "writ"),
        ("Old writ or structures.", "writ", "writ structures"),
        ("The wilt-resistant crop.", "wilt-resistant", "wilt"),
        ("writ structures and writ", " writ", "writ structures"),
    ],
)
def test_an_entry_does_not_cover(text: str, actual: str, entry: str) -> None:
    assert kept(text, actual, entry)


def test_a_long_occurrence_that_starts_first_still_counts() -> None:
    text = "the big red old house burns"
    assert not kept(text, "old", "big red old house", "red")
    assert kept(text, "burns", "big red old house", "red")


def test_the_order_of_findings_is_kept() -> None:
    document = segment("one two three")
    findings = [
        Finding.at(document, document.span(index), check="substitution", probability=0.5)
        for index in (2, 0, 1)
    ]
    allowed = AllowList(frozenset({"two"})).keep(iter(findings), document)
    assert [finding.actual for finding in allowed] == ["three", "one"]


def test_no_list_and_no_text() -> None:
    empty: Document = segment("")
    assert AllowList().keep([], empty) == []
    assert AllowList(frozenset({"wilt"})).keep([], empty) == []


def test_an_entry_without_a_word_is_refused() -> None:
    with pytest.raises(ConfigError, match="contains no word"):
        AllowList(frozenset({"!!!"}))


def test_load_allow(tmp_path: Path) -> None:
    path = tmp_path / "allow.txt"
    path.write_text("\ufeffwilt\n\n# names\n  Writ Structures \r\ncaf\u00e9\n", encoding="utf-8")
    assert load_allow(path) == {"wilt", "Writ Structures", "café"}


def test_load_allow_teaches(tmp_path: Path) -> None:
    path = tmp_path / "allow.txt"
    with pytest.raises(ConfigError, match="cannot be read"):
        load_allow(path)
    path.write_bytes("café".encode("cp1252"))
    with pytest.raises(ConfigError, match=r"not UTF-8 .*0xe9 at offset 3"):
        load_allow(path)
