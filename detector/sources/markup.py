"""Markdown and HTML -> their prose, in place: markup becomes blanks, so that no offset moves.

Offsets into the result are offsets into the source. What stands in for a part of a sentence that
is no prose (inline code, a character reference inside a word) becomes a run of low lines, which
`detector.segment` takes as code: it keeps its neighbours apart, and is never flagged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

import pyromark

NOT_PROSE = "_"

_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
_SKIPPED_BLOCKS = frozenset({"CodeBlock", "MetadataBlock", "HtmlBlock"})
_SKIPPED_ELEMENTS = frozenset(
    {"head", "nav", "noscript", "pre", "script", "style", "svg", "template", "textarea", "title"}
)
_CODE_ELEMENTS = frozenset({"code", "kbd", "samp", "var", "math"})
_INLINE_ELEMENTS = frozenset(
    {"a", "abbr", "b", "cite", "em", "font", "i", "img", "mark", "q", "s", "small", "span"}
    | {"strong", "sub", "sup", "time", "u", "wbr", *_CODE_ELEMENTS}
)


def markdown_prose(text: str) -> str:
    """The prose of CommonMark `text`, each character where it was; of the same length.

    Examples
    --------
    >>> markdown_prose("Has *wilt*, `a` [says](b).")
    'Has  wilt , ___  says    .'
    """
    page = _Page(text)
    offset = _code_point_offsets(text)
    skipping = 0
    for event, span in pyromark.events_with_range(text, options=_OPTIONS):
        start, end = offset(span["start"]), offset(span["end"])
        if not isinstance(event, dict):
            continue
        kind, content = _only(event)
        if kind in {"Start", "End"} and content in _SKIPPED_BLOCKS:
            skipping += 1 if kind == "Start" else -1
        elif skipping:
            continue
        elif kind == "Text":
            page.write(start, end, content)
        elif kind == "Code":
            page.cover(start, end)
        elif kind == "InlineHtml":
            page.close_up(start, end)
    return page.text


def _only(event: Mapping[str, Any]) -> tuple[str, str]:
    """Kind of an event, and its text or the name of its element."""
    ((kind, content),) = event.items()
    return kind, content if isinstance(content, str) else next(iter(content), "")


def html_prose(text: str) -> str:
    """The prose of HTML `text`, each character where it was; of the same length.

    Examples
    --------
    >>> html_prose("<p>Has <b>wilt</b> &amp; so.</p>").split()
    ['Has', 'wilt', '&', 'so.']
    """
    reader = _HtmlReader(text)
    reader.feed(text)
    reader.close()
    return reader.page.text


PROSE: dict[str, Callable[[str], str]] = {
    ".md": markdown_prose,
    ".markdown": markdown_prose,
    ".htm": html_prose,
    ".html": html_prose,
}
"""What makes prose of a file, by the ending of its name."""


class _Page:
    """A blank text of the length of the source, line breaks kept, that prose is written on."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._chars = [char if char in "\r\n" else " " for char in source]

    @property
    def text(self) -> str:
        return "".join(self._chars)

    def write(self, start: int, end: int, prose: str) -> None:
        """Put `prose` where the source has it, or has a reference or an escape for it."""
        if self._source[start:end] == prose:
            self._chars[start:end] = prose
        elif any(map(str.isalnum, prose)):
            self.cover(start, end)
        else:
            self._chars[start : start + len(prose)] = prose[: end - start]

    def cover(self, start: int, end: int) -> None:
        """Stand-ins for what is no prose but part of a sentence."""
        self._chars[start:end] = NOT_PROSE * (end - start)

    def close_up(self, start: int, end: int) -> None:
        """A tag: nothing, but inside a word, which cannot be read with a gap."""
        around = self._source[max(start - 1, 0) : start] + self._source[end : end + 1]
        if len(around) == 2 and around.isalpha():
            self.cover(start, end)

    def end_paragraph(self, start: int) -> None:
        self._chars[start] = "\n"


class _HtmlReader(HTMLParser):
    """Writes the character data of the article on a page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.page = _Page(source)
        self._length = len(source)
        lines = source.split("\n")
        self._line_starts = [0, *accumulate(len(line) + 1 for line in lines)]
        self._skipping: list[str] = []
        self._code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag(tag, len(self.get_starttag_text() or ""))
        if tag in _SKIPPED_ELEMENTS:
            self._skipping.append(tag)
        elif tag in _CODE_ELEMENTS:
            self._code.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag(tag, len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        for opened in (self._skipping, self._code):
            if tag in opened:
                del opened[opened.index(tag) :]
        self._tag(tag, len(tag) + 3)

    def handle_data(self, data: str) -> None:
        self._write(data, data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};", unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};", unescape(f"&#{name};"))

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def _tag(self, tag: str, length: int) -> None:
        if self._skipping:
            return
        start = self._offset()
        if tag in _INLINE_ELEMENTS:
            self.page.close_up(start, min(start + length, self._length))
        else:
            self.page.end_paragraph(start)

    def _write(self, source: str, prose: str) -> None:
        if self._skipping:
            return
        start = self._offset()
        end = min(start + len(source), self._length)
        if self._code:
            self.page.cover(start, end)
        else:
            self.page.write(start, end, prose)


def _code_point_offsets(text: str) -> Callable[[int], int]:
    """From offsets into the UTF-8 bytes of `text` to offsets into `text`."""
    if text.isascii():
        return lambda offset: offset
    starts = {byte: index for index, byte in enumerate(_byte_offsets(text))}
    return starts.__getitem__


def _byte_offsets(text: str) -> Iterator[int]:
    yield from accumulate((len(char.encode("utf-8", "replace")) for char in text), initial=0)
