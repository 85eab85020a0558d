"""Markdown -> its prose: CommonMark with tables, footnotes, strikethrough and task lists.

Left out: front matter, code blocks, what is struck out, link targets, tags, footnote marks, the
rules of tables. Inline code, formulas and the tags of site generators become stand-ins. What stands
in HTML blocks is read as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pyromark

from detector.extract import Break, Extract, Mark, Opened, OpenTags, Writer
from detector.ignores import find_ignores
from detector.sources.article import Article, Options
from detector.sources.decoding import text_of
from detector.sources.formulas import Formulas, in_markdown, masked
from detector.sources.html import CODE_ELEMENTS, ITALICS, STRUCK_OUT, is_note, write_html
from detector.sources.offsets import code_point_offsets

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
)
# Stands for a formula while the rest is parsed: a letter that no markup is made of.
_MASK = "\ue000"
_INLINE = frozenset({"Emphasis", "Strong", "Link", "Image"})
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)")
# Front matter, at the very start: YAML between lines of "---" (the last may be "..."), TOML between
# lines of "+++". It begins with a key or a comment: a rule with prose after it is none.
_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_KEY = re.compile(r"\s*(?:#|\[|[\w\"'.-]+\s*[:=](?:\s|$))")


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a file."""
    text = text_of(file, source, options.encoding)
    ignores = find_ignores(text, ".md")
    yield Article(source, text, extract=read_markdown(text), ignores=ignores)


def read_markdown(text: str) -> Extract:
    """The prose of CommonMark `text`.

    Examples
    --------
    >>> read_markdown("Has *wilt*, `a` [says](b) &amp; so.").text
    'Has wilt, _ says & so.'
    """
    reader = _MarkdownReader(text)
    reader.read(_front_matter_end(text))
    return reader.writer.extract()


def _front_matter_end(text: str) -> int:
    """Where the front matter ends; 0 where there is none."""
    lines = text.splitlines(keepends=True) if text.startswith(tuple(_FENCES)) else []
    closing = _FENCES.get(lines[0].rstrip()) if lines else None
    if closing is None:
        return 0
    first = next((line for line in lines[1:] if line.strip()), "")
    if not (_KEY.match(first) or first.rstrip() in closing):
        return 0
    end = len(lines[0])
    for line in lines[1:]:
        end += len(line)
        if line.rstrip() in closing:
            return end
    return 0


class _MarkdownReader:
    """Writes down the prose of the parser's events."""

    def __init__(self, source: str) -> None:
        self.writer = Writer()
        spans = in_markdown(source)
        self._formulas = Formulas(spans)
        self._written = source
        self._source = masked(source, spans, _MASK)
        self._open: list[Opened] = []
        self._struck_out: list[Mark] = []
        self._tags = OpenTags()
        self._code_block = False
        self._html_start: int | None = None

    def read(self, begin: int) -> None:
        """Read the source from there on."""
        body = self._source[begin:]
        offset = code_point_offsets(body)
        for event, span in pyromark.events_with_range(body, options=_OPTIONS):
            kind, content = _named(event)
            self._take(kind, content, begin + offset(span["start"]), begin + offset(span["end"]))

    def _take(self, kind: str, content: str, start: int, end: int) -> None:
        match kind:
            case "Start":
                self._start(content, start)
            case "End":
                self._end(content, end)
            case "Text":
                self._text(start, end, content)
            case "Code":
                self.writer.stand_in(start, end)
            case "InlineHtml":
                self._tag(start, end)
            case "SoftBreak":
                self.writer.separate(Break.SPACE)
            case "HardBreak":
                self.writer.separate(Break.LINE)
            case "Rule":
                self.writer.separate(Break.PARAGRAPH)

    def _start(self, element: str, start: int) -> None:
        if element in _INLINE:
            self._open.append(self.writer.open(start))
            return
        if element == "Strikethrough":
            self._struck_out.append(self.writer.mark())
            return
        self.writer.separate(Break.PARAGRAPH)
        self._tags.clear()
        if element == "CodeBlock":
            self._code_block = True
        elif element == "HtmlBlock":
            self._html_start = start
        elif element == "BlockQuote":
            self._open.append(self.writer.open(start))

    def _end(self, element: str, end: int) -> None:
        if element in _INLINE:
            opened = self._open.pop()
            self.writer.close(opened, end)
            if element == "Emphasis":
                self.writer.close_italics(opened)
            return
        if element == "Strikethrough":
            self.writer.strike_out(self._struck_out.pop())
            return
        self.writer.separate(Break.PARAGRAPH)
        if element == "CodeBlock":
            self._code_block = False
        elif element == "HtmlBlock" and self._html_start is not None:
            write_html(self._written[self._html_start : end], self.writer, self._html_start)
            self.writer.separate(Break.PARAGRAPH)
            self._html_start = None
        elif element == "BlockQuote":
            self.writer.close_quotation(self._open.pop())

    def _text(self, start: int, end: int, prose: str) -> None:
        if self._code_block:
            return
        if any(tag in self._tags for tag in CODE_ELEMENTS):
            self.writer.stand_in(start, end)
        elif self._source[start:end] == prose:
            self._formulas.write(self.writer, start, end, self._prose)
        else:
            self.writer.unit(start, end, prose)

    def _prose(self, start: int, end: int) -> None:
        self.writer.collapsed(start, self._source[start:end])

    def _tag(self, start: int, end: int) -> None:
        """A tag between words: its element is kept whole; ``<br>`` breaks the line."""
        tag = _TAG.match(self._source, start, end)
        if tag is None:
            return
        name = tag["name"].lower()
        if name == "br":
            self.writer.separate(Break.LINE)
        elif not tag["end"]:
            self._tags.push(name, self.writer.open(start), self.writer.mark())
        elif found := self._tags.pop(name):
            opened, mark = found
            if name == "sup" and is_note(self.writer, mark):
                self.writer.back_to(mark)
            elif name in STRUCK_OUT:
                self.writer.strike_out(mark)
            else:
                self.writer.close(opened, end)
                if name in ITALICS:
                    self.writer.close_italics(opened)


def _named(event: str | Mapping[str, Any]) -> tuple[str, str]:
    """Kind of an event, and its text or the name of its element."""
    if isinstance(event, str):
        return event, ""
    ((kind, content),) = event.items()
    return kind, content if isinstance(content, str) else _element(content)


def _element(content: object) -> str:
    return next(iter(content), "") if isinstance(content, Mapping) else ""
