r"""Where a text has formulas and the tags of site generators: they are no prose, and stand for it.

Formulas are TeX between ``$``, ``$$``, ``\(``, ``\[`` or in an environment such as ``equation``.
What is prose between these marks, or money, is none. Tags are those of Hugo, Liquid and JSX.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from detector.document import Span
from detector.extract import Writer

# Every repetition stops at a mark with which the next match could begin, so that time is linear.
_NO_BLANK_LINE = r"\n(?![ \t>]*+\n)"
_ENVIRONMENTS = "equation|align|alignat|gather|multline|eqnarray|displaymath|math"
# Pandoc's rule for a single dollar: no blank inside next to it, and no digit behind the last one.
_FORMULA = r"""
      \$\$(?:[^$`\n{stop}]|{line}){{1,4000}}+\$\$
    | (?<![\\$\w])\$(?![\s$])(?:[^$`\n{stop}]|{line}){{1,1000}}+(?<![\s\\])\$(?![\d$])
    | (?<!\\)\\\((?:[^\\`\n{stop}]|\\(?![()])|{line}){{1,1000}}+\\\)
    | (?<!\\)\\\[(?:[^\\`\n{stop}]|\\(?![\[\]])|{line}){{1,4000}}+\\\]
    | \\begin\{{(?P<name>(?:{names})\*?)\}}
      (?:[^\\{stop}]|\\(?!(?:begin|end)\{{(?:{names})\*?\}})){{1,8000}}+\\end\{{(?P=name)\}}
    | data:[\w/+.-]{{1,80}}+;base64,[A-Za-z0-9+/=]++
"""
_TAG = r"""
    | \{\{(?![^{}\n]{0,200}\w\|\w)[^{}]{1,1000}+\}\}
    | \{%[^%]{1,1000}+%\}
    | </?[A-Z]\w{0,60}[a-z]\w{0,60}+(?:\.\w{1,60}+)?(?=[\s/>])[^<>`]{0,1000}+>
    | ^(?:import[ ][^\n;]{1,200}[ ]from[ ]+["'][^\n"']{1,200}+["'];?
         |export[ ](?:const|default|function|let)[ ][^\n]{1,400}+)$
"""


def _pattern(stop: str, more: str = "") -> re.Pattern[str]:
    formula = _FORMULA.format(stop=stop, line=_NO_BLANK_LINE, names=_ENVIRONMENTS)
    return re.compile(formula + more, re.VERBOSE | re.MULTILINE)


_TEXT, _HTML, _MARKDOWN = _pattern(""), _pattern("<"), _pattern("", _TAG)
_MARKS = ("$", "\\", "{", "data:", "<", "import ", "export ")
# Words between the marks, and their share of what stands there, that make it prose.
_PROSE_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}+")
_MANY_WORDS, _MOSTLY = 4, 0.6


def in_text(text: str) -> list[Span]:
    r"""Formulas in plain text.

    Examples
    --------
    >>> [span.of("so $x^2$ costs $5 or $6") for span in in_text("so $x^2$ costs $5 or $6")]
    ['$x^2$']
    """
    return _found(_TEXT, text)


def in_html(source: str) -> list[Span]:
    """Formulas in the text of HTML; none goes over a tag."""
    return _found(_HTML, source)


def in_markdown(source: str) -> list[Span]:
    """Formulas and the tags of site generators in Markdown."""
    return _found(_MARKDOWN, source)


def masked(source: str, spans: Sequence[Span], mask: str) -> str:
    """`source` with each character of some spans replaced by `mask`; of the same length."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [source[at:start], mask * (end - start)]
        at = end
    return "".join([*pieces, source[at:]])


class Formulas:
    """The formulas of a source, for a reader that comes to its text piece by piece."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._ends = [span.end for span in spans]

    def __contains__(self, place: object) -> bool:
        at = bisect_right(self._ends, place) if isinstance(place, int) else len(self._spans)
        return at < len(self._spans) and place in range(*self._spans[at])

    def write(
        self,
        writer: Writer,
        start: int,
        end: int,
        prose: Callable[[int, int], None],
        begin: int = 0,
    ) -> None:
        """Write a piece of the source: stand-ins for formulas; `prose` writes the rest.

        The source begins at `begin` of what the writer's offsets count in.
        """
        for part, is_formula in self._parts(start, end):
            if is_formula:
                writer.stand_in(begin + part.start, begin + part.end)
            else:
                prose(*part)

    def _parts(self, start: int, end: int) -> Iterator[tuple[Span, bool]]:
        at = bisect_right(self._ends, start)
        while at < len(self._spans) and self._spans[at].start < end:
            first, last = self._spans[at]
            if start < first:
                yield Span(start, first), False
            yield Span(max(start, first), min(end, last)), True
            start = min(end, last)
            at += 1
        if start < end:
            yield Span(start, end), False


def _found(pattern: re.Pattern[str], text: str) -> list[Span]:
    if not any(mark in text for mark in _MARKS):
        return []
    return [Span(*found.span()) for found in pattern.finditer(text) if not _is_prose(found[0])]


def _is_prose(content: str) -> bool:
    if content.startswith(("{", "<", "data:", "import ", "export ")):
        return False
    words = [len(word) for word in _PROSE_WORD.findall(content)]
    return len(words) >= _MANY_WORDS and sum(words) >= _MOSTLY * len("".join(content.split()))
