"""Which spans of a spun article software put there, from the article and its original."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from detector.document import Span
from detector.edits import Block, changed_blocks
from detector.folding import fold
from detector.training.align import count_swaps, label, split_block
from detector.training.inflection import build_inflections
from detector.training.pack import UNLABELLED
from detector.training.spin.reading import PIECE
from detector.training.spin.variants import Variants

_AreVariants = Callable[[str, str], bool]


class AlignedSpan(NamedTuple):
    """A span that software put there, what stood there before, and whether that is certain."""

    span: Span
    expected: tuple[str, ...]
    certain: bool


class _Line(NamedTuple):
    """A line of a pair: folded tokens of both sides, spans of the spun ones, what changed."""

    original: list[str]
    spun: list[str]
    spans: list[Span]
    blocks: list[Block]


def align_pairs(pairs: Sequence[tuple[str, str]]) -> list[tuple[AlignedSpan, ...]]:
    """The replaced spans of each spun text, by word alignment with its original.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Original and spun text, aligned line by line.

    Returns
    -------
    list of tuple of AlignedSpan
        One per pair. A word swapped for a word is a span of its own with its original as
        `expected`; a phrase is one span, with the phrase that it replaced. Words that changed in
        form only are spans that are not `certain`.

    Raises
    ------
    ValueError
        If the two texts of a pair have not as many lines.
    """
    aligned = [list(_lines(original, spun)) for original, spun in pairs]
    lines = [line for pair in aligned for line in pair]
    swaps = count_swaps((line.original, line.spun, line.blocks) for line in lines)
    are_variants = _variants(lines)
    split = [
        [
            line._replace(
                blocks=[
                    part
                    for block in line.blocks
                    for part in split_block(block, line.original, line.spun, swaps)
                ]
            )
            for line in pair
        ]
        for pair in aligned
    ]
    return [
        tuple(entry for line in pair for entry in _replaced(line, are_variants)) for pair in split
    ]


def _lines(original: str, spun: str) -> Iterator[_Line]:
    at = 0
    originals, spuns = original.split("\n"), spun.split("\n")
    if len(originals) != len(spuns):
        raise ValueError(f"a pair has {len(originals)} original lines, but {len(spuns)} spun ones")
    for before, after in zip(originals, spuns, strict=True):
        tokens, _ = _tokens(before, 0)
        others, spans = _tokens(after, at)
        yield _Line(tokens, others, spans, changed_blocks(tokens, others))
        at += len(after) + 1


def _tokens(line: str, offset: int) -> tuple[list[str], list[Span]]:
    matches = list(PIECE.finditer(line))
    spans = [Span(match.start() + offset, match.end() + offset) for match in matches]
    return [fold(match.group()) for match in matches], spans


def _variants(lines: Iterable[_Line]) -> _AreVariants:
    """Knows the inflections of the words that were swapped one for one."""
    forms: dict[str, int] = {}
    for line in lines:
        for block in line.blocks:
            for form in line.original[block.first : block.last]:
                forms[form] = 1
            for form in line.spun[block.spun_first : block.spun_last]:
                forms[form] = 1
    return Variants(build_inflections(forms)).are_variants


def _replaced(line: _Line, are_variants: _AreVariants) -> Iterator[AlignedSpan]:
    known = label(line.original, line.spun, line.blocks, are_variants)
    for block in line.blocks:
        places = range(block.spun_first, block.spun_last)
        if block.is_one_to_one:
            for place in places:
                origin = known.origins[place]
                expected = () if origin == line.spun[place] else (origin,)
                yield AlignedSpan(line.spans[place], expected, known.labels[place] != UNLABELLED)
            continue
        words = [place for place in places if known.labels[place] == 1] or list(places)
        if words:
            span = Span(line.spans[words[0]].start, line.spans[words[-1]].end)
            phrase = " ".join(line.original[block.first : block.last])
            certain = known.labels[words[0]] == 1
            yield AlignedSpan(span, (phrase,) if phrase and certain else (), certain)
