"""Lines on pages -> paragraphs of body text: what a PDF knows of a text is where its lines stand.

Left out, by position, size and wording: running heads and page numbers, footnotes and whatever else
is set small, captions and tables, displayed formulas, the list of references. Words cut at the end
of a line are mended, and so are words that the file itself cuts ("pro pose"), where the rest of the
text shows them whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from detector.function_words import FUNCTION_WORDS

# Of the size of the body: what is smaller is a footnote, a caption or a table. Abstracts are often
# set at nine tenths.
_SMALL = 0.86
# Of the width of a full line: a shorter one that ends with a stop ends its paragraph.
_SHORT = 0.85
# Below this share of it, a line after a caption still belongs to the table.
_CELL = 0.6
_FEW_LETTERS = 0.6
# Lines at the top and the bottom of a page that may be its head and foot.
_EXTREME = 2

_PAGE_NUMBER = re.compile(r"\W*(?:page\s*)?(?:\d+|[ivxl]+)(?:\s*(?:of|/)\s*\d+)?\W*", re.IGNORECASE)
_REFERENCES = re.compile(
    r"(?:[\dIVX]+\.?\s*)?(?:references|bibliography|literature cited|works cited|"
    r"references and notes|notes and references)\W*",
    re.IGNORECASE,
)
_AFTER_REFERENCES = re.compile(r"(?:[A-Z\d]+\.?\s*)?(?:appendix|appendices)\b", re.IGNORECASE)
_CAPTION = re.compile(r"(?:table|fig(?:ure|\.)|scheme|chart)\s*[\dIVX]+\s*[.:|\u2013\u2014-]", re.I)
_STOP = re.compile(r"[.!?:\u2026][\"'\u2019\u201d)\]]*$")
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
    | {"\ufb05": "st", "\ufb06": "st", "\u00ad": "", "\u00a0": " "}
)
_CUT = re.compile(r"(?<![^\W\d_])([^\W\d_]++)[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
# What keeps its hyphen when a line ends after it.
_PREFIXES = frozenset(
    {"all", "anti", "co", "cross", "ex", "five", "four", "half", "high", "ill", "inter", "large"}
    | {"long", "low", "mid", "multi", "non", "one", "post", "pre", "pro", "real", "self", "semi"}
    | {"short", "single", "six", "small", "so", "sub", "ten", "three", "two", "under", "well"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page.

    Attributes
    ----------
    text : str
        What it says.
    x, y : float
        Where it begins, in points from the lower left corner of the page.
    size : float
        Of most of its letters, in points.
    bold : bool
        Whether most of them are bold.
    """

    text: str
    x: float
    y: float
    size: float
    bold: bool = False


def body(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The paragraphs of the body text of some pages, whose lines are in the order of reading.

    Examples
    --------
    >>> lines = ["It has grown more regu-", "lar over time.", "Nobody knows why that is."]
    >>> body([[Line(text, 72, 700 - 12 * row, 10) for row, text in enumerate(lines)]])
    ['It has grown more regular over time.', 'Nobody knows why that is.']
    """
    clean = [[_cleaned(line) for line in page] for page in pages]
    lines = [line for page in _without_heads(clean) for line in page if line.text]
    smallest = _SMALL * _usual(lines)
    width = _full_width([line for line in lines if line.size >= smallest])
    lines = list(_without_tables(_without_references(lines), smallest, width))
    words = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
    return [_mended(_joined(group, words), words) for group in _paragraphs(lines, width)]


def _cleaned(line: Line) -> Line:
    text = " ".join(line.text.translate(_LIGATURES).split())
    return Line(text, line.x, line.y, line.size, line.bold)


def _without_heads(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Pages without page numbers and what returns at their top or bottom."""
    extremes = [_extreme(page) for page in pages]
    times = Counter(key for page in extremes for key in {_key(line) for line in page})
    for page, ends in zip(pages, extremes, strict=True):
        heads = {
            line for line in ends if times[_key(line)] > 1 or _PAGE_NUMBER.fullmatch(line.text)
        }
        yield [line for line in page if line not in heads]


def _extreme(page: Sequence[Line]) -> list[Line]:
    """The lines at the highest and the lowest places of a page."""
    heights = sorted({round(line.y) for line in page})
    outer = {*heights[:_EXTREME], *heights[-_EXTREME:]}
    return [line for line in page if round(line.y) in outer]


def _key(line: Line) -> tuple[str, int]:
    """What a running head is known by: its words without their numbers, and its height."""
    return re.sub(r"\d+", "0", line.text.lower()), round(line.y / 4)


def _usual(lines: Iterable[Line]) -> float:
    """The size of most of the text."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _full_width(lines: Sequence[Line]) -> int:
    """Characters of a full line: the third quartile."""
    widths = sorted(len(line.text) for line in lines)
    return widths[len(widths) * 3 // 4] if widths else 0


def _without_references(lines: Iterable[Line]) -> Iterator[Line]:
    listing = False
    for line in lines:
        if _REFERENCES.fullmatch(line.text):
            listing = True
        elif _AFTER_REFERENCES.match(line.text):
            listing = False
        if not listing:
            yield line


def _without_tables(lines: Iterable[Line], smallest: float, width: int) -> Iterator[Line]:
    """Lines of the body's size, without captions, the short lines after them, and formulas."""
    in_table = False
    for line in lines:
        if _CAPTION.match(line.text):
            in_table = True
        elif line.size >= smallest and _is_wordy(line.text):
            in_table = in_table and len(line.text) < _CELL * width
            if not in_table:
                yield line


def _is_wordy(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters >= _FEW_LETTERS * len(text.replace(" ", ""))


def _paragraphs(lines: Sequence[Line], width: int) -> Iterator[list[Line]]:
    group: list[Line] = []
    for before, line in pairwise([None, *lines]):
        if line is None:
            continue
        if group and before is not None and _begins(before, line, width):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins(before: Line, line: Line, width: int) -> bool:
    """Whether a paragraph begins with `line`."""
    if abs(before.size - line.size) > 0.05 * line.size or before.bold != line.bold:
        return True
    ended = _STOP.search(before.text) is not None
    if ended and len(before.text) < _SHORT * width:
        return True
    drop = before.y - line.y
    if drop > 1.9 * line.size:  # a gap in one column
        return ended or not line.text[0].islower()
    indented = drop > 0 and 0.5 * line.size < line.x - before.x < 4 * line.size
    return indented and ended


def _joined(lines: Sequence[Line], words: Counter[str]) -> str:
    parts = [lines[0].text]
    for line in lines[1:]:
        # A word that is cut lies in the last line alone, but for one of a single word.
        cut, rest = _CUT.search(parts[-1]), _FIRST_WORD.match(line.text)
        if not (cut and rest):
            parts.append(" ")
        elif not _keeps_hyphen(cut[1], rest[0], words):
            parts[-1] = parts[-1][: cut.end(1)]
        parts.append(line.text)
    return "".join(parts)


def _keeps_hyphen(first: str, second: str, words: Counter[str]) -> bool:
    """Whether a hyphen at the end of a line belongs to the word, as the rest of the text has it."""
    if not second[0].islower():
        return True
    whole, compound = words[(first + second).lower()], words[f"{first}-{second}".lower()]
    if whole != compound:
        return compound > whole
    return first.lower() in _PREFIXES


def _mended(text: str, words: Counter[str]) -> str:
    """`text` with the words whole that the file cuts in two.

    A pair is joined where a part of it occurs nowhere else and the whole does: "may be" stays.
    """
    kept: list[str] = []
    at = 0
    for left, right in pairwise(_WORD.finditer(text)):
        first, second = left[0].lower(), right[0].lower()
        if (
            text[left.end() : right.start()] == " "
            and words[first + second]
            and (words[first] == 1 or words[second] == 1)
            and not {first, second} & FUNCTION_WORDS
        ):
            kept.append(text[at : left.end()])
            at = right.start()
    return "".join([*kept, text[at:]])
