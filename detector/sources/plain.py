"""Plain text: all of the file is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from detector.sources.article import Article, Options
from detector.sources.decoding import text_of


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a text file."""
    yield Article(source, text_of(file, source, options.encoding))
