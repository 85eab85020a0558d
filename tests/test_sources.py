"""Reading: encodings, files, folders, standard input, JSON Lines, and what goes wrong."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import SourceError
from detector.sources import Article, decode, read

TEXT = "Caf\u00e9 \u201cna\u00efve\u201d\r\nline two\n"


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_marks_decide_and_are_not_counted(mark: bytes, codec: str) -> None:
    data = mark + TEXT.encode(codec)
    assert decode(data, name="a") == TEXT
    if mark:
        assert decode(data, name="a", encoding="cp1252") == TEXT


def test_named_encoding() -> None:
    assert decode(b"\x93caf\xe9\x94", name="a", encoding="cp1252") == "\u201ccaf\u00e9\u201d"
    assert decode("caf\u00e9".encode("utf-16-le"), name="a", encoding="utf-16-le") == "caf\u00e9"


def test_undecodable_byte_is_named() -> None:
    with pytest.raises(SourceError, match=r"a\.txt: byte 0xE9 at offset 3 .*--encoding cp1252"):
        decode(b"caf\xe9 au lait", name="a.txt")
    with pytest.raises(SourceError, match="byte 0xFF at offset 6 "):
        decode(codecs.BOM_UTF8 + b"abc\xff", name="a.txt")
    with pytest.raises(SourceError, match="byte 0x81 at offset 1 is not CP1252"):
        decode(b"a\x81", name="a.txt", encoding="cp1252")
    with pytest.raises(SourceError, match="damaged or cut off"):
        decode(codecs.BOM_UTF16_LE + b"a\0b", name="a.txt")


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\0\0\0", b"GIF89a\0\1", bytes(range(1, 32)) * 9, b"a\0b\0c\0d\0"]
)
def test_binary(data: bytes) -> None:
    with pytest.raises(SourceError, match="binary file"):
        decode(data, name="a.bin")


def test_utf_16_without_a_mark_gets_a_hint() -> None:
    with pytest.raises(SourceError, match="--encoding utf-16-le"):
        decode(TEXT.encode("utf-16-le"), name="a.txt")


def test_unknown_encoding_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no text encoding of this name"):
        read([tmp_path], encoding="klingon")
    with pytest.raises(SourceError, match="no text encoding of this name"):
        read([tmp_path], encoding="rot13")


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "cp1252", "utf-16", "ascii"]))
def test_any_bytes_give_text_or_a_clear_error(data: bytes, encoding: str | None) -> None:
    with contextlib.suppress(SourceError):
        assert isinstance(decode(data, name="a", encoding=encoding), str)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_utf8_is_read_back(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode(), name="a") == text


def texts(*paths: str | Path, encoding: str | None = None) -> list[str]:
    """Texts of the articles, and errors as "! reason"."""
    return [
        article.text if isinstance(article, Article) else f"! {article}"
        for article in read(paths, encoding=encoding)
    ]


def test_folder_in_sorted_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.txt", "a.TXT", "b/z.txt", "b/y.txt", "skipped.csv", ".hidden.txt"):
        (tmp_path / name).write_text(name)
    assert texts(tmp_path) == ["a.TXT", "b/y.txt", "b/z.txt", "c.txt"]
    sources = [article.source for article in read([tmp_path]) if isinstance(article, Article)]
    assert sources[0] == str(tmp_path / "a.TXT")


def test_named_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "notes.log").write_bytes(b"one\r\ntwo")
    assert texts(tmp_path / "notes.log") == ["one\r\ntwo"]


def test_links(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "in" / "a.txt").write_text("a")
    (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "gone.txt").symlink_to(tmp_path / "nowhere")
    found = texts(tmp_path / "in")
    assert found[:2] == ["a", "a"]
    assert "there is no such file" in found[2]


def test_errors_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xfd")
    (tmp_path / "binary.txt").write_bytes(b"\0\1\2")
    found = texts(tmp_path / "missing.txt", tmp_path, tmp_path / "good.txt")
    assert found[0].startswith(f"! {tmp_path / 'missing.txt'}: there is no such file")
    assert [text[0] for text in found] == ["!", "!", "!", "g", "g"]


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "thesis.docx").write_bytes(b"")
    (found,) = texts(tmp_path)
    assert found.startswith(f"! {tmp_path}: there is no .htm, .html, .markdown, .md, .txt file")


def test_an_empty_folder_inside_another_is_none(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.txt").write_text("a")
    assert texts(tmp_path) == ["a"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:  # pragma: no cover - run as a user
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "good.txt").write_text("good")
    assert texts(tmp_path) == ["good", f"! {tmp_path / 'shut'}: no permission to read it"]


def test_no_permission_for_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("a")

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = texts(tmp_path, tmp_path / "a.txt")
    assert "no permission to read it" in found[0]
    assert found[1] == "a"


def test_standard_input() -> None:
    found = list(read(["-"], stdin=io.BytesIO(b"\xef\xbb\xbfhello\r\n")))
    assert found == [Article("-", "hello\r\n")]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.html", "<meta charset=iso-8859-1>"),
        ("a.htm", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'),
        ("a.xml", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
    ],
)
def test_html_and_xml_declare_their_encoding(tmp_path: Path, name: str, head: str) -> None:
    page = f"{head}<article><body><p>\u201ccaf\u00e9\u201d</p></body></article>"
    (tmp_path / name).write_bytes(page.encode("cp1252"))
    assert texts(tmp_path / name) == [page]
    assert texts(tmp_path / name, encoding="utf-8")[0].startswith("!")
    (tmp_path / name).write_bytes(page.replace("1252", "klingon").encode("utf-8"))
    if "1252" in head:
        assert texts(tmp_path / name) == [page.replace("1252", "klingon")]


def test_json_lines(tmp_path: Path) -> None:
    rows = [
        json.dumps({"text": "one", "id": "x"}),
        "",
        json.dumps({"text": "two \u00e9", "id": 7}, ensure_ascii=False),
        json.dumps({"text": "three", "id": None, "more": [1]}),
        "{broken",
        json.dumps({"body": "no text"}),
        json.dumps({"text": 5}),
        "[1, 2]",
        json.dumps({"text": "last"}),
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = list(read([path]))
    articles = [article for article in found if isinstance(article, Article)]
    errors = [str(error) for error in found if isinstance(error, SourceError)]
    assert [(article.text, article.record) for article in articles] == [
        ("one", "x"),
        ("two \u00e9", 7),
        ("three", 4),
        ("last", 9),
    ]
    assert all(article.source == str(path) for article in articles)
    assert errors[0].startswith(f"{path}, line 5: this is not JSON")
    assert "line 6: expected an object with a string \"text\", found the fields 'body'" in errors[1]
    assert 'found a "text" that is a int' in errors[2]
    assert "found a JSON list" in errors[3]


def test_json_lines_with_a_bad_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "caf\xe9"}\n{"text": "ok"}\n')
    first, second = read([path])
    assert "line 1: byte 0xE9 at offset 13" in str(first)
    assert second == Article(str(path), "ok", 2)


def test_json_lines_stream(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n' * 3)
    stream = read([path])
    assert isinstance(next(stream), Article)
    path.unlink()
    assert sum(1 for _ in stream) == 2


def test_comments_that_silence_findings_are_read_and_are_no_prose(tmp_path: Path) -> None:
    comment = "<!-- score: ignore -->"
    for name in ("a.txt", "b.md", "c.html"):
        (tmp_path / name).write_text(f"It has wilt. {comment}\nAnd on.", encoding="utf-8")
    for article in read([tmp_path]):
        assert isinstance(article, Article)
        assert "score" not in article.prose
        assert "It has wilt." in article.prose
        assert len(article.text) == 43
        assert [ignore.words for ignore in article.ignores] == ["ignore"]
