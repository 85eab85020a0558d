"""Word (.docx) -> its body text, a paragraph a line.

Office Open XML (ECMA-376, part 1): a zip archive whose main part is a stream of paragraphs (w:p) of
runs (w:r) of text (w:t). Left out: deleted, struck out and hidden text, field codes, tables of
contents, text boxes, headers, footers, notes and comments, pictures. Formulas become stand-ins.
What was inserted with changes tracked is read, since it is what the author wants to say.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from detector.errors import SourceError
from detector.extract import NOT_PROSE, Extract, Writer
from detector.sources.article import BODY, Article, Options
from detector.sources.xml import parse

# Bytes of the main part, unpacked; a novel takes a fifth.
LARGEST = 1 << 26
# Bytes of the archive's list of its parts; a document with a thousand pictures takes a tenth.
LARGEST_DIRECTORY = 1 << 20
_CHUNK = 1 << 16
_END = b"PK\x05\x06"
_LONGEST_END = 22 + (1 << 16)
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_OLE = b"\xd0\xcf\x11\xe0"
_RELATIONS = "_rels/.rels"
_MAIN = "word/document.xml"
_SKIPPED = frozenset(
    {"del", "moveFrom", "txbxContent", "Fallback", "object", "instrText", "delText", "pPrChange"}
    | {"rPrChange", "sectPrChange"}
)
_FORMULAS = frozenset({"oMath", "oMathPara"})
_CHARACTERS = {"tab": "\t", "br": " ", "cr": " ", "noBreakHyphen": "\u2011", "sym": NOT_PROSE}
_CONTENTS = re.compile(r"TOC\d|TableofFigures", re.IGNORECASE)
_QUOTATION = re.compile(r"(Intense)?Quote|BlockText", re.IGNORECASE)
# Properties of a run that its reader does not see, or sees taken back.
_HIDING = frozenset({"vanish", "strike", "dstrike"})
_OFF = frozenset({"0", "false", "off", "none"})


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a Word file.

    Raises
    ------
    SourceError
        If it is no Word file, is damaged or encrypted, or unpacks to more than `LARGEST`.
    """
    extract = read_docx(source, file)
    yield Article(source, extract.text, BODY, extract)


def read_docx(source: str, file: BinaryIO) -> Extract:
    """The body text. It has no source but itself: its map is the identity."""
    reader = _DocxReader()
    try:
        _refuse_directory(source, file)
        with zipfile.ZipFile(file) as archive:
            name = _main_part(source, archive)
            parse(source, _unpacked(source, archive, name), reader, None, doctype=False)
    except (*_DAMAGES, ValueError) as error:  # it seeks to where a damaged list of parts says
        raise SourceError(source, _what_it_is(file, error)) from None
    return reader.writer.extract()


def _main_part(source: str, archive: zipfile.ZipFile) -> str:
    """The part that the package names as its document; usually ``word/document.xml``."""
    relations = _Relations()
    if _RELATIONS in archive.namelist():
        parse(source, _unpacked(source, archive, _RELATIONS), relations, None, doctype=False)
    name = (relations.main or _MAIN).lstrip("/")
    if name not in archive.namelist():
        found = ", ".join(archive.namelist()[:4]) or "nothing"
        raise SourceError(
            source, f"this is no Word file: there is no {name} in it, but {found}: give a .docx"
        )
    return name


def _unpacked(source: str, archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part, piece by piece. What the archive says of its size is not trusted."""
    about = archive.getinfo(name)
    if about.flag_bits & 1:
        raise SourceError(source, "it is encrypted: save it without a password")
    if about.compress_type not in _METHODS:
        # The other methods unpack as a whole, however much that is.
        raise SourceError(
            source,
            f"{name} is packed by method {about.compress_type}, which Word never does: open it in "
            "Word and save it again",
        )
    size = 0
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise SourceError(
                    source, f"{name} unpacks to more than {LARGEST:,} bytes: give the plain text"
                )
            yield chunk


def _refuse_directory(source: str, file: BinaryIO) -> None:
    """Refuse an archive of very many parts, all of which the library would list in memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END)
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 0 and directory > LARGEST_DIRECTORY:
        raise SourceError(
            source, f"its list of parts has {directory:,} bytes: that is no Word file"
        )


def _what_it_is(file: BinaryIO, error: Exception) -> str:
    file.seek(0)
    if file.read(len(_OLE)) == _OLE:
        return "this is an old or encrypted Word file: save it as .docx, without a password"
    return f"the Word file is damaged ({error}): open it in Word and save it again"


class _Relations:
    """Finds the part that is the document."""

    main: str | None = None

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        if attributes.get("Type", "").endswith("/officeDocument"):
            self.main = attributes.get("Target")

    def end(self, name: str, place: int) -> None: ...

    def data(self, data: str, place: int) -> None: ...


class _DocxReader:
    """Writes down paragraphs.

    A paragraph in a text box stands inside another one, but text boxes are skipped.
    """

    def __init__(self) -> None:
        self.writer = Writer()
        self._skipping: list[str] = []
        self._in_text = False
        self._hidden = False
        self._formula = 0
        self._paragraph: list[str] = []
        self._style = ""

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        if self._skipping or name in _SKIPPED:
            # Only what bears the name that began it can end it; the rest need not be remembered.
            if not self._skipping or name == self._skipping[0]:
                self._skipping.append(name)
        elif name in _FORMULAS:
            self._formula += 1
            self._write(NOT_PROSE if self._formula == 1 else "")
        elif name == "t":
            self._in_text = True
        elif name == "pStyle":
            self._style = _value(attributes)
        elif name == "r":
            self._hidden = False
        elif name in _HIDING:
            self._hidden |= _value(attributes) not in _OFF
        elif name in _CHARACTERS:
            self._write(_CHARACTERS[name])

    def end(self, name: str, place: int) -> None:
        if self._skipping:
            if name == self._skipping[0]:
                self._skipping.pop()
        elif name in _FORMULAS:
            self._formula -= 1
        elif name == "t":
            self._in_text = False
        elif name == "r":
            self._hidden = False
        elif name == "p":
            self._end_paragraph()

    def data(self, data: str, place: int) -> None:
        if self._in_text and not self._skipping:
            self._write(data.replace("\n", " ").replace("\r", " "))

    def _write(self, text: str) -> None:
        if text and not self._hidden and (not self._formula or text == NOT_PROSE):
            self._paragraph.append(text)

    def _end_paragraph(self) -> None:
        text = "".join(self._paragraph).strip()
        if text and not _CONTENTS.match(self._style):
            if self.writer.length:
                self.writer.copy(self.writer.length, "\n")
            quotation = self.writer.open(self.writer.length)
            self.writer.copy(self.writer.length, text)
            if _QUOTATION.match(self._style):
                self.writer.close_quotation(quotation)
        self._paragraph, self._style = [], ""


def _value(attributes: Mapping[str, str]) -> str:
    """The ``w:val`` of an element."""
    return next((value for name, value in attributes.items() if name.endswith(":val")), "")
