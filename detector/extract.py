"""Prose taken out of a source, with a map from each piece of it back to where it stands there.

A reader of some format writes prose with a `Writer`, front to back; the `Extract` that comes out
holds the text that is judged, and translates a span of it into a span of the source. A piece of
prose is either a copy, character by character, or one unit: "é" stands for ``&eacute;``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.document import Span

NOT_PROSE = "_"
"""Stands for a part of a sentence that is no prose, such as inline code or a formula:
`detector.segment` takes it as code, so that it keeps its neighbours apart and is never flagged."""


LONGEST_MENTION = 60
"""Characters in italics that may be a word or phrase spoken of; what is longer is emphasised."""


class Break(IntEnum):
    """What separates two pieces of prose; of several in a row the strongest counts."""

    NONE = 0
    SPACE = 1
    LINE = 2
    PARAGRAPH = 3


# White space that is more than one space between two words.
_WHITE = re.compile(r"([ \t\n\r\f]{2,}|[\t\n\r\f]|^ | $)")
# Pieces that the end of a text is looked for in.
_TAIL = 8
# Characters of it: a pattern may take the square of their number.
_LONGEST_TAIL = 64
_BREAKS = {Break.NONE: "", Break.SPACE: " ", Break.LINE: "\n", Break.PARAGRAPH: "\n\n"}


@dataclass(frozen=True, eq=False)
class Extract:
    """The prose of a source. A `Writer` makes it; nothing changes it.

    Attributes
    ----------
    text : str
        The prose.
    runs : ndarray of int32, shape (n_runs, 3)
        Where each run of prose starts, and the source ``[start, end)`` that it was read from. A run
        as long as its source is a copy; any other one is a unit. All three columns ascend.
    elements : ndarray of int32, shape (n_elements, 4)
        Inline elements: the prose ``[start, end)`` in each, and the source with its marks.
    quotations : ndarray of int32, shape (n_quotations, 2)
        Prose that the markup says is quoted, or that a few words in italics mention.
    """

    text: str
    runs: NDArray[np.int32]
    elements: NDArray[np.int32]
    quotations: NDArray[np.int32]

    @classmethod
    def copy(cls, text: str) -> Self:
        """All of a source, each character where it was; `text` may have some blanked out."""
        runs = np.array([[0, 0, len(text)]] if text else [], dtype=np.int32).reshape(-1, 3)
        nothing = np.empty((0, 4), dtype=np.int32)
        return cls(text, runs, nothing, nothing[:, :2])

    def source_span(self, span: Span) -> Span:
        """Where in the source a span of the prose stands: the least that reads as that prose.

        An element whose marks would be torn apart is covered whole, so that what is read from
        ``wi<b>lt</b>`` covers the last tag too. The source of an empty span is empty.
        """
        if span.start >= span.end:
            place = self._bounds(span.start)[0] if span.start < len(self.text) else self._end
            return Span(place, place)
        start, end = self._bounds(span.start)[0], self._bounds(span.end - 1)[1]
        first, last = self.elements[:, 0], self.elements[:, 1]
        inside = (first >= span.start) & (last <= span.end)
        inside &= (first > span.start) | (last < span.end)
        if inside.any():
            start = min(start, int(self.elements[inside, 2].min()))
            end = max(end, int(self.elements[inside, 3].max()))
        return Span(start, end)

    def prose_span(self, span: Span) -> Span:
        """The prose that was read from a span of the source; the inverse of `source_span`."""
        starts, sources, ends = self.runs.T
        first = int(np.searchsorted(ends, span.start, side="right"))
        last = int(np.searchsorted(sources, span.end, side="left")) - 1
        while first <= last and sources[first] == ends[first]:  # a break
            first += 1
        while first <= last and sources[last] == ends[last]:
            last -= 1
        if first > last:
            place = int(starts[first]) if first < len(starts) else len(self.text)
            return Span(place, place)
        begin, stop = int(starts[first]), self._stop(last)
        if self._is_copy(first):
            begin += max(span.start - int(sources[first]), 0)
        if self._is_copy(last):
            stop -= max(int(ends[last]) - span.end, 0)
        return Span(begin, max(stop, begin))

    def _bounds(self, offset: int) -> tuple[int, int]:
        """The source of one character of the prose."""
        run = int(np.searchsorted(self.runs[:, 0], offset, side="right")) - 1
        start, source, end = self.runs[run].tolist()
        if self._is_copy(run):
            return source + offset - start, source + offset - start + 1
        return source, end

    @property
    def _end(self) -> int:
        return int(self.runs[-1, 2]) if len(self.runs) else 0

    def _stop(self, run: int) -> int:
        """Where a run of prose ends."""
        return int(self.runs[run + 1, 0]) if run + 1 < len(self.runs) else len(self.text)

    def _is_copy(self, run: int) -> bool:
        start, source, end = self.runs[run].tolist()
        return bool(self._stop(run) - start == end - source)


class Mark(NamedTuple):
    """A state of a `Writer`, to go back to."""

    pieces: int
    runs: int
    length: int
    last_end: int
    pending: Break


class Opened(NamedTuple):
    """An element whose end is to come: where it begins in the source, and in what is written."""

    source: int
    length: int


class Writer:
    """Writes prose, front to back. White space around breaks is left out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._runs: list[list[int]] = []
        self._length = 0
        self._pending = Break.NONE
        self._standing_in = -1
        # Where a break was written, ascending, and how long it is.
        self._breaks: list[tuple[int, int]] = []
        self._elements: list[tuple[int, int, int, int]] = []
        self._quotations: list[tuple[int, int]] = []

    @property
    def length(self) -> int:
        """Characters written so far."""
        return self._length

    @property
    def last(self) -> str:
        """The last character written, or that a break would write; "" at the start."""
        if self._pending and self._length:
            return _BREAKS[self._pending][-1]
        return self._pieces[-1][-1] if self._pieces else ""

    def copy(self, start: int, prose: str) -> None:
        """Write what stands in the source from `start` on, character by character."""
        if prose:
            self._write(start, start + len(prose), prose)

    def unit(self, start: int, end: int, prose: str) -> None:
        """Write what the source from `start` to `end` stands for, as a whole."""
        if prose:
            self._write(start, end, prose)

    def stand_in(self, start: int, end: int) -> None:
        """Write `NOT_PROSE`; once, where several pieces of the same follow on each other."""
        if not self._pending and self._standing_in == self._length:
            self._runs[-1][2] = end
        else:
            self._append_break(start)
            self._runs.append([self._length, start, end])
            self._pieces.append(NOT_PROSE)
            self._length += 1
            self._standing_in = self._length

    def collapsed(self, start: int, prose: str) -> None:
        """`copy`, with a single space for each run of white space, as HTML and XML have it."""
        place = 0
        for index, piece in enumerate(_WHITE.split(prose)):
            if index % 2:
                self.separate(Break.SPACE)
            else:
                self.copy(start + place, piece)
            place += len(piece)

    def separate(self, by: Break) -> None:
        """Put a break before what is written next, if anything is."""
        self._pending = max(self._pending, by)

    def open(self, source: int) -> Opened:
        """Begin an element whose source starts there."""
        return Opened(source, self._length)

    def close(self, opened: Opened, source: int) -> None:
        """End an element whose source ends there: its marks must not be torn apart."""
        if self._length > opened.length:
            self._elements.append((self._first(opened), self._length, opened.source, source))

    def close_quotation(self, opened: Opened) -> None:
        """End an element that says that its prose is quoted."""
        if self._length > opened.length:
            self._quotations.append((self._first(opened), self._length))

    def _first(self, opened: Opened) -> int:
        """Where the prose of an element begins: behind the break that was due when it began."""
        at = bisect_left(self._breaks, (opened.length, 0))
        there = at < len(self._breaks) and self._breaks[at][0] == opened.length
        return opened.length + (self._breaks[at][1] if there else 0)

    def close_italics(self, opened: Opened) -> None:
        """End an element in italics: a few words in it are mentioned, like quoted ones."""
        if self._length - self._first(opened) <= LONGEST_MENTION:
            self.close_quotation(opened)

    def mark(self) -> Mark:
        """The state, for `back_to`."""
        last_end = self._runs[-1][2] if self._runs else 0
        return Mark(len(self._pieces), len(self._runs), self._length, last_end, self._pending)

    def since(self, mark: Mark) -> str:
        """What was written since then."""
        return "".join(self._pieces[mark.pieces :])

    def back_to(self, mark: Mark) -> None:
        """Take back what was written since then."""
        del self._pieces[mark.pieces :]
        del self._runs[mark.runs :]
        self._length, self._pending = mark.length, mark.pending
        self._standing_in = -1
        if self._runs:
            self._runs[-1][2] = mark.last_end
        while self._elements and self._elements[-1][1] > mark.length:
            self._elements.pop()
        while self._breaks and self._breaks[-1][0] >= mark.length:
            self._breaks.pop()
        while self._quotations and self._quotations[-1][1] > mark.length:
            self._quotations.pop()

    def strike_out(self, mark: Mark) -> None:
        """Take back what was written since then, but for the break at its end."""
        pending = self._pending
        self.back_to(mark)
        self.separate(pending)

    def trim(self, tail: re.Pattern[str]) -> bool:
        """Take back the end of what was written if `tail` matches it; whether it does."""
        found = tail.search("".join(self._pieces[-_TAIL:])[-_LONGEST_TAIL:])
        if found is None or not found[0]:
            return False
        self._pending, self._standing_in = Break.NONE, -1
        self._length -= len(found[0])
        excess = len(found[0])
        while excess:
            piece = self._pieces.pop()
            if len(piece) > excess:
                self._pieces.append(piece[:-excess])
            excess -= min(len(piece), excess)
        while self._runs and self._runs[-1][0] >= self._length:
            self._runs.pop()
        while self._breaks and self._breaks[-1][0] >= self._length:
            self._breaks.pop()
        if self._runs:
            first, source, end = self._runs[-1]
            self._runs[-1][2] = min(end, source + self._length - first)
        return True

    def extract(self) -> Extract:
        """What was written."""
        return Extract(
            text="".join(self._pieces),
            runs=_table(self._runs, 3),
            elements=_table(self._elements, 4),
            quotations=_table(self._quotations, 2),
        )

    def _write(self, start: int, end: int, prose: str) -> None:
        self._append_break(start)
        self._append(start, end, prose)

    def _append_break(self, start: int) -> None:
        """The break before what is written next."""
        if self._pending and self._length:
            self._breaks.append((self._length, len(_BREAKS[self._pending])))
            self._append(start, start, _BREAKS[self._pending])
        self._pending = Break.NONE

    def _append(self, start: int, end: int, prose: str) -> None:
        copied = end - start == len(prose)
        if not (copied and self._goes_on(start)):
            self._runs.append([self._length, start, end])
        else:
            self._runs[-1][2] = end
        self._pieces.append(prose)
        self._length += len(prose)

    def _goes_on(self, start: int) -> bool:
        """Whether a copy from there would lengthen the last run, which is one too."""
        if not self._runs:
            return False
        first, source, end = self._runs[-1]
        return end == start and end - source == self._length - first


class OpenTags:
    """Inline elements by the name of their tag, innermost last; linear however they are nested."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, Opened, Mark]] = []
        self._count: Counter[str] = Counter()

    def push(self, tag: str, opened: Opened, mark: Mark) -> None:
        """An element begins."""
        self._stack.append((tag, opened, mark))
        self._count[tag] += 1

    def pop(self, tag: str) -> tuple[Opened, Mark] | None:
        """End the innermost element of that name, and those left open inside it."""
        while self._count[tag]:
            name, opened, mark = self._stack.pop()
            self._count[name] -= 1
            if name == tag:
                return opened, mark
        return None

    def forget(self, mark: Mark) -> None:
        """What was written since then was taken back: no element begins in it."""
        while self._stack and self._stack[-1][2].length > mark.length:
            self._count[self._stack.pop()[0]] -= 1

    def __contains__(self, tag: object) -> bool:
        return self._count[str(tag)] > 0

    def clear(self) -> None:
        """All end."""
        self._stack.clear()
        self._count.clear()


def _table(rows: Sequence[Sequence[int]], columns: int) -> NDArray[np.int32]:
    return np.array(rows, dtype=np.int32).reshape(-1, columns)
