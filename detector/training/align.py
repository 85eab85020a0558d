"""Word alignment of an original and its spun version: what was replaced, and by what.

Lines are aligned, words are not. A spinner keeps the order of what it replaces, so an edit script
(`difflib`) finds the blocks that changed; inside a block of unequal length, pairs that are
swapped one for one all over the corpus anchor the words that can be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from detector.edits import Block
from detector.training.pack import UNLABELLED

Words = tuple[str, ...]

_MAX_BLOCK = 12
_MAX_RUN = 5
_MIN_SEEN = 2
"""Limits, in tokens, of what `split_block` tries; a swap seen once may be a wrong alignment."""


@dataclass(frozen=True)
class AlignedLine:
    """What is known of each token of a spun line.

    Attributes
    ----------
    labels : list of int, length n_spun_tokens
        1 replaced or inserted, 0 kept, `UNLABELLED` changed in form only, or punctuation that
        changed.
    origins : list of str, length n_spun_tokens
        The token that stood there; the token itself where it was kept or nothing is known.
    """

    labels: list[int]
    origins: list[str]


def split_block(
    block: Block,
    original: Sequence[str],
    spun: Sequence[str],
    swaps: Mapping[tuple[Words, Words], int],
) -> list[Block]:
    """Cut a block into known swaps and rests.

    The cut that explains the most tokens by swaps seen at least twice elsewhere is taken, the more
    frequent swap where two explain as many; what no swap explains stays together.

    Parameters
    ----------
    block : Block
        A changed stretch.
    original, spun : sequence of str
        The tokens of both lines.
    swaps : mapping of (tuple of str, tuple of str) to int
        How often each short run of original tokens became each run of spun ones.

    Returns
    -------
    list of Block
        In order, covering `block` without a gap.

    Examples
    --------
    >>> swaps = {(("then",), ("at", "that", "point")): 9, (("builds",), ("constructs",)): 9}
    >>> split_block(Block(0, 2, 0, 4), ["then", "builds"],  # doctest: +NORMALIZE_WHITESPACE
    ...             ["at", "that", "point", "constructs"], swaps)
    [Block(first=0, last=1, spun_first=0, spun_last=3),
     Block(first=1, last=2, spun_first=3, spun_last=4)]
    """
    height = block.last - block.first
    width = block.spun_last - block.spun_first
    if not 1 < max(height, width) <= _MAX_BLOCK:
        return [block]
    best: dict[tuple[int, int], _Cut] = {(0, 0): _Cut(0, 0, ())}
    for i in range(height + 1):
        for j in range(width + 1):
            cuts = [best[at] for at in ((i - 1, j), (i, j - 1), (i, j)) if at in best]
            for size in range(1, min(_MAX_RUN, i) + 1):
                for spun_size in range(1, min(_MAX_RUN, j) + 1):
                    at, spun_at = block.first + i, block.spun_first + j
                    swap = Block(at - size, at, spun_at - spun_size, spun_at)
                    count = swaps.get(_sides(swap, original, spun), 0)
                    if count >= _MIN_SEEN:
                        before = best[i - size, j - spun_size]
                        cuts.append(before.extended(swap, count))
            best[i, j] = max(cuts, key=lambda cut: (cut.explained, cut.support))
    return list(_with_rests(best[height, width].swaps, block))


class _Cut(NamedTuple):
    """Known swaps that explain the first tokens of a block."""

    explained: int
    support: int
    swaps: tuple[Block, ...]

    def extended(self, swap: Block, count: int) -> _Cut:
        size = swap.last - swap.first + swap.spun_last - swap.spun_first
        return _Cut(self.explained + size, self.support + count, (*self.swaps, swap))


def _sides(block: Block, original: Sequence[str], spun: Sequence[str]) -> tuple[Words, Words]:
    return (
        tuple(original[block.first : block.last]),
        tuple(spun[block.spun_first : block.spun_last]),
    )


def _with_rests(swaps: Iterable[Block], block: Block) -> Iterator[Block]:
    at, spun_at = block.first, block.spun_first
    for swap in (*swaps, Block(block.last, block.last, block.spun_last, block.spun_last)):
        if (at, spun_at) != (swap.first, swap.spun_first):
            yield Block(at, swap.first, spun_at, swap.spun_first)
        if (swap.first, swap.spun_first) != (swap.last, swap.spun_last):
            yield swap
        at, spun_at = swap.last, swap.spun_last


def label(
    original: Sequence[str],
    spun: Sequence[str],
    blocks: Iterable[Block],
    are_variants: Callable[[str, str], bool],
) -> AlignedLine:
    """Label the tokens of a spun line.

    Parameters
    ----------
    original, spun : sequence of str
        Folded tokens of both lines, punctuation marks included.
    blocks : iterable of Block
        What changed, from `changed_blocks`, cut by `split_block` or not.
    are_variants : callable
        Whether two tokens are one word, inflected or spelt in two ways.

    Examples
    --------
    >>> from detector.edits import changed_blocks
    >>> words, others = "he has become more regular".split(), "he has wilt more regular".split()
    >>> label(words, others, changed_blocks(words, others), str.__eq__)
    AlignedLine(labels=[0, 0, 1, 0, 0], origins=['he', 'has', 'become', 'more', 'regular'])
    """
    labels = [0] * len(spun)
    origins = list(spun)
    for block in blocks:
        places = range(block.spun_first, block.spun_last)
        if _letters(original[block.first : block.last]) == _letters(
            spun[places.start : places.stop]
        ):
            for place in places:  # only joined, parted or punctuated otherwise
                labels[place] = UNLABELLED
            continue
        for place in places:
            labels[place] = 1 if _letters(spun[place : place + 1]) else UNLABELLED
        if block.is_one_to_one:
            for at, place in zip(range(block.first, block.last), places, strict=True):
                if labels[place] != 1 or not _letters(original[at : at + 1]):
                    continue
                if are_variants(original[at], spun[place]):
                    labels[place] = UNLABELLED
                else:
                    origins[place] = original[at]
    return AlignedLine(labels, origins)


def _letters(tokens: Iterable[str]) -> str:
    spelt = (token if token != "&" else "and" for token in tokens)
    return "".join(char for token in spelt for char in token if char.isalnum())


def count_swaps(
    lines: Iterable[tuple[Sequence[str], Sequence[str], Sequence[Block]]],
) -> Counter[tuple[Words, Words]]:
    """How often each short run of original tokens became each run of spun ones.

    Blocks whose two sides are equally long count token by token, others as a whole. An insertion
    counts as a swap of the token after it ("own": "very own").
    """
    swaps: Counter[tuple[Words, Words]] = Counter()
    for original, spun, blocks in lines:
        for block in blocks:
            before = original[block.first : block.last]
            after = spun[block.spun_first : block.spun_last]
            if block.is_one_to_one:
                swaps.update(((old,), (new,)) for old, new in zip(before, after, strict=True))
            elif 0 < len(before) <= _MAX_RUN and 0 < len(after) <= _MAX_RUN:
                swaps[tuple(before), tuple(after)] += 1
            elif not before and block.last < len(original) and len(after) < _MAX_RUN:
                following = original[block.last]
                swaps[(following,), (*after, following)] += 1
    return swaps
