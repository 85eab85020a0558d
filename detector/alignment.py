"""Which sentence of an article comes from which of its source.

Sentences are paired by the words that they share, wherever they stand; those that follow each other
on both sides make a run. Weighting shared words by their rarity is the way of plagiarism detection:
Hoad & Zobel, "Methods for identifying versioned and plagiarized documents" (JASIST 2003).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import log, sqrt
from typing import NamedTuple

from detector.document import Document

SIMILAR = 0.25
"""Least similarity, 0 to 1, of two sentences that are taken for versions of each other. A spinner
leaves most words; unrelated sentences share little but function words."""

MAX_GAP = 3
"""Unpaired sentences, on either side, that a passage reaches across: sentences too changed to be
recognised, and those that were cut or joined."""

MAX_POSTINGS = 40
"""Words in more sentences of the source than this do not nominate pairs, though they count."""

MAX_NOMINEES = 8
"""Sentences of the source that are compared in full with one of the suspect's."""


class Step(NamedTuple):
    """Sentences ``[first, last)`` of either text that correspond as a whole."""

    suspect: tuple[int, int]
    original: tuple[int, int]


class Run(NamedTuple):
    """Steps that follow each other on both sides."""

    steps: list[Step]


def aligned(original: Document, suspect: Document) -> list[Run]:
    """The runs of sentences that two texts share.

    Parameters
    ----------
    original, suspect : Document
        The two texts; their order and length may differ.

    Returns
    -------
    list of Run
        In the order of the suspect text, without overlaps on either side.
    """
    return list(_runs(_paired(original, suspect)))


def _paired(original: Document, suspect: Document) -> dict[int, int]:
    """For each recognised sentence of the suspect, that of the source: one to one."""
    ours, theirs = _bags(suspect), _bags(original)
    weight = _rarity([*ours, *theirs])
    sizes = [sqrt(_total(bag, weight)) for bag in theirs]
    postings: dict[str, list[int]] = defaultdict(list)
    for number, bag in enumerate(theirs):
        for form in bag:
            postings[form].append(number)
    pairs = []
    for number, bag in enumerate(ours):
        own = sqrt(_total(bag, weight))
        for other in _nominees(bag, postings, weight):
            shared = _total(bag & theirs[other], weight)
            similarity = shared / (own * sizes[other])
            if similarity >= SIMILAR:
                drift = abs(number / len(ours) - other / len(theirs))
                pairs.append((-similarity, drift, number, other))
    return _one_to_one(sorted(pairs))


def _bags(document: Document) -> list[Counter[str]]:
    return [
        Counter(document.forms[first:last])
        for first, last in pairwise(document.sentence_bounds.tolist())
    ]


def _rarity(bags: Sequence[Counter[str]]) -> dict[str, float]:
    """Inverse document frequency of each form, a sentence being a document."""
    sentences = Counter(form for bag in bags for form in bag)
    return {form: log(1 + len(bags) / count) for form, count in sentences.items()}


def _total(bag: Counter[str], weight: dict[str, float]) -> float:
    return sum(count * weight[form] for form, count in bag.items())


def _nominees(
    bag: Counter[str], postings: dict[str, list[int]], weight: dict[str, float]
) -> list[int]:
    """The sentences of the source that share the most rare words."""
    votes: dict[int, float] = defaultdict(float)
    for form in bag:
        if len(places := postings.get(form, ())) <= MAX_POSTINGS:
            for place in places:
                votes[place] += weight[form]
    return sorted(votes, key=lambda place: (-votes[place], place))[:MAX_NOMINEES]


def _one_to_one(pairs: Iterable[tuple[float, float, int, int]]) -> dict[int, int]:
    """The most similar pairs, each sentence in one at most."""
    paired: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, number, other in pairs:
        if number not in paired and other not in taken:
            paired[number] = other
            taken.add(other)
    return paired


def _runs(paired: dict[int, int]) -> Iterator[Run]:
    """Passages as runs of steps; a step is longer than a sentence where some are unpaired."""
    taken = sorted(paired.values())
    steps: list[Step] = []
    for number, other in sorted(paired.items()):
        here = Step((number, number + 1), (other, other + 1))
        if steps and _follows(steps[-1], here, taken):
            if steps[-1].suspect[1] == number and steps[-1].original[1] == other:
                steps.append(here)
            else:  # what is unpaired between the two may belong to either
                last = steps.pop()
                steps.append(Step((last.suspect[0], number + 1), (last.original[0], other + 1)))
        else:
            if steps:
                yield Run(steps)
            steps = [here]
    if steps:
        yield Run(steps)


def _follows(last: Step, here: Step, taken: Sequence[int]) -> bool:
    """Whether `here` goes on where `last` ended, but for a few unpaired sentences."""
    skipped = here.suspect[0] - last.suspect[1]
    missed = here.original[0] - last.original[1]
    if not (0 <= skipped <= MAX_GAP and 0 <= missed <= MAX_GAP):
        return False
    between = bisect_left(taken, here.original[0]) - bisect_left(taken, last.original[1])
    return between == 0


def longest_ascending(places: Sequence[int]) -> set[int]:
    """Positions of a longest ascending subsequence: what kept its order (patience sorting)."""
    ends: list[int] = []
    lowest: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        rank = bisect_left(lowest, place)
        before.append(ends[rank - 1] if rank else -1)
        lowest[rank : rank + 1] = [place]
        ends[rank : rank + 1] = [at]
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept
