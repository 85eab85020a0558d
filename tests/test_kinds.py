"""Kinds of files are told by what they hold; what no reader takes a text out of is named."""

from __future__ import annotations

import io
import json
import os
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from detector import SourceError
from detector.document import Span
from detector.sources import Article, read

DOCUMENTS = Path(__file__).parent / "data/documents"


def one(path: Path) -> Article:
    [found] = read([path])
    assert isinstance(found, Article), found
    return found


def error(path: Path) -> str:
    [found] = read([path])
    assert isinstance(found, SourceError)
    return str(found)


def optional(name: str) -> None:
    if name.endswith("pdf"):
        pytest.importorskip("pypdf", reason="PDF needs the extra 'pdf'")
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="Parquet needs the extra 'parquet'")


@pytest.mark.parametrize("name", ["spun.docx", "harbour.pdf", "rows.parquet"])
@pytest.mark.parametrize("ending", ["", ".txt", ".bin"])
def test_the_name_of_a_file_does_not_matter(name: str, ending: str, tmp_path: Path) -> None:
    optional(name)
    (tmp_path / f"a{ending}").write_bytes((DOCUMENTS / name).read_bytes())
    found = [article.text for article in read([tmp_path / f"a{ending}"])]  # type: ignore[union-attr]
    assert found == [article.text for article in read([DOCUMENTS / name])]  # type: ignore[union-attr]


class Pipe(io.RawIOBase):
    """What cannot be sought in."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._file.readinto(buffer)


@pytest.mark.parametrize(
    "name", ["spun.docx", "harbour.pdf", "rows.parquet", "spun.html", "spun.txt"]
)
def test_standard_input_is_told_by_its_content(name: str) -> None:
    optional(name)
    data = (DOCUMENTS / name).read_bytes()
    expected = [article.prose for article in read([DOCUMENTS / name])]  # type: ignore[union-attr]
    for stdin in (io.BytesIO(data), io.BufferedReader(Pipe(data))):
        found = read(["-"], stdin=stdin)
        assert [article.prose for article in found] == expected  # type: ignore[union-attr]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    data = (DOCUMENTS / "spun.docx").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writer.start()
    assert one(tmp_path / "pipe").text == one(DOCUMENTS / "spun.docx").text
    writer.join()


def test_texts_that_begin_like_something_else_are_texts(tmp_path: Path) -> None:
    for text in ("PAR1 is a gene.", "PKs are keys.", "<html> is a tag.", "%PD", "", "{ a brace"):
        (tmp_path / "a.txt").write_text(text)
        assert one(tmp_path / "a.txt").text == text


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("a.rtf", b"{\\rtf1\\ansi The crane came.}", "this is RTF: save it as .docx"),
        ("a.txt", b"{\\rtf1\\ansi The crane came.}", "this is RTF: save it as .docx"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file"),
        ("a.eml", b"From: a@b.example\n\nThe crane came.", "an e-mail: save its body"),
    ],
)
def test_kinds_that_are_not_read_are_named(
    name: str, content: bytes, hint: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert hint in error(tmp_path / name)


@pytest.mark.parametrize(
    ("part", "content", "hint"),
    [
        ("mimetype", "application/epub+zip", "an EPUB"),
        ("mimetype", "application/vnd.oasis.opendocument.text", "an OpenDocument file"),
        ("ppt/presentation.xml", "<p/>", "a presentation"),
        ("xl/workbook.xml", "<w/>", "a workbook: save the sheet as CSV"),
    ],
)
def test_archives_that_are_not_read_are_named(
    part: str, content: str, hint: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as archive:
        archive.writestr(part, content)
    assert hint in error(tmp_path / "a")


def test_word_with_macros_is_word(tmp_path: Path) -> None:
    (tmp_path / "a.docm").write_bytes((DOCUMENTS / "harbour.docx").read_bytes())
    assert one(tmp_path / "a.docm").text == one(DOCUMENTS / "harbour.docx").text


def test_xhtml_is_html(tmp_path: Path) -> None:
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head>'
        "<title/><script/></head><body><p>The caf&#233; has wi<b>lt</b>.</p></body></html>"
    )
    (tmp_path / "a.xhtml").write_text(page, encoding="utf-8")
    article = one(tmp_path / "a.xhtml")
    assert article.prose == "The caf\u00e9 has wilt."
    assert article.extract is not None
    assert article.extract.source_span(Span(13, 17)).of(page) == "wi<b>lt</b>"


def test_the_markdown_of_a_notebook_is_read(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# The crane\n", "\n", "It has *wilt* and $x^2$."]},
        {"cell_type": "code", "source": "old = 1", "outputs": [{"text": "old"}]},
        {"cell_type": "raw", "source": "old"},
        {"cell_type": "markdown", "source": "It came."},
        {"cell_type": "markdown", "source": 5},
        "old",
    ]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    article = one(tmp_path / "a.ipynb")
    assert article.record == "body"
    assert article.prose == "The crane\n\nIt has wilt and _.\n\nIt came."
    at = article.prose.index("wilt")
    assert article.extract is not None
    assert article.extract.source_span(Span(at, at + 4)).of(article.text) == "wilt"


def test_a_json_array_is_read_like_json_lines(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "One."}, {"text": 5}, {"text": "Two."}]
    (tmp_path / "a.json").write_text(json.dumps(rows, indent=1))
    first, wrong, second = read([tmp_path / "a.json"])
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert [(first.record, first.text), (second.record, second.text)] == [
        ("a", "One."),
        (3, "Two."),
    ]
    assert 'row 2: expected an object with a string "text"' in str(wrong)
    (tmp_path / "b.json").write_text(json.dumps(rows[0]))
    assert one(tmp_path / "b.json").text == "One."
    for content, hint in (("[1", "this is not JSON"), ("5", "found neither"), ("{}", "empty")):
        (tmp_path / "c.json").write_text(content)
        assert hint in error(tmp_path / "c.json")
    (tmp_path / "c.json").write_text("[" * 100_000)
    assert "this is not JSON" in error(tmp_path / "c.json")
