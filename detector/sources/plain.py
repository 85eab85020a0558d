"""Plain text: all of the file is read, but for formulas and comments that silence findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from detector.extract import NOT_PROSE, Extract
from detector.ignores import find_ignores, without_ignores
from detector.sources.article import Article, Options
from detector.sources.decoding import text_of
from detector.sources.formulas import in_text, masked


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a text file."""
    text = text_of(file, source, options.encoding)
    ignores = find_ignores(text)
    formulas = in_text(text)
    prose = masked(without_ignores(text) if ignores else text, formulas, NOT_PROSE)
    extract = Extract.copy(prose) if ignores or formulas else None
    yield Article(source, text, extract=extract, ignores=ignores)
