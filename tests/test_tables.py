"""JSON Lines, CSV and Parquet: columns, identifiers, damage, hostile files, flat memory."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import Detector
from detector.errors import SourceError
from detector.sources import Article, delimited, json_lines, read
from detector.sources.article import Options

WILT = "The traffic has wilt, heavier."


def found(path: Path, **options: Any) -> list[tuple[int | str | None, str]]:
    """Records and texts; of an error, "!" and what it says."""
    return [
        (each.record, each.text) if isinstance(each, Article) else ("!", str(each))
        for each in read([path], **options)
    ]


def error(path: Path, **options: Any) -> str:
    [(mark, message)] = found(path, **options)
    assert mark == "!"
    return message


def csv_file(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (f'id,text\nx,"{WILT}"\ny,two\n', "a.csv"),
        (f'\ufeffid,text\r\nx,"{WILT}"\r\n\r\ny,two', "a.csv"),
        (f"text;id\n{WILT};x\ntwo;y\n", "a.csv"),
        (f"id\ttext\nx\t{WILT}\ny\ttwo\n", "a.tsv"),
        (f"id|text\nx|{WILT}\ny|two\n", "a.csv"),
        (f'"id",text\nx,"{WILT}"\ny,two', "a.CSV"),
    ],
)
def test_csv_of_every_dialect(tmp_path: Path, content: str, name: str) -> None:
    assert found(csv_file(tmp_path, content, name)) == [("x", WILT), ("y", "two")]


def test_csv_columns_by_name(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'key,body,text\n7,"one\ntwo ""three""",no\n')
    assert found(path, text_column="body", id_column="key") == [("7", 'one\ntwo "three"')]
    assert found(path, text_column="body") == [(1, 'one\ntwo "three"')]


def test_a_wrong_column_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "key,body\n1,one\n")
    message = error(path)
    assert "there is no column 'text', the columns are 'key', 'body'" in message
    assert "--text-column" in message
    assert "no column 'id'" in error(path, text_column="body", id_column="id")
    wide = csv_file(tmp_path, ",".join(f"c{n}" for n in range(40)), "b.csv")
    assert "'c11' and 28 more" in error(wide)


def test_csv_that_is_empty_or_has_only_a_header(tmp_path: Path) -> None:
    assert "the table is empty" in error(csv_file(tmp_path, ""))
    assert "the table is empty" in error(csv_file(tmp_path, "\n\r\n\n"))
    assert found(csv_file(tmp_path, "id,text\n")) == []


def test_rows_that_cannot_be_read_lose_no_others(tmp_path: Path) -> None:
    path = csv_file(tmp_path, b"id,text\na,one\nb,un,quoted\nc\nd,caf\xe9\ne,five\n")
    assert [record for record, _ in found(path)] == ["a", "!", "!", "!", "e"]
    messages = [text for record, text in found(path) if record == "!"]
    assert "row 2: it has 3 fields, the header 2" in messages[0]
    assert "row 3: it has 1 fields" in messages[1]
    assert "row 4: byte 0xE9 at character 3" in messages[2]
    assert found(path, encoding="cp1252")[-2:] == [("d", "caf\u00e9"), ("e", "five")]


def test_csv_in_utf_16(tmp_path: Path) -> None:
    data = "id,text\nx,caf\u00e9\n".encode("utf-16")
    assert found(csv_file(tmp_path, data)) == [("x", "caf\u00e9")]
    assert "damaged or cut off" in found(csv_file(tmp_path, data + b"\x00"))[-1][1]


def test_csv_that_is_binary(tmp_path: Path) -> None:
    assert "binary file" in error(csv_file(tmp_path, b"PK\x03\x04\0\0\0\0" * 100))


def test_a_quotation_mark_that_is_never_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 200_000
    monkeypatch.setattr(delimited, "LONGEST_FIELD", limit)
    path = csv_file(tmp_path, 'id,text\na,one\nb,"two\n' + "c,three\n" * limit)
    before = csv.field_size_limit(1000)
    try:
        first, (mark, message) = found(path)
    finally:
        csv.field_size_limit(before)
    assert first == ("a", "one")
    assert (mark, "is a quotation mark not closed?" in message) == ("!", True)


def test_long_fields_are_read(tmp_path: Path) -> None:
    text = "wilt " * 200_000
    assert found(csv_file(tmp_path, f"id,text\na,{text}\n")) == [("a", text)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=4))
def test_any_text_comes_back_out_of_a_csv(texts: list[str]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerows([["id", "text"], *([number, text] for number, text in enumerate(texts))])
    file = io.BytesIO(b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8"))
    read_back = [
        each.text if isinstance(each, Article) else each
        for each in delimited.articles("a.csv", file, Options())
    ]
    assert read_back == texts


def test_memory_does_not_grow_with_a_table(tmp_path: Path) -> None:
    row = f'x,"{"The traffic has grown. " * 400}"\n'
    path = csv_file(tmp_path, "id,text\n" + row * 500)
    rows: Iterator[Article | SourceError] = read([path])
    next(rows)
    tracemalloc.start()
    count = sum(1 for _ in rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 499
    assert peak < 20 * len(row)


def test_json_lines_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows: list[dict[str, Any]] = [{"body": WILT, "key": 5}, {"text": "x"}, {"body": 1, "key": 2}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    first, second, third = found(path, text_column="body", id_column="key")
    assert first == (5, WILT)
    assert "found the fields 'text': name one with --text-column" in second[1]
    assert 'a "body" that is a int' in third[1]
    path.write_text('{"body": "one"}', encoding="utf-8")
    assert 'there is no "key"' in error(path, text_column="body", id_column="key")


def test_json_lines_without_line_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 1000)
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"text": "' + "x" * 3000 + '"}\n', encoding="utf-8")
    first, (_, message) = found(path)
    assert first == (1, "one")
    assert "line 2: it is longer than 1,000 bytes" in message


pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def parquet(tmp_path: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "dictionary"])
def test_parquet_of_every_kind_of_text(tmp_path: Path, kind: str) -> None:
    texts = pa.array([WILT, "two", WILT])
    texts = texts.dictionary_encode() if kind == "dictionary" else texts.cast(getattr(pa, kind)())
    path = parquet(tmp_path, {"id": [7, 8, None], "text": texts}, row_group_size=2)
    assert found(path) == [(7, WILT), (8, "two"), (3, WILT)]
    assert found(path, id_column="text")[1] == (2, "two")


def test_parquet_columns(tmp_path: Path) -> None:
    path = parquet(tmp_path, {"key": [1.5], "body": [WILT], "n": [1]})
    assert found(path, text_column="body", id_column="key") == [("1.5", WILT)]
    assert "no column 'text', the columns are 'key', 'body', 'n'" in error(path)
    assert "the column 'n' holds int64, not text" in error(path, text_column="n")
    assert "no column 'x'" in error(path, text_column="body", id_column="x")


def test_parquet_nulls_lose_no_others(tmp_path: Path) -> None:
    first, second, third = found(parquet(tmp_path, {"text": ["one", None, "three"]}))
    assert (first, second, third) == ((1, "one"), (2, ""), (3, "three"))


def test_an_empty_cell_and_a_null_are_the_same(tmp_path: Path, detector: Detector) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": null}\n{"text": NaN}\n{"text": ""}\n')
    (tmp_path / "a.json").write_text('[{"text": null}, {"text": ""}]')
    csv_file(tmp_path, 'id,text\n1,\n2,""\n', "a.csv")
    empty = parquet(tmp_path, {"text": [None, ""]})
    for path in (tmp_path / "a.jsonl", tmp_path / "a.json", tmp_path / "a.csv", empty):
        for article in read([path]):
            assert isinstance(article, Article)
            report = detector.score(article)
            assert (report.status, report.reason) == ("skipped", "the text is empty")


def test_parquet_that_is_damaged_or_empty(tmp_path: Path) -> None:
    path = parquet(tmp_path, {"text": ["one " * 1000] * 50})
    data = path.read_bytes()
    for damaged in (b"", b"PAR1", data[:-20], data[: len(data) // 2] + data[-4:], b"x" * 100):
        path.write_bytes(damaged)
        assert "the Parquet file is damaged" in error(path)
    assert found(parquet(tmp_path, {"text": pa.array([], pa.string())})) == []


def test_parquet_that_unpacks_to_far_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.sources.parquet._LARGE", 1 << 22)
    bomb = pa.array(["\0" * (1 << 23)])
    path = parquet(tmp_path, {"text": bomb}, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 1 << 14
    assert "that is no text" in error(path)


def test_parquet_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet(tmp_path, {"text": ["one"]})
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert "pip install 'detector[parquet]'" in error(path)
