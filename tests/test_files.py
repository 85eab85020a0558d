"""Word and PDF: what is left out, what is mended, and files that are damaged or hostile."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from detector.errors import SourceError
from detector.sources import Article, docx, read
from detector.sources.layout import Line, body

DOCUMENTS = Path(__file__).parent / "data/documents"
W = 'xmlns:w="w" xmlns:m="m"'


def read_one(path: Path) -> Article | SourceError:
    [found] = read([path])
    return found


def error(path: Path) -> str:
    found = read_one(path)
    assert isinstance(found, SourceError)
    return str(found)


def word(tmp_path: Path, document: str, name: str = "word/document.xml") -> Path:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, document)
    return path


def text(tmp_path: Path, body: str) -> str:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    found = read_one(word(tmp_path, document))
    assert isinstance(found, Article), found
    assert found.record == "body"
    return found.text


def test_word_paragraphs_are_lines(tmp_path: Path) -> None:
    link = "<w:hyperlink><w:r><w:t>lt</w:t></w:r></w:hyperlink>"
    runs = f"<w:r><w:t>It </w:t></w:r><w:r><w:t>wi</w:t></w:r>{link}"
    assert text(tmp_path, f"<w:p>{runs}</w:p><w:p/><w:p>{runs}</w:p>") == "It wilt\nIt wilt"


@pytest.mark.parametrize(
    "left_out",
    [
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>",
        "<w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom>",
        "<w:r><w:instrText>old</w:instrText></w:r>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>old</w:t></w:r>",
        "<w:r><w:txbxContent><w:p><w:r><w:t>old</w:t></w:r></w:p></w:txbxContent></w:r>",
        "<w:r><w:object><w:t>old</w:t></w:object></w:r>",
    ],
)
def test_word_leaves_out(tmp_path: Path, left_out: str) -> None:
    before, after = "<w:r><w:t>It </w:t></w:r>", "<w:r><w:t>came.</w:t></w:r>"
    assert text(tmp_path, f"<w:p>{before}{left_out}{after}</w:p>") == "It came."


def test_word_reads_what_was_inserted_and_what_is_not_hidden(tmp_path: Path) -> None:
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>was </w:t></w:r>'
    inserted = "<w:ins><w:r><w:t>here</w:t></w:r></w:ins>"
    formula = "<m:oMath><m:r><m:t>x</m:t></m:r><m:r><m:t>y</m:t></m:r></m:oMath>"
    assert (
        text(tmp_path, f"<w:p>{shown}{inserted}<w:r><w:tab/></w:r>{formula}</w:p>") == "was here\t_"
    )


def test_word_without_paragraphs_is_an_empty_article(tmp_path: Path) -> None:
    assert text(tmp_path, "") == ""


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "is damaged"),
        (b"PK\x03\x04 cut off", "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old or encrypted Word file"),
        (b"The old crane", "is damaged"),
    ],
)
def test_word_that_is_none(tmp_path: Path, content: bytes, hint: str) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    assert hint in error(path)


def test_word_whose_parts_are_damaged(tmp_path: Path) -> None:
    assert "no word/document.xml in it, but xl/book.xml" in error(
        word(tmp_path, "x", "xl/book.xml")
    )
    assert "damaged (mismatched tag" in error(word(tmp_path, "<w:document><w:p></w:document>"))
    data = bytearray((DOCUMENTS / "harbour.docx").read_bytes())
    data[len(data) // 3] ^= 0xFF
    path = tmp_path / "b.docx"
    path.write_bytes(bytes(data))
    assert "damaged" in error(path)
    path.write_bytes(bytes(data[: len(data) // 2]))
    assert "damaged" in error(path)


def test_word_that_is_encrypted(tmp_path: Path) -> None:
    path = word(tmp_path, "<w:document/>")
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + flags
        data[place : place + 2] = struct.pack("<H", 1)
    path.write_bytes(bytes(data))
    assert "it is encrypted" in error(path)


def test_a_zip_bomb_is_refused_before_it_unpacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docx, "LARGEST", 1 << 20)
    path = word(tmp_path, f"<w:document {W}>" + "<w:p/>" * 1_000_000)
    assert path.stat().st_size < 1 << 16
    assert "unpacks to more than 1,048,576 bytes" in error(path)


def test_an_xml_bomb_in_word_is_refused(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE d [<!ENTITY a0 "lol">{levels}]><w:document {W}>&a9;</w:document>'
    assert "defines a document type" in error(word(tmp_path, bomb))


def column(*texts: str, x: float = 72, top: float = 700, size: float = 10) -> list[Line]:
    return [Line(text, x, top - 12 * row, size) for row, text in enumerate(texts)]


FULL = "The old crane came to the quay before the sun was up and"
REST = "nobody saw it."
PLACES = ("", "North:", "South:", "East:")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["It has grown more regu-", "lar over time."], "It has grown more regular over time."),
        (["It is a well-", "known crane."], "It is a well-known crane."),
        (["A sky-blue crane, a sky-", "blue quay."], "A sky-blue crane, a sky-blue quay."),
        (["The Franco-", "Prussian crane."], "The Franco-Prussian crane."),
        (
            ["He may be here, or he may-", "be not; maybe."],
            "He may be here, or he maybe not; maybe.",
        ),
        (["They pro pose what others propose."], "They propose what others propose."),
        (["It may be that maybe it may be."], "It may be that maybe it may be."),
        (["The \ufb01rst o\ufb03ce"], "The first office"),
    ],
)
def test_words_that_lines_cut(lines: list[str], text: str) -> None:
    assert body([column(*lines)]) == [text]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [
        [
            Line(f"Journal of Cranes {number}", 72, 800, 10),
            *column(f"{PLACES[number]} {FULL}", f"{PLACES[number]} {REST}"),
            Line(f"Page {number} of 3", 300, 30, 10),
        ]
        for number in (1, 2, 3)
    ]
    assert body(pages) == [f"{place} {FULL} {place} {REST}" for place in PLACES[1:]]


def test_references_tables_notes_and_formulas_are_left_out() -> None:
    lines = [
        *column(FULL, REST),
        *column("Table 2. Cranes by year and quay, all of them that were seen", top=600, size=8),
        *column("Year", "Cranes", "2024", top=580),
        *column("E = mc + 1 (4)", top=540),
        *column(FULL, REST, top=520),
        *column("1 A note that is set small.", top=450, size=7),
        *column("References", "A. Smith, The old crane, 2020.", top=400),
        *column("Appendix A", top=320, size=12),
        *column(FULL, top=300),
    ]
    assert body([lines]) == [f"{FULL} {REST}", f"{FULL} {REST}", "Appendix A", FULL]


def test_a_paragraph_goes_on_in_the_next_column_and_page() -> None:
    first = [*column(FULL), *column(FULL, x=300)]
    assert body([first, column(REST)]) == [f"{FULL} {FULL} {REST}"]


def test_nothing_makes_no_paragraph() -> None:
    assert body([]) == body([[]]) == body([column(" ", "12")]) == []


pypdf = pytest.importorskip("pypdf")


def pdf(tmp_path: Path, content: bytes, entries: bytes = b"", resources: bytes = b"") -> Path:
    """A page drawn by `content`, whose stream has some more `entries`."""
    stream = b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources "
        b"<< /Font << /F1 5 0 R >> %s >> >>" % resources,
        stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n" % table
    path = tmp_path / "a.pdf"
    path.write_bytes(data + b"startxref\n%d\n%%%%EOF\n" % data.index(b"xref\n"))
    return path


def test_pdf_lines_raised_marks_and_places(tmp_path: Path) -> None:
    shown = (
        b"BT /F1 10 Tf 72 700 Td (It came) Tj /F1 6 Tf 4 Ts (12) Tj 0 Ts /F1 10 Tf ( here.) Tj ET"
    )
    found = read_one(pdf(tmp_path, shown))
    assert isinstance(found, Article)
    assert (found.text, found.record) == ("It came here.", "body")


def test_pdf_exponents_and_indices_are_no_notes(tmp_path: Path) -> None:
    raised = b"/F1 6 Tf (%s) Tj /F1 10 Tf"
    shown = (
        b"BT /F1 10 Tf 72 700 Td (It held 10) Tj " + raised % b"-3" + b" ( tons of H) Tj "
        b"" + raised % b"2" + b" (O in all.) Tj ET"
    )
    found = read_one(pdf(tmp_path, shown))
    assert isinstance(found, Article)
    assert found.text == "It held 10-3 tons of H2O in all."


def test_pdf_without_text(tmp_path: Path) -> None:
    assert "there is no text in this PDF" in error(pdf(tmp_path, b"0 0 100 100 re f"))


@pytest.mark.parametrize("cut", [0, 4, 400, -200])
def test_pdf_that_is_damaged(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes((DOCUMENTS / "spun.pdf").read_bytes()[:cut])
    found = read_one(path)
    if isinstance(found, SourceError):  # the library may mend what lacks its end
        assert "PDF" in str(found)
    else:
        assert cut == -200


def test_pdf_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.sources.pdf.LARGEST_PAGE", 1 << 20)
    packed = zlib.compress(b"BT ET " * 500_000, 9)
    assert len(packed) < 1 << 14
    bomb = pdf(tmp_path, packed, b"/Filter /FlateDecode")
    assert "page 1 unpacks to more than 1,048,576 bytes" in error(bomb)
    twice = pdf(
        tmp_path,
        zlib.compress(zlib.compress(bytes(1 << 27), 9)),
        b"/Filter [/FlateDecode /FlateDecode]",
    )
    assert "PDF is damaged" in error(twice)


def test_pdf_that_draws_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.sources.pdf.MOST_OPERATIONS", 1000)
    assert "more than 1,000 operations" in error(pdf(tmp_path, b"q Q " * 1000))


def test_pdf_that_is_encrypted(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=DOCUMENTS / "harbour.pdf")
    writer.encrypt("secret", algorithm="RC4-128")
    path = tmp_path / "a.pdf"
    writer.write(path)
    assert "it is encrypted" in error(path)


def test_pdf_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "pip install 'detector[pdf]'" in error(DOCUMENTS / "harbour.pdf")


def test_the_other_inputs_survive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from detector.cli import main

    for kind in ("docx", "pdf", "xml", "parquet", "csv", "jsonl"):
        (tmp_path / f"bad.{kind}").write_bytes(b"\0\1")
    good = str(DOCUMENTS / "harbour.txt")
    names: list[Any] = sorted(map(str, tmp_path.iterdir()))
    assert main(["--format", "jsonl", *names, good]) == 2
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == len(names)
    assert len(captured.out.splitlines()) == 1
    assert "Traceback" not in captured.err
    assert io.StringIO(captured.out).readline().startswith("{")
