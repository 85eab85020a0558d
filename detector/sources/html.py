"""HTML -> the prose of its article.

Read is the ``<main>`` element, else the ``<article>`` elements, else the page without what its
elements' names call furniture (`detector.sources.furniture`) and without lists of links. Left out:
scripts, styles, navigation, asides, page footers, forms' controls, preformatted text, what is
hidden or struck out, and superscript numbers behind a word. Inline code and formulas become
stand-ins: MathML, TeX between the marks of MathJax, and what MathJax and KaTeX made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import BinaryIO

from detector.extract import Break, Extract, Mark, OpenTags, Writer
from detector.ignores import find_ignores
from detector.sources.article import Article, Options
from detector.sources.decoding import text_of
from detector.sources.formulas import Formulas, in_html
from detector.sources.furniture import is_furniture
from detector.sources.links import Block, Links
from detector.sources.tags import Attributes, pieces

CODE_ELEMENTS = frozenset({"code", "kbd", "samp", "var", "math"})
STRUCK_OUT = frozenset({"del", "s", "strike"})
ITALICS = frozenset({"i", "em", "dfn", "cite"})
"""An author who strikes words out takes them back. They count if the element is never closed."""
_SKIPPED_ELEMENTS = frozenset(
    {"aside", "audio", "button", "canvas", "datalist", "dialog", "footer", "head", "iframe", "nav"}
    | {"noscript", "object", "pre", "script", "select", "style", "svg", "template", "textarea"}
    | {"title", "video"}
)
_SKIPPED_ROLES = frozenset({"banner", "complementary", "contentinfo", "navigation", "search"})
_INLINE_ELEMENTS = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font"}
    | {"i", "img", "ins", "label", "mark", "q", "s", "small", "span", "strike", "strong", "sub"}
    | {"sup", "time", "tt", "u", "wbr", *CODE_ELEMENTS}
)
_VOID_ELEMENTS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"}
    | {"track", "wbr"}
)
# Their end tag may be missing: what is hidden of one ends where any other block begins.
_UNCLOSED_ELEMENTS = frozenset(
    {"dd", "dt", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
# No code or formula goes on in the next of these, whether it was closed or not.
_BLOCKS = frozenset(
    {"article", "blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "section"}
    | {"table", "td", "th", "tr", "ul"}
)
# Classes and elements of MathJax, KaTeX, pandoc and MediaWiki.
_FORMULA_CLASSES = frozenset(
    {"MathJax", "MathJax_Display", "MathJax_Preview", "MathJax_SVG", "katex", "katex-display"}
    | {"math", "mwe-math-element", "mjx-chtml", "mjx-container"}
)
_QUOTATIONS = frozenset({"blockquote", "q"})
# Where an article is, if the page says so; with so many characters in it, or it is a teaser.
_SCOPES = ("main", "article")
_ENOUGH = 250
# Of the text of a page: with less left, the names of its elements do not mean what they say.
_LEAST = 0.2
# Blocks that may be a menu.
_MENUS = frozenset({"div", "dl", "ol", "p", "section", "table", "ul"})
# A style of its own that hides an element.
_HIDDEN = re.compile(
    r"(?:\A|;)\s*+(?:display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse))\b", re.IGNORECASE
)
# Characters of a note's marks: "[1, 2, 14-17]".
_LONGEST_NOTE = 256


def articles(source: str, file: BinaryIO, options: Options) -> Iterator[Article]:
    """The one article of a file."""
    text = text_of(file, source, options.encoding, declared=True)
    ignores = find_ignores(text, ".html")
    yield Article(source, text, extract=read_html(text), ignores=ignores)


def read_html(text: str) -> Extract:
    """The prose of the article in an HTML page.

    Examples
    --------
    >>> read_html("<p>Has <b>wilt</b>&nbsp;&amp; so.</p><script>f()</script>").text
    'Has wilt\\xa0& so.'
    """
    for scope in _SCOPES:
        if re.search(f"<{scope}[\\s>]", text, re.IGNORECASE):
            found = _read(text, scope)
            if len(found.text) >= _ENOUGH:
                return found
    return _read(text, None)


def _read(text: str, scope: str | None) -> Extract:
    """The prose of a page without its furniture, or with it where that is nearly all there is."""
    reader = _HtmlReader(text, Writer(), 0, scope, whole=False)
    found = reader.read()
    if not reader.left_out:
        return found
    everything = _HtmlReader(text, Writer(), 0, scope).read()
    return found if len(found.text) >= _LEAST * len(everything.text) else everything


def write_html(source: str, writer: Writer, begin: int = 0, *, scope: str | None = None) -> None:
    """Write down the prose of some HTML.

    Parameters
    ----------
    source : str
        HTML.
    writer : Writer
        Takes the prose.
    begin : int
        Where `source` stands in what the writer's offsets count in.
    scope : str, optional
        Name of the element to read; default: all of it.
    """
    _HtmlReader(source, writer, begin, scope).read()


class _HtmlReader:
    """Writes down the character data of an article."""

    def __init__(
        self, source: str, writer: Writer, begin: int, scope: str | None, *, whole: bool = True
    ) -> None:
        self._source, self._writer, self._begin, self._scope = source, writer, begin, scope
        self._whole = whole
        self.left_out = False
        self._formulas = Formulas(in_html(source))
        self._at = 0
        self._end = 0
        self._scopes = 0
        self._skipped: str | None = None
        self._depth = 0
        self._code = 0
        self._open = OpenTags()
        self._links = Links()

    def read(self) -> Extract:
        """Write down all of it."""
        for piece in pieces(self._source):
            self._at, self._end = piece.start, piece.end
            match piece.kind:
                case "text":
                    self._data(self._source[self._at : self._end])
                case "reference":
                    self._reference()
                case "start":
                    self._start_tag(piece.name, piece.attributes)
                case "end":
                    self._end_tag(piece.name)
                case "empty" if self._skipped is None:
                    self._break(piece.name)
        return self._writer.extract()

    def _start_tag(self, tag: str, attrs: Attributes) -> None:
        if self._skipped in _UNCLOSED_ELEMENTS and tag not in _INLINE_ELEMENTS:
            self._skipped = None
        if self._skipped is not None:
            self._depth += tag == self._skipped
        elif tag in _VOID_ELEMENTS:
            self._break(tag)
        elif _is_formula(tag, attrs):
            if not self._is_silent():
                self._writer.stand_in(self._begin + self._at, self._begin + self._end)
            self._skipped, self._depth = tag, 1
        elif _is_skipped(tag, attrs) or self._is_furniture(tag, attrs):
            self._break(tag)
            self._skipped, self._depth = tag, 1
        else:
            self._break(tag)
            self._scopes += tag == self._scope
            self._code += tag in CODE_ELEMENTS
            if tag == "a" and any(name == "href" for name, _ in attrs):
                self._links.open(self._writer.length)
            elif not self._whole and (tag in _MENUS or tag in _BLOCKS):
                self._close_block(self._links.end_paragraph())
                if tag in _MENUS:
                    self._links.open_block(tag, self._writer.mark())
            if tag in _INLINE_ELEMENTS or tag in _QUOTATIONS:
                opened = self._writer.open(self._begin + self._at)
                self._open.push(tag, opened, self._writer.mark())

    def _end_tag(self, tag: str) -> None:
        if self._skipped is not None:
            self._depth -= tag == self._skipped
            if not self._depth:
                self._skipped = None
            return
        self._scopes -= tag == self._scope and self._scopes > 0
        self._code -= tag in CODE_ELEMENTS and self._code > 0
        self._close(tag)
        self._break(tag)

    def _data(self, data: str) -> None:
        place = self._begin + self._at
        if self._is_silent():
            return
        if not self._code:
            self._formulas.write(self._writer, self._at, self._end, self._prose, self._begin)
        elif not data.isspace():
            self._writer.stand_in(place, place + len(data))

    def _prose(self, start: int, end: int) -> None:
        self._writer.collapsed(self._begin + start, self._source[start:end])

    def _reference(self) -> None:
        if self._is_silent():
            return
        if self._at in self._formulas:
            self._writer.stand_in(self._begin + self._at, self._begin + self._end)
            return
        prose = unescape(self._source[self._at : self._end])
        start, end = self._begin + self._at, self._begin + self._end
        if self._code:
            self._writer.stand_in(start, end)
        elif prose.isspace() and prose.isascii():
            self._writer.separate(Break.SPACE)
        else:
            self._writer.unit(start, end, prose)

    def _is_silent(self) -> bool:
        return self._skipped is not None or (self._scope is not None and not self._scopes)

    def _break(self, tag: str) -> None:
        if self._code and tag not in _BLOCKS:
            return
        if tag not in _INLINE_ELEMENTS:
            self._code = 0
        if tag == "br":
            self._writer.separate(Break.LINE)
        elif tag not in _INLINE_ELEMENTS:
            self._writer.separate(Break.PARAGRAPH)

    def _close(self, tag: str) -> None:
        """End an inline element, and those inside it that have not ended."""
        found = self._open.pop(tag)
        if tag == "a":
            self._links.close(self._writer.length)
        elif tag in _MENUS:
            if tag != "p":
                self._close_block(self._links.end_paragraph())
            self._close_block(self._links.close_block(tag))
        if found is None:
            return
        opened, mark = found
        if tag == "sup" and is_note(self._writer, mark):
            self._writer.back_to(mark)
            self._links.forget(mark)
        elif tag in STRUCK_OUT:
            self._writer.strike_out(mark)
            self._links.forget(mark)
        elif tag in _QUOTATIONS:
            self._writer.close_quotation(opened)
        else:
            self._writer.close(opened, self._begin + self._end)
            if tag in ITALICS:
                self._writer.close_italics(opened)

    def _close_block(self, block: Block | None) -> None:
        """Leave out a block that ends and is but a list of links."""
        if block is not None and self._links.are_most(block, self._writer.length):
            self._writer.strike_out(block.mark)
            self._open.forget(block.mark)
            self.left_out = True

    def _is_furniture(self, tag: str, attrs: Attributes) -> bool:
        if (
            self._whole
            or not attrs
            or tag in _INLINE_ELEMENTS
            or not is_furniture(tag, dict(attrs))
        ):
            return False
        self.left_out = True
        return True


def is_note(writer: Writer, mark: Mark) -> bool:
    """Whether what was written since is a note's mark behind a word: no letter, or one of them."""
    if writer.length - mark.length > _LONGEST_NOTE:
        return False
    written = writer.since(mark).strip("[]() ,*")
    return len(written) < 2 or not any(map(str.isalpha, written))


def _is_formula(tag: str, attrs: Attributes) -> bool:
    named = dict(attrs) if attrs else {}
    if tag == "script":
        return (named.get("type") or "").lower().startswith("math/")
    classes = (named.get("class") or "").split()
    return tag == "mjx-container" or not _FORMULA_CLASSES.isdisjoint(classes)


def _is_skipped(tag: str, attrs: Attributes) -> bool:
    if tag in _SKIPPED_ELEMENTS:
        return True
    if not attrs or tag in {"html", "body"}:
        return False
    named = dict(attrs)
    return (
        "hidden" in named
        or (named.get("aria-hidden") or "").lower() == "true"
        or _HIDDEN.search(named.get("style") or "") is not None
        or named.get("role") in _SKIPPED_ROLES
    )
