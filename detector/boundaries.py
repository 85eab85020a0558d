"""Where paragraphs and sentences end.

A paragraph ends at a blank line, a form feed or the start of a list entry; at a single line break
too, unless the text is hard-wrapped there. A sentence ends at a stop, unless the stop belongs to
an abbreviation; which words are abbreviations was learnt (`detector.training.segmentation`).
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.function_words import FUNCTION_WORDS
from detector.resources import default_folder

FORMAT = 1
TABLE = "segmentation.json"
LONGEST_SENTENCE = 120
"""Tokens. What runs on for longer (a list without stops) is cut, so that models see an end."""

# A block counts as hard-wrapped when so many of its lines go on in lower case, and a line of it
# ends a paragraph when the next word would still have fitted into so much of the usual width.
_WRAPPED_SHARE = 0.4
_FULL_SHARE = 0.85
_ENTRY = re.compile(
    r"[-*+\u2022\u2023\u25aa\u25cf\u25e6\u00b7\u2013\u2014]\s|\(?(?:\d{1,3}|[a-z])[.)]\s"
)

_CLOSERS = r"(?:[\"'\u2019\u201d\u00bb)\]}*_\u00b9\u00b2\u00b3]| ?\[\d{1,3}\])*+"
_STOP = re.compile(
    rf"(?<![.!?\u2026])(?P<stop>[.!?\u2026]++(?: \.(?!\w)){{0,16}}+)(?P<close>{_CLOSERS})\s++"
)
_NEXT = re.compile(r"[\"'\u2018\u201c\u00ab(\[{*_\u2013\u2014-]{0,4}+(\w[\w'\u2019]{0,30}+)?")
_LOOKBACK = 40
# Abbreviations that stand before what they belong to, so that no sentence ends with them.
_LEADING_FORMS = (
    "adm capt cf col cpl dr e.g fr gen gov hon i.e lt maj messrs mlle mme mr mrs ms pres prof "
    "rep rev sen sgt st supt v viz vs"
)
_LEADING = frozenset(_LEADING_FORMS.split())
_NUMBERED_FORMS = (
    "app apr art aug c ca ch chap col dec eq ext fig feb figs jan jul jun l ll mar n no nos nov "
    "oct p para pp pt sec sect sep sept v ver vol"
)
_BEFORE_NUMBER = frozenset(_NUMBERED_FORMS.split())
_COMMON_FORMS = (
    "al approx assn assoc ave bldg blvd bros co corp dept drs ed eds esp est etc ext govt hrs inc "
    "jr ltd min misc mt orig rd sq sr tel univ"
)
_COMMON = frozenset(_COMMON_FORMS.split())
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])*+|ph\.d")
_CUTS = (";", ":", ",")


@dataclass(frozen=True)
class Table:
    """What was learnt from the corpora.

    `abbreviations` may carry a stop inside a sentence; `ordinary` words are no names, so that a
    capital on one of them after an abbreviation says that a sentence begins.
    """

    abbreviations: frozenset[str]
    ordinary: frozenset[str]

    @classmethod
    @cache
    def open(cls, folder: Path) -> Self:
        """Read the table of a folder of models; a folder is read once.

        Raises
        ------
        ModelError
            If it is missing, damaged or of another format.
        """
        path = folder / "segmentation" / TABLE
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if (found := values["format"]) != FORMAT:
                raise ModelError(f"{path} has format {found!r}; this release reads {FORMAT}")
            return cls(
                abbreviations=_COMMON | _LEADING | _BEFORE_NUMBER | set(values["abbreviations"]),
                ordinary=FUNCTION_WORDS | set(values["ordinary"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path} cannot be read ({error}): install the package again, or train it with "
                "'detector train segmentation'"
            ) from None


def sentences(
    text: str, starts: NDArray[np.int32], ends: NDArray[np.int32], table: Table | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The sentences that hold a token, and where paragraphs begin among them.

    Parameters
    ----------
    text : str
        The text.
    starts, ends : ndarray of int32, shape (n_tokens,)
        Its tokens.
    table : Table, optional
        Abbreviations and ordinary words; default: those of `default_folder`.

    Returns
    -------
    spans : ndarray of int32, shape (n_sentences, 2)
        Code-point offsets of each sentence, without white space around it.
    paragraphs : ndarray of int32, shape (n_paragraphs + 1,)
        Paragraph `p` holds the sentences ``paragraphs[p]:paragraphs[p + 1]``.
    """
    blocks = list(paragraphs(text))
    edges, numbers = _edges(text, blocks, table or Table.open(default_folder()))
    edges, numbers = _shortened(text, edges, numbers, starts, ends)
    spans = np.array(edges, dtype=np.int32).reshape(-1, 2)
    held = np.searchsorted(starts, spans[:, 0]) < np.searchsorted(starts, spans[:, 1])
    block_of = np.array(numbers, dtype=np.int32)[held]
    bounds = np.append(np.flatnonzero(np.diff(block_of, prepend=-1)), len(block_of))
    return _stripped(text, spans[held]), bounds.astype(np.int32)


# Paragraphs


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def bare(self) -> str:
        return self.text.strip()

    @property
    def length(self) -> int:
        return len(self.text.rstrip())

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    r"""Spans of the paragraphs, white space around them included.

    Examples
    --------
    >>> list(paragraphs("A title\nOne paragraph.\n\nAnother."))
    [(0, 8), (8, 23), (24, 32)]
    """
    blocks = list(_blocks(text))
    pairs = [pair for block in blocks for pair in itertools.pairwise(block)]
    wrapped_text = len(pairs) >= 3 and _goes_on(pairs) >= _WRAPPED_SHARE
    width = _width([line for block in blocks if len(block) > 1 for line in block])
    for block in blocks:
        first = block[0]
        inner = list(itertools.pairwise(block))
        wrapped = wrapped_text or (len(inner) >= 2 and _goes_on(inner) >= _WRAPPED_SHARE)
        usual = _width(block) if len(block) >= 5 else width
        for line, following in inner:
            if not _joined(line, following, usual if wrapped else None):
                yield first.start, following.start
                first = following
        yield first.start, block[-1].start + len(block[-1].text)


def _blocks(text: str) -> Iterator[list[_Line]]:
    """Runs of lines without a blank one or a page break between them."""
    block: list[_Line] = []
    position = 0
    for line in text.splitlines(keepends=True):
        if line.isspace():
            if block:
                yield block
                block = []
        else:
            block.append(_Line(position, line))
            if line[-1] in "\f\u2029":
                yield block
                block = []
        position += len(line)
    if block:
        yield block


def _goes_on(pairs: Sequence[tuple[_Line, _Line]]) -> float:
    """Share of the line breaks after which a lower-case letter stands."""
    return sum(following.bare[0].islower() for _, following in pairs) / len(pairs)


def _width(lines: Sequence[_Line]) -> int:
    """Usual length of a full line: the 90th percentile."""
    return sorted(line.length for line in lines)[len(lines) * 9 // 10] if lines else 0


def _joined(line: _Line, following: _Line, width: int | None) -> bool:
    """Whether a paragraph goes on over a line break; `width` if the block is hard-wrapped."""
    after = following.bare
    if _ENTRY.match(after):
        return False
    if after[0].islower() or line.bare[-1] == ",":
        return width is not None or line.bare[-1] not in ".!?:;\u2026"
    if width is None or following.indent > line.indent:
        return False
    word = after.split(maxsplit=1)[0]
    return line.length + 1 + len(word) > _FULL_SHARE * width


# Sentences


def _edges(
    text: str, blocks: Sequence[tuple[int, int]], table: Table
) -> tuple[list[tuple[int, int]], list[int]]:
    """Spans between the stops, and the number of the paragraph of each."""
    stops = [list(_stops(text, start, end)) for start, end in blocks]
    lower_case = _without_capitals(stops)
    edges: list[tuple[int, int]] = []
    numbers: list[int] = []
    for number, ((start, end), candidates) in enumerate(zip(blocks, stops, strict=True)):
        for stop in candidates:
            if stop.ends_sentence(table, lower_case=lower_case):
                edges.append((start, stop.end))
                numbers.append(number)
                start = stop.end  # noqa: PLW2901
        edges.append((start, end))
        numbers.append(number)
    return edges, numbers


@dataclass(frozen=True, slots=True)
class _Stop:
    """A stop and what stands around it."""

    end: int
    mark: str
    closed: bool
    before: str
    after: str
    leads: bool

    @property
    def goes_on(self) -> bool:
        """Whether a lower-case letter follows."""
        return self.after[:1].islower()

    def ends_sentence(self, table: Table, *, lower_case: bool) -> bool:
        """Whether a sentence ends here; `lower_case` if the text writes no capitals at all."""
        if self.goes_on and not (lower_case and not self.closed):
            return False
        if self.mark != ".":
            return True
        if self.before.isdecimal():
            return not self.leads
        if self.before in _LEADING:
            return False
        if self.after[:1].isdecimal():
            return self.before not in _BEFORE_NUMBER
        following = self.after.lower().replace("\u2019", "'")
        if len(self.before) == 1 and self.before.isalpha():
            return following in FUNCTION_WORDS and not self.goes_on
        if self.before in table.abbreviations or _INITIALS.fullmatch(self.before):
            return following in table.ordinary and not self.goes_on
        return True


def _stops(text: str, start: int, end: int) -> Iterator[_Stop]:
    """The places of a paragraph where a sentence may end."""
    for match in _STOP.finditer(text, start, end):
        if match.end() == end:
            return
        head = text[max(start, match.start() - _LOOKBACK) : match.start()]
        before = head.rsplit(None, 1)[-1] if head and not head[-1].isspace() else ""
        following = _NEXT.match(text, match.end(), end)
        yield _Stop(
            end=match.end(),
            mark=match["stop"],
            closed=bool(match["close"]),
            before=before.lstrip("\"'\u2018\u201c\u00ab([{*_-\u2013\u2014").lower(),
            after=(following and following[1]) or "",
            leads=not text[start : match.start() - len(before)].strip()
            if match.start() - start <= _LOOKBACK
            else False,
        )


def _without_capitals(stops: Sequence[Sequence[_Stop]]) -> bool:
    """Whether most sentences seem to begin in lower case, as in hasty messages."""
    found = [stop.goes_on for block in stops for stop in block if not stop.closed]
    return sum(found) >= 3 and sum(found) > 0.7 * len(found)


def _shortened(
    text: str,
    edges: list[tuple[int, int]],
    numbers: list[int],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
) -> tuple[list[tuple[int, int]], list[int]]:
    """The same spans, those of more than `LONGEST_SENTENCE` tokens cut."""
    bounds = np.searchsorted(starts, np.array([edge[0] for edge in edges], dtype=np.int32))
    lengths = np.diff(bounds, append=len(starts))
    if not (lengths > LONGEST_SENTENCE).any():
        return edges, numbers
    short_edges: list[tuple[int, int]] = []
    short_numbers: list[int] = []
    spans = zip(edges, numbers, bounds.tolist(), lengths.tolist(), strict=True)
    for (start, end), number, first, length in spans:
        for cut in _cuts(text, first, first + length, starts, ends):
            short_edges.append((start, cut))
            short_numbers.append(number)
            start = cut  # noqa: PLW2901
        short_edges.append((start, end))
        short_numbers.append(number)
    return short_edges, short_numbers


def _cuts(
    text: str, first: int, last: int, starts: NDArray[np.int32], ends: NDArray[np.int32]
) -> Iterator[int]:
    """Where to cut a run of tokens: at a semicolon or comma near the limit, else at the limit."""
    while last - first > LONGEST_SENTENCE:
        near = range(first + LONGEST_SENTENCE, first + LONGEST_SENTENCE // 3, -1)
        gaps = {token: text[ends[token - 1] : starts[token]] for token in near}
        chosen = next(
            (token for mark in _CUTS for token in near if gaps[token].startswith(mark)), near[0]
        )
        gap = gaps[chosen]
        spaces = [place for place, char in enumerate(gap) if char.isspace()]
        yield int(ends[chosen - 1]) + (spaces[-1] + 1 if spaces else len(gap))
        first = chosen


def _stripped(text: str, spans: NDArray[np.int32]) -> NDArray[np.int32]:
    """The spans without white space at their ends."""
    trimmed = spans.copy()
    for row, (start, end) in enumerate(spans.tolist()):
        sentence = text[start:end]
        trimmed[row] = end - len(sentence.lstrip()), start + len(sentence.rstrip())
    return trimmed
