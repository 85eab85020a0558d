"""Lines on pages -> paragraphs of body text: what a PDF knows of a text is where its lines stand.

Left out, by position, size and wording: running heads and page numbers, footnotes and whatever else
is set small, captions and tables, the list of references. A displayed formula inside a sentence
becomes a stand-in; a line of numbers that its paragraph goes on through is text. Words cut at the
end of a line are mended, and so are words that the file itself cuts ("pro pose"), where the rest of
the text shows them whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from detector.extract import NOT_PROSE
from detector.function_words import FUNCTION_WORDS

# Of the size of the body: what is smaller is a footnote, a caption or a table. Abstracts are often
# set at nine tenths.
_SMALL = 0.86
# Of the width of a full line: a shorter one that ends with a stop ends its paragraph.
_SHORT = 0.85
# Below this share of it, a line after a caption still belongs to the table.
_CELL = 0.6
_FEW_LETTERS = 0.6
# Of the size of a line: the next one of a paragraph lies no further below.
_LEADING = 1.65
# Of the width of a full line: one of numbers is longer than the rows of most tables, and no line of
# a paragraph but its last is shorter. Digits are wider than letters.
_LONG = 0.6
# Of the size of a line: how far from another one it may begin at the same margin.
_MARGIN = 0.8
# Of the lines after the heading of a list of references: how many are looked at, and how many of
# them must look like one (behind the last such heading one alone): tables of contents name it too.
_LOOKED_AT, _FEWEST_ENTRIES = 12, 2
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
_ENTRY = re.compile(r"\b(?:1[5-9]|20)\d\d[a-z]?\b|^\W?\d{1,3}[.\])]|\bdoi\b|\bpp?\.", re.IGNORECASE)
_FORMULA_END = re.compile(r"[.,;:!?]?(?=(?:\s*\(\w{1,4}(?:\.\w{1,4})?\))?\Z)")
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


def body(pages: Sequence[Sequence[Line]], left_out: dict[str, int] | None = None) -> list[str]:
    """The paragraphs of the body text of some pages, whose lines are in the order of reading.

    Parameters
    ----------
    pages : sequence of sequence of Line
        All that the pages say.
    left_out : dict, optional
        Takes how many words of what are left out.

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
    before = _words([line for page in clean for line in page])
    counts = {"running heads": before - _words(lines)}
    listed = list(_without_references(lines))
    counts["references"] = _words(lines) - _words(listed)
    lines = list(_without_tables(listed, smallest, width))
    counts["tables, captions and notes"] = max(_words(listed) - _words(lines), 0)
    if left_out is not None:
        left_out.update({what: count for what, count in counts.items() if count})
    words = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
    return [_mended(_joined(group, words), words) for group in _paragraphs(lines, width)]


def _words(lines: Iterable[Line]) -> int:
    """Their number."""
    return sum(len(_WORD.findall(line.text)) for line in lines)


def _cleaned(line: Line) -> Line:
    text = " ".join(line.text.translate(_LIGATURES).split())
    return Line(text, line.x, line.y, line.size, line.bold)


def _without_heads(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Pages without page numbers and what returns at their top or bottom."""
    extremes = [_extreme(page) for page in pages]
    numbers = [_page_numbers(page, ends) for page, ends in zip(pages, extremes, strict=True)]
    times = Counter(key for page in extremes for key in {_key(line) for line in page})
    for page, ends, numbered in zip(pages, extremes, numbers, strict=True):
        heads = numbered | {line for line in ends if times[_key(line)] > 1}
        yield [line for line in page if line not in heads]


def _extreme(page: Sequence[Line]) -> list[Line]:
    """The lines at the highest and the lowest places of a page."""
    heights = sorted({round(line.y) for line in page})
    outer = {*heights[:_EXTREME], *heights[-_EXTREME:]}
    return [line for line in page if round(line.y) in outer]


def _page_numbers(page: Sequence[Line], ends: Iterable[Line]) -> set[Line]:
    """Those lines at the ends of a page that are its number, and no year that ends a sentence.

    A number that stands right above or below a line, and begins where that begins, is text.
    """
    margins: dict[int, set[int]] = {}
    for line in page:
        if line.text:
            margins.setdefault(round(line.y), set()).add(round(line.x))
    heights = sorted(margins)

    def is_text(line: Line) -> bool:
        at = bisect_left(heights, round(line.y))
        beside = heights[max(at - 1, 0) : at] + heights[at + 1 : at + 2]
        near = (y for y in beside if abs(y - line.y) <= _LEADING * line.size)
        return any(
            not margins[y].isdisjoint(range(round(line.x) - 3, round(line.x) + 4)) for y in near
        )

    return {line for line in ends if _PAGE_NUMBER.fullmatch(line.text) and not is_text(line)}


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


def _without_references(lines: Sequence[Line]) -> Iterator[Line]:
    listing = False
    headings = [at for at, line in enumerate(lines) if _REFERENCES.fullmatch(line.text)]
    for at, line in enumerate(lines):
        if _REFERENCES.fullmatch(line.text):
            fewest = 1 if at == headings[-1] else _FEWEST_ENTRIES
            listing = listing or _is_list(lines[at + 1 : at + 1 + _LOOKED_AT], fewest)
        elif _AFTER_REFERENCES.match(line.text):
            listing = False
        if not listing:
            yield line


def _is_list(following: Sequence[Line], fewest: int) -> bool:
    """Whether what follows the heading of the references is a list of them."""
    entries = list(takewhile(lambda line: not _AFTER_REFERENCES.match(line.text), following))
    found = sum(_ENTRY.search(line.text) is not None for line in entries)
    return found >= min(fewest, len(entries))


def _without_tables(lines: Iterable[Line], smallest: float, width: int) -> Iterator[Line]:
    """Lines of the body's size, without captions, the short lines after them, and formulas.

    Lines with few letters wait for the next one with words, which tells whether a paragraph goes on
    through them.
    """
    in_table = False
    before: Line | None = None
    waiting: list[Line] = []
    for line in lines:
        if _CAPTION.match(line.text) and not (before and _is_next_line(before, line)):
            in_table = True
        elif line.size < smallest:
            continue
        elif not _is_wordy(line.text):
            if not in_table:
                waiting.append(line)
        else:
            in_table = in_table and _is_cell(line, smallest, width)
            if not in_table:
                yield from _settled(before, waiting, line, width)
                yield line
                before, waiting = line, []
    yield from _settled(before, waiting, None, width)


def _is_cell(line: Line, smallest: float, width: int) -> bool:
    """Whether a line after a caption still belongs to the table; a heading is set larger."""
    return len(line.text) < _CELL * width and _SMALL * line.size <= 1.1 * smallest


def _settled(
    before: Line | None, waiting: Sequence[Line], after: Line | None, width: int
) -> Iterator[Line]:
    """Of lines with few letters those that a paragraph goes on through; stand-ins for formulas."""
    last = _first_of_paragraph(waiting, after, width)
    formula: Line | None = None
    for at, line in enumerate(waiting):
        goes_on = _goes_on(before, line, width) and _is_aligned(before, line, after)
        if goes_on or at >= last:
            if formula is not None and before is not None and _is_inside(before, line):
                yield _stand_in(formula, before)
            formula = None
            yield line
            before = line
        else:
            formula = line
    if formula is not None and before is not None and _is_inside(before, after):
        yield _stand_in(formula, before)


def _first_of_paragraph(waiting: Sequence[Line], after: Line | None, width: int) -> int:
    """From which of the waiting lines on they are the beginning of the paragraph of `after`."""
    at = len(waiting)
    while at and after is not None and _leads(waiting[at - 1], after, width):
        at -= 1
        after = waiting[at]
    return at


def _leads(line: Line, after: Line, width: int) -> bool:
    """Whether a line of a paragraph's length stands right above another one of it."""
    near = 0 < line.y - after.y <= _LEADING * line.size and _is_alike(line, after)
    aligned = -_MARGIN * line.size <= line.x - after.x < 4 * line.size
    return near and aligned and len(line.text) >= _LONG * width


def _goes_on(before: Line | None, line: Line, width: int) -> bool:
    """Whether the paragraph of `before` goes on in `line`, by their places and lengths."""
    if before is None:
        return False
    if not _is_alike(before, line) or before.y - line.y > _LEADING * line.size:
        return False
    if before.y > line.y and line.x - before.x > _MARGIN * line.size:
        return False
    if _STOP.search(before.text) is None:
        return True
    # A sentence ends with the line before: a row of a table is shorter than a line of text.
    return len(before.text) >= _SHORT * width and len(line.text) >= _LONG * width


def _is_next_line(before: Line, line: Line) -> bool:
    """Whether a line that begins like a caption goes on with the sentence of the one before it."""
    near = 0 < before.y - line.y <= _LEADING * line.size
    aligned = line.x - before.x <= _MARGIN * line.size
    return near and aligned and _is_alike(before, line) and _STOP.search(before.text) is None


def _is_alike(before: Line, line: Line) -> bool:
    return abs(before.size - line.size) <= 0.05 * line.size and before.bold == line.bold


def _is_aligned(before: Line | None, line: Line, after: Line | None) -> bool:
    """Whether a line begins where one beside it does; at the top of a column only the next tells.

    The first line of a paragraph may be indented.
    """
    beside = [] if before is None or before.y < line.y else [before.x]
    if after is not None and after.y < line.y:
        beside.append(after.x)
    if not beside:
        return True
    near = _MARGIN * line.size
    indented = before is not None and before.y > line.y and 0 < before.x - line.x < 4 * line.size
    return indented or any(abs(x - line.x) <= near for x in beside)


def _is_inside(before: Line, after: Line | None) -> bool:
    """Whether a sentence goes on behind a displayed formula, or ends with it."""
    if after is not None and not _is_alike(before, after):
        return False
    colon = before.text.endswith(":")
    return colon or _STOP.search(before.text) is None or bool(after and after.text[0].islower())


def _stand_in(formula: Line, before: Line) -> Line:
    """A formula as a part of the paragraph of `before`, with the mark that ends it."""
    end = _FORMULA_END.search(formula.text)
    text = NOT_PROSE + (end[0] if end else "")
    return Line(text, before.x, formula.y, before.size, before.bold)


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
    if not _is_alike(before, line):
        return True
    ended = _STOP.search(before.text) is not None
    if NOT_PROSE in {before.text.rstrip(".,;:!?"), line.text.rstrip(".,;:!?")}:
        return line.text[0] != NOT_PROSE and not line.text[0].islower()
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
