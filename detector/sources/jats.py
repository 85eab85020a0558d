"""JATS XML (ANSI/NISO Z39.96), as journals and PubMed Central keep articles -> body text.

Read are the title, the abstracts and the body, with offsets into the file. Left out: all other
front and back matter (references, footnotes, acknowledgements), translated titles and abstracts,
tables, figures, displayed formulas, code, what is struck out, and citations that are but a number
or a mark. Inline formulas become stand-ins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from detector.errors import SourceError
from detector.extract import Break, Extract, OpenTags, Writer
from detector.sources.article import Article, Options
from detector.sources.decoding import text_of
from detector.sources.html import is_note
from detector.sources.offsets import code_point_offsets
from detector.sources.xml import parse

_READ = frozenset({"article-title", "subtitle", "abstract", "body"})
_SKIPPED_NAMES = """
    alt-text array back chem-struct-wrap code disp-formula disp-formula-group fig fig-group fn
    fn-group graphic journal-meta label long-desc media object-id permissions preformat product
    ref-list related-article response sub-article supplementary-material table table-wrap
    table-wrap-group trans-abstract trans-subtitle trans-title trans-title-group
"""
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_STAND_INS = frozenset({"inline-formula", "math", "tex-math", "monospace", "chem-struct"})
_INLINE_NAMES = """
    abbrev bold collab date day email ext-link fixed-case fpage given-names inline-graphic
    inline-supplementary-material institution issue italic lpage milestone-end milestone-start
    month name named-content overline rb related-object roman rt ruby sans-serif sc season source
    strike string-name styled-content sub sup surname target underline uri volume xref year
"""
_INLINE = frozenset(_INLINE_NAMES.split())
# What is left of "[1, 2–4]" when its citations are taken out.
_EMPTY_BRACKET = re.compile(r"\s*[\[(][\s,;–-]*\Z")
_NOTES = frozenset({"sup", "xref"})
_QUOTATIONS = frozenset({"disp-quote", "verse-group"})


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The article of a file; each of them, with its number, where it is a collection.

    Raises
    ------
    SourceError
        If it is not well-formed, defines entities, or is no JATS.
    """
    text = text_of(file, source, options.encoding, declared=True)
    found = read_jats(source, text)
    for number, extract in enumerate(found, start=1):
        yield Article(source, text, number if len(found) > 1 else None, extract)


def read_jats(source: str, text: str) -> list[Extract]:
    """The prose of each article in JATS XML; `source` is its name in errors."""
    reader = _JatsReader(text)
    parse(source, [text.encode("utf-8", "replace")], reader, "utf-8")
    if not reader.found:
        raise SourceError(
            source,
            f"this XML is no JATS: its root is {reader.root!r}, and there is no 'article' in it: "
            "export it as JATS, HTML or plain text",
        )
    return reader.found


class _JatsReader:
    """Writes down the prose of the elements that are read."""

    def __init__(self, text: str) -> None:
        self.root = ""
        self.found: list[Extract] = []
        self.writer = Writer()
        self._text = text
        self._offset: Callable[[int], int] = code_point_offsets(text)
        self._reading = 0
        self._skipped: str | None = None
        self._depth = 0
        self._formula = 0
        self._cited = False
        self._open = OpenTags()

    def start(self, name: str, attributes: Mapping[str, str], place: int) -> None:
        self.root = self.root or name
        if self._skipped is not None:
            self._depth += name == self._skipped
            return
        if name in _SKIPPED:
            self._skipped, self._depth = name, 1
            return
        self._reading += name in _READ
        self._formula += name in _STAND_INS
        if name == "break":
            self.writer.separate(Break.LINE)
        elif not self._formula and name not in _INLINE:
            self.writer.separate(Break.PARAGRAPH)
        if self._reading and (name in _INLINE or name in _QUOTATIONS):
            opened = self.writer.open(self._offset(place))
            self._open.push(name, opened, self.writer.mark())

    def end(self, name: str, place: int) -> None:
        if self._skipped is not None:
            self._depth -= name == self._skipped
            if not self._depth:
                self._skipped = None
            return
        if name == "article":
            self.found.append(self.writer.extract())
            self.writer = Writer()
        self._reading -= name in _READ
        if not self._formula and name not in _INLINE:
            self.writer.separate(Break.PARAGRAPH)
        self._formula -= name in _STAND_INS
        if not (found := self._open.pop(name)):
            return
        opened, mark = found
        if name in _NOTES and is_note(self.writer, mark):
            self.writer.back_to(mark)
            self._cited = True
        elif name == "strike":
            self.writer.strike_out(mark)
        elif name in _QUOTATIONS:
            self.writer.close_quotation(opened)
        else:
            end = self._text.find(">", self._offset(place)) + 1
            self.writer.close(opened, end)
            if name == "italic":
                self.writer.close_italics(opened)

    def data(self, data: str, place: int) -> None:
        if not self._reading or self._skipped is not None:
            return
        start = self._offset(place)
        end = start + len(data)
        if self._text[start:end] != data and self._text[start] == "&":
            end = self._text.find(";", start) + 1
        if self._formula:
            if not data.isspace():
                self.writer.stand_in(start, end)
        elif end - start != len(data):
            self.writer.unit(start, end, data)
        else:
            closing = self._cited and data.startswith(("]", ")"))
            if closing and self.writer.trim(_EMPTY_BRACKET):
                start, data = start + 1, data[1:]
            self._cited = self._cited and not closing
            self.writer.collapsed(start, data)
