"""A user's labelled data, right and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation.labelled import Kind
from detector.evaluation.userdata import load_user_data


def rows(path: Path, *values: object) -> Path:
    path.write_text("\n".join(json.dumps(value) for value in values) + "\n", encoding="utf-8")
    return path


def test_labels(tmp_path: Path) -> None:
    path = rows(
        tmp_path / "mine.jsonl",
        {"text": "It has wilt.", "label": "spun", "group": "news"},
        {"text": "It has grown.", "label": "clean", "id": "honest"},
    )
    dataset = load_user_data(path)
    assert (dataset.name, dataset.kind) == ("mine", Kind.ARTICLES)
    spun, clean = dataset.texts
    assert (spun.spun, spun.replaced, spun.group, spun.name) == (True, None, "news", "1")
    assert (clean.spun, clean.replaced, clean.name) == (False, (), "honest")


def test_spans_in_both_forms(tmp_path: Path) -> None:
    text = "It has wilt increasingly regular."
    path = rows(
        tmp_path / "mine.jsonl",
        {"text": text, "spans": [[12, 24], [7, 11]]},
        {"text": text, "spans": [{"start": 7, "end": 11, "expected": ["become"]}]},
        {"text": text, "spans": []},
    )
    pairs, objects, none = load_user_data(path).texts
    assert pairs.replaced is not None
    assert [entry.span for entry in pairs.replaced] == [Span(7, 11), Span(12, 24)]
    assert objects.replaced is not None
    assert objects.replaced[0].expected == ("become",)
    assert (none.spun, none.replaced) == (False, ())


def test_spans_count_code_points(tmp_path: Path) -> None:
    path = rows(tmp_path / "mine.jsonl", {"text": "\U0001f642 wilt", "spans": [[2, 6]]})
    (text,) = load_user_data(path).texts
    assert text.replaced is not None
    assert text.replaced[0].span.of(text.text) == "wilt"


def test_a_folder(tmp_path: Path) -> None:
    for name, text in (("spun", "It has wilt."), ("clean", "It has grown.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(text, encoding="utf-8")
    spun, clean = load_user_data(tmp_path).texts
    assert (spun.name, spun.spun, clean.name, clean.spun) == (
        "spun/a.txt",
        True,
        "clean/a.txt",
        False,
    )
    assert spun.cluster == clean.cluster


def test_only_clean_texts_are_measured_as_such(tmp_path: Path) -> None:
    path = rows(tmp_path / "mine.jsonl", {"text": "It has grown.", "label": "clean"})
    assert load_user_data(path).kind is Kind.CLEAN


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1], "give an object"),
        ({"label": "spun"}, '"text" is None'),
        ({"text": "a"}, 'neither "label" nor "spans"'),
        ({"text": "a", "label": "fake"}, '"spun" or "clean" is expected'),
        ({"text": "a", "spans": "0-1"}, "a list such as"),
        ({"text": "a", "spans": [[0, 2]]}, "0 <= start < end <= 1"),
        ({"text": "a", "spans": [[1, 1]]}, "no span of this text"),
        ({"text": "a", "spans": [{"start": 0}]}, "no span of this text"),
        ({"text": "a", "spans": [[0, 1]], "label": "clean"}, "drop one"),
    ],
)
def test_a_bad_row_names_its_line(tmp_path: Path, row: object, message: str) -> None:
    path = rows(tmp_path / "mine.jsonl", {"text": "fine", "label": "clean"}, row)
    with pytest.raises(SourceError, match=r"mine\.jsonl:2: ") as caught:
        load_user_data(path)
    assert message in str(caught.value)


def test_what_is_not_json(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("It has wilt.\n", encoding="utf-8")
    with pytest.raises(SourceError, match="one JSON object a line"):
        load_user_data(path)


def test_ids_are_unique(tmp_path: Path) -> None:
    row = {"id": "a", "text": "fine", "label": "clean"}
    with pytest.raises(SourceError, match="used before"):
        load_user_data(rows(tmp_path / "mine.jsonl", row, row))


def test_a_folder_of_another_form(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="neither a folder 'spun'"):
        load_user_data(tmp_path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        load_user_data(tmp_path / "missing.jsonl")
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="no labelled text"):
        load_user_data(tmp_path / "empty.jsonl")
