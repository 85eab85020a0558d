"""Compiles the table of swaps (`detector.swaptable`) from aligned pairs of articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import marisa_trie
import numpy as np

from detector.collocations import Collocations
from detector.folding import fold
from detector.segment import segment
from detector.swaptable import LONGEST
from detector.training.align import Words
from detector.training.spin.pairs import AlignedPair, swaps_of

MIN_COUNT = 3
"""A swap seen more rarely may be a wrong alignment."""

MIN_SHARE = 0.002
"""So may one that is a smaller share of the swaps of its run."""

NOTHING = ""
"""The extra for a word that was put in where nothing stood."""

_MOST = np.iinfo(np.uint16).max


class Swaps(NamedTuple):
    """What runs of spun words stood for.

    `originals` holds the counts of each original by run, the most frequent first; `shares`, of
    phrases, of how many of their occurrences they are a swap as a whole.
    """

    originals: dict[str, dict[str, int]]
    shares: dict[str, float]


def count(pairs: Sequence[AlignedPair]) -> Swaps:
    """Count the swaps of aligned pairs, those between runs of up to `LONGEST` words each."""
    originals: dict[str, dict[str, int]] = defaultdict(dict)
    for (before, after), times in sorted(swaps_of(list(pairs)).items(), key=lambda one: -one[1]):
        if _is_run(before) and _is_run(after):
            originals[" ".join(after)][" ".join(before)] = times
    kept: dict[str, dict[str, int]] = {}
    for run, found in originals.items():
        least = max(MIN_COUNT, MIN_SHARE * sum(found.values()))
        if frequent := {original: times for original, times in found.items() if times >= least}:
            kept[run] = frequent
    phrases = {run for run in kept if " " in run}
    occurrences = _occurrences(phrases, (pair.spun for pair in pairs))
    # What stood after an insertion may have been swapped too, so that the run never occurs.
    shares = {
        run: min(sum(originals[run].values()) / times, 1.0) for run, times in occurrences.items()
    }
    return Swaps(kept, shares)


def _is_run(words: Words) -> bool:
    """Whether there are a few words, each of letters: as tokens of `detector.segment` are."""
    return 0 < len(words) <= LONGEST and all(_is_token(word) for word in words)


def _is_token(word: str) -> bool:
    return word.isalpha() or (word[0].isalpha() and segment(word).forms == [fold(word)])


def _occurrences(phrases: Collection[str], lines: Iterable[Sequence[str]]) -> Counter[str]:
    """How often each of some phrases occurs."""
    openings = {tuple(phrase.split(" ", 2)[:2]) for phrase in phrases}
    found: Counter[str] = Counter()
    for line in lines:
        for at, opening in enumerate(pairwise(line)):
            if opening in openings:
                found.update(run for run in _runs(line, at) if run in phrases)
    return found


def _runs(line: Sequence[str], at: int) -> Iterator[str]:
    """The runs of two words and more that begin at a word."""
    return (" ".join(line[at : at + length]) for length in range(2, LONGEST + 1))


def write(swaps: Swaps, collocations: Collocations, folder: Path) -> None:
    """Write the table, and the extras that it needs (`detector.restoration`)."""
    folder.mkdir(parents=True, exist_ok=True)
    extras = _write_extras(swaps, collocations, folder)
    spun = marisa_trie.Trie(list(swaps.originals))
    spun.save(str(folder / "spun.marisa"))
    rows = [spun.restore_key(row) for row in range(len(spun))]
    choices, counts, lengths = [], [], []
    for run in rows:
        found = swaps.originals[run]
        ids = collocations.ids(list(found)).tolist()
        lengths.append(len(found))
        for form_id, (original, times) in zip(ids, found.items(), strict=True):
            choices.append(form_id if form_id >= 0 else collocations.n_forms + extras[original])
            counts.append(min(times, _MOST))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
    shares = np.rint(255 * np.array([swaps.shares.get(run, 0.0) for run in rows])).astype(np.uint8)
    np.save(folder / "spun_offsets.npy", offsets)
    np.save(folder / "spun_share.npy", shares)
    np.save(folder / "choices.npy", np.array(choices, np.uint32))
    np.save(folder / "counts.npy", np.array(counts, np.uint16))


def _write_extras(swaps: Swaps, collocations: Collocations, folder: Path) -> marisa_trie.Trie:
    originals = sorted({original for found in swaps.originals.values() for original in found})
    ids = collocations.ids(originals).tolist()
    unknown = [one for one, form_id in zip(originals, ids, strict=True) if form_id < 0]
    trie = marisa_trie.Trie([NOTHING, *unknown])
    trie.save(str(folder / "extras.marisa"))
    words = [trie.restore_key(extra).split() or [NOTHING] for extra in range(len(trie))]
    np.save(folder / "first.npy", collocations.ids([run[0] for run in words]).astype(np.int32))
    np.save(folder / "last.npy", collocations.ids([run[-1] for run in words]).astype(np.int32))
    return trie
