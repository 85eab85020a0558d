"""Files, folders, standard input and JSON Lines -> articles."""

from __future__ import annotations

from detector.sources.article import Article
from detector.sources.decoding import decode
from detector.sources.reading import STDIN, SUFFIXES, read

__all__ = ["STDIN", "SUFFIXES", "Article", "decode", "read"]
