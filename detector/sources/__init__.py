"""Files of every kind, folders and standard input -> articles."""

from __future__ import annotations

from detector.sources.article import Article
from detector.sources.decoding import decode
from detector.sources.reading import KINDS, STDIN, SUFFIXES, read

__all__ = ["KINDS", "STDIN", "SUFFIXES", "Article", "decode", "read"]
