"""PDF -> its body text, a paragraph a line; `detector.sources.layout` tells body from the rest."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any, BinaryIO

from detector.errors import SourceError
from detector.sources.article import BODY, Article, Options
from detector.sources.extras import missing
from detector.sources.layout import Line, body

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

# Bytes of what draws one page, unpacked, and operations that draw all pages. A page of text takes a
# hundredth of the first and a thousandth of the second.
LARGEST_PAGE = 1 << 24
MOST_OPERATIONS = 3_000_000
# Of its line's size: a smaller number or mark refers to a note.
_RAISED = 0.86
_EXPONENT = re.compile(r"\s*[-\u2212\u2013]\d")


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a PDF.

    Raises
    ------
    SourceError
        If pypdf is not installed; if the file is damaged, encrypted, too large when unpacked, or
        holds no text.
    """
    try:
        import pypdf
    except ImportError:
        raise missing(source, "PDF", "pypdf", "pdf") from None
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(source, "it is encrypted: save it without a password")
        left_out: dict[str, int] = {}
        paragraphs = body(list(_pages(source, reader)), left_out)
    except SourceError:
        raise
    except pypdf.errors.DependencyError:
        raise SourceError(source, "it is encrypted: save it without a password") from None
    except RecursionError:
        raise SourceError(
            source, "the PDF is damaged (it refers to itself): print it anew"
        ) from None
    except Exception as error:  # whatever a parser of hostile files may raise
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise SourceError(source, f"the PDF is damaged ({reason}): print it anew") from error
    if not paragraphs:
        raise SourceError(
            source, "there is no text in this PDF: if its pages are pictures, run OCR over them"
        )
    yield Article(source, "\n".join(paragraphs), BODY, left_out=tuple(left_out.items()))


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    x: float
    y: float
    size: float
    bold: bool


def _pages(source: str, reader: PdfReader) -> Iterator[list[Line]]:
    """The lines of each page, in the order in which the file draws them."""
    count = 0

    def watch(*_: object) -> None:
        nonlocal count
        count += 1
        if count > MOST_OPERATIONS:
            raise SourceError(
                source, f"it takes more than {MOST_OPERATIONS:,} operations to draw: it is no text"
            )

    for number, page in enumerate(reader.pages, start=1):
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > LARGEST_PAGE:
            raise SourceError(
                source, f"page {number} unpacks to more than {LARGEST_PAGE:,} bytes: it is no text"
            )
        yield list(_lines(_pieces(page, watch)))


def _pieces(page: PageObject, watch: Any) -> list[_Piece]:
    pieces: list[_Piece] = []

    def take(text: str, outer: Any, inner: Any, font: Any, size: float) -> None:
        if text.strip():
            # A PDF's matrix [a b c d e f] maps (x, y) to (ax + cy + e, bx + dy + f); the text's
            # comes first, then the page's (ISO 32000-2, 8.3.3).
            a, b, c, d, e, f = (float(value) for value in outer)
            x, y = float(inner[4]), float(inner[5])
            scale = hypot(float(inner[2]), float(inner[3])) * hypot(c, d)
            bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
            place = (a * x + c * y + e, b * x + d * y + f)
            pieces.append(_Piece(text, *place, abs(size) * scale, bold))

    page.extract_text(visitor_text=take, visitor_operand_before=watch)
    return pieces


def _lines(pieces: Sequence[_Piece]) -> Iterator[Line]:
    row: list[_Piece] = []
    for piece in pieces:
        if row and _is_new(row[-1], piece):
            yield from _line(row)
            row = []
        row.append(piece)
    if row:
        yield from _line(row)


def _is_new(before: _Piece, piece: _Piece) -> bool:
    if "\n" in before.text[-2:] or piece.text.startswith("\n"):
        return abs(before.y - piece.y) > 0.1 * piece.size or piece.x < before.x
    size = max(before.size, piece.size)
    return abs(before.y - piece.y) > 0.6 * size or piece.x < before.x - size


def _line(row: Sequence[_Piece]) -> Iterator[Line]:
    """A line, or several where the library has not told them apart; raised marks left out."""
    main = max(row, key=lambda piece: len(piece.text))
    after = [*(piece.text for piece in row[1:]), ""]
    kept = [
        piece
        for piece, following in zip(row, after, strict=True)
        if piece.size >= _RAISED * main.size or not _is_note(piece.text, following)
    ]
    text = "".join(piece.text for piece in kept)
    for offset, part in enumerate(text.strip().split("\n")):
        if part.strip():
            place = (row[0].x, main.y - offset * 1.2 * main.size)
            yield Line(part, *place, main.size, main.bold)


def _is_note(text: str, following: str) -> bool:
    """Whether a small piece is the mark of a note: no exponent, and no index inside a formula."""
    return not (any(map(str.isalpha, text)) or _EXPONENT.match(text) or following[:1].isalpha())
