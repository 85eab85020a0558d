"""Real pairs of an original and its spun version, as labelled streams."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.edits import Block, changed_blocks
from detector.training.align import Words, count_swaps, label, split_block
from detector.training.pack import END_OF_DOCUMENT, END_OF_PARAGRAPH
from detector.training.spin.clean import Leaks
from detector.training.spin.reading import TypeIndex
from detector.training.spin.variants import Variants

REGISTER = "encyclopedia"
"""The pairs are articles of an encyclopedia."""


@dataclass(frozen=True)
class AlignedPair:
    """One line of an original and of its spun version, as types, and what changed.

    The tokens are surfaces; `document` numbers the document.
    """

    document: int
    original: list[str]
    spun: list[str]
    blocks: list[Block]


def read_pairs(
    path: Path, index: TypeIndex, leaks: Leaks, *, limit: int | None = None
) -> list[AlignedPair]:
    """Read and align pairs, leaving out lines that share words with a development text.

    Parameters
    ----------
    path : Path
        JSON lines, gzipped: ``orig`` and ``spun`` hold the same number of lines.
    index : TypeIndex
        Numbers the types.
    leaks : Leaks
        What must not be trained on.
    limit : int, optional
        How many documents to read; all by default.
    """
    lines = list(_encoded_lines(path, index, limit))
    originals = _as_paragraphs(original for _, original, _ in lines)
    leaking = leaks.touched(originals) | leaks.touched(_as_paragraphs(spun for *_, spun in lines))
    surfaces = index.surfaces
    pairs = []
    progress = tqdm(lines, desc="aligning pairs", unit="line")
    for (document, before, after), leaks_here in zip(progress, leaking.tolist(), strict=True):
        if not leaks_here:
            original = [surfaces[number] for number in before]
            spun = [surfaces[number] for number in after]
            pairs.append(AlignedPair(document, original, spun, changed_blocks(original, spun)))
    return _refined(pairs)


def _as_paragraphs(lines: Iterable[list[int]]) -> NDArray[np.uint32]:
    marked = chain.from_iterable((*line, END_OF_PARAGRAPH) for line in lines)
    return np.fromiter(marked, np.uint32)


def _refined(pairs: list[AlignedPair]) -> list[AlignedPair]:
    """Cut blocks of several words by the swaps of all the pairs."""
    swaps = swaps_of(pairs)
    return [
        AlignedPair(
            pair.document,
            pair.original,
            pair.spun,
            [
                part
                for block in pair.blocks
                for part in split_block(block, pair.original, pair.spun, swaps)
            ],
        )
        for pair in tqdm(pairs, desc="refining alignment", unit="line")
    ]


def _encoded_lines(
    path: Path, index: TypeIndex, limit: int | None
) -> Iterator[tuple[int, list[int], list[int]]]:
    with gzip.open(path, "rt", encoding="utf-8") as records:
        for document, record in enumerate(records):
            if document == limit:
                return
            pair = json.loads(record)
            both = zip(pair["orig"].splitlines(), pair["spun"].splitlines(), strict=True)
            for original, spun in both:
                before, after = index.encode(original), index.encode(spun)
                if before and after:
                    yield document, before, after


def swaps_of(pairs: list[AlignedPair]) -> dict[tuple[Words, Words], int]:
    """How often each short run of tokens became each other one."""
    return count_swaps((pair.original, pair.spun, pair.blocks) for pair in pairs)


def replacement_rates(pairs: list[AlignedPair], *, min_count: int = 100) -> dict[str, float]:
    """How often each form of the originals was replaced by something, in [0, 1].

    Forms that occur fewer than `min_count` times are left out.
    """
    occurrences: Counter[str] = Counter()
    replaced: Counter[str] = Counter()
    for pair in pairs:
        occurrences.update(pair.original)
        for block in pair.blocks:
            if block.last - block.first == 1:
                replaced[pair.original[block.first]] += 1
    return {
        form: replaced[form] / count for form, count in occurrences.items() if count >= min_count
    }


@dataclass(frozen=True, eq=False)
class PairStreams:
    """Pairs as arrays: ids of both sides; labels and origins of the spun side, as in `Stream`."""

    original: NDArray[np.uint32]
    spun: NDArray[np.uint32]
    labels: NDArray[np.uint8]
    origins: NDArray[np.uint32]


def pair_streams(pairs: list[AlignedPair], index: TypeIndex, variants: Variants) -> PairStreams:
    """The two sides of the pairs as streams, in the same order."""
    original: list[int] = []
    spun: list[int] = []
    labels: list[int] = []
    origins: list[int] = []
    for at, pair in enumerate(tqdm(pairs, desc="labelling pairs", unit="line")):
        last = at + 1 == len(pairs) or pairs[at + 1].document != pair.document
        mark = END_OF_DOCUMENT if last else END_OF_PARAGRAPH
        line = label(pair.original, pair.spun, pair.blocks, variants.are_variants)
        original += [*map(index.add, pair.original), mark]
        spun += [*map(index.add, pair.spun), mark]
        labels += [*line.labels, 0]
        origins += [*map(index.add, line.origins), mark]
    return PairStreams(
        np.array(original, np.uint32),
        np.array(spun, np.uint32),
        np.array(labels, np.uint8),
        np.array(origins, np.uint32),
    )
