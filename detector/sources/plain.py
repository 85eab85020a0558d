"""Plain text: all of the file is read, but for comments that silence findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from detector.extract import Extract
from detector.ignores import find_ignores, without_ignores
from detector.sources.article import Article, Options
from detector.sources.decoding import text_of


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a text file."""
    text = text_of(file, source, options.encoding)
    ignores = find_ignores(text)
    extract = Extract.copy(without_ignores(text)) if ignores else None
    yield Article(source, text, extract=extract, ignores=ignores)
