"""Windows to train on, spun on the fly: from a training pack to piece ids, labels and weights.

Every window is a run of text as an article would hold it, spun by one or several families at a
rate of its own, or left clean. Nothing is drawn twice, so the model cannot learn windows by heart.

Fixed expressions are spun more often than chance would have it (`Bonds`): they are what a reader
misses first.

Four means keep it from learning spinners' favourite words by heart instead of misfits:

* half of the swaps prefer those targets of a family that are frequent in clean text, so that the
  replacements, taken together, look like ordinary vocabulary;
* windows are searched for the words that were put in more often than they stood rightly;
* a replacement counts in the loss by `Balance`: a type of which no search finds enough right uses
  counts less each time it is put in, so that the word alone says nothing;
* a swap that fits its place as well as the original did is no error: `Attested` drops its label.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.encoder import CLS, MAX_WORD_PIECES, PAD, SEP
from detector.training.pack import (
    END_OF_DOCUMENT,
    END_OF_PARAGRAPH,
    NOTHING,
    UNLABELLED,
    Family,
    Pairs,
    Stream,
    Types,
    kept_words,
)

SENTENCE_ENDS = (".", "!", "?")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How windows are drawn and spun.

    Attributes
    ----------
    length : int
        Pieces in a window, the special ones included.
    clean : float
        Share of the windows of clean text that stay clean.
    light, heavy : tuple of float
        Ranges of the share of words replaced, in light and in heavy windows.
    light_share : float
        Share of light ones among the spun windows.
    partial : float
        Share of the spun windows that are spun in one stretch only.
    mixed : float
        Share of the spun windows that are spun by two families.
    tilt : float
        Exponent of a target's clean count where frequent targets are preferred.
    tilted : float
        Share of the spun windows where they are.
    bonded : float
        Share of the spun windows in which words of fixed expressions are replaced first.
    register_power : float
        Registers are drawn by their size to this power: 1 as they are, 0 all alike.
    weight_floor : float
        The least weight of a replacement in the loss.
    searched : float
        Share of the windows of clean text that are searched for right uses of words put in too
        often so far; the others are drawn at random.
    spun_stream, original_stream : float
        Shares of the windows taken from real spun text and from its originals, where a pack has
        them.
    """

    length: int = 128
    clean: float = 0.25
    light: tuple[float, float] = (0.01, 0.05)
    heavy: tuple[float, float] = (0.05, 0.35)
    light_share: float = 0.3
    partial: float = 0.25
    mixed: float = 0.4
    tilt: float = 0.5
    tilted: float = 0.5
    bonded: float = 0.3
    register_power: float = 0.5
    weight_floor: float = 0.2
    searched: float = 0.4
    spun_stream: float = 0.06
    original_stream: float = 0.04


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of equal length.

    Attributes
    ----------
    ids : ndarray of int64, shape (n_windows, length)
        Piece ids.
    labels : ndarray of float32, shape (n_windows, length)
        1 at the first piece of a replaced or inserted word, else 0.
    weights : ndarray of float32, shape (n_windows, length)
        Weight in the loss: 0 wherever no word begins or its label is unknown.
    origins : ndarray of int64, shape (n_windows, length)
        Type that stood there before, at the first pieces of replaced words, `NOTHING` at those of
        words that were put in where nothing stood; -1 elsewhere.
    """

    ids: NDArray[np.int64]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]
    origins: NDArray[np.int64]

    def rows(self, at: NDArray[np.int64]) -> Batch:
        """Some of the windows."""
        return Batch(self.ids[at], self.labels[at], self.weights[at], self.origins[at])

    def __add__(self, other: Batch) -> Batch:
        """The windows of both."""
        return Batch(
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.origins, other.origins]),
        )


class Swaps:
    """A family, ready to draw targets from.

    Parameters
    ----------
    family : Family
        The targets and their weights.
    clean_counts : ndarray, shape (n_types,)
        Occurrences of each type in clean text.
    tilt : float
        Exponent of the clean count in the tilted draw.
    """

    def __init__(self, family: Family, clean_counts: NDArray[np.uint32], tilt: float) -> None:
        self.name = family.name
        self.offsets = family.offsets.astype(np.int64)
        self.targets = family.targets
        attested = np.power(clean_counts[family.targets] + 1.0, tilt)
        weights = family.weights.astype(np.float64) + 1e-9
        self._cumulative = (_cumulative(weights), _cumulative(weights * attested))

    def covers(self, types: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which types this family can replace."""
        return self.offsets[types + 1] > self.offsets[types]

    def draw(
        self, types: NDArray[np.uint32], *, tilted: bool, rng: np.random.Generator
    ) -> NDArray[np.uint32]:
        """A target for each type, all of them covered."""
        first, last = self.offsets[types], self.offsets[types + 1]
        cumulative = self._cumulative[tilted]
        low, high = cumulative[first], cumulative[last]
        chosen = np.searchsorted(cumulative, low + rng.random(len(types)) * (high - low), "right")
        return self.targets[np.clip(chosen - 1, first, last - 1)]


def _cumulative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(weights)])


class Balance:
    """Weights replacements so that a type counts as often right as wrong.

    ``weight(t) = clip(right(t) / spun(t), floor, 1)``, from running counts: how often `t` was put
    in, and how often it stood rightly in the text drawn, or would have in a random draw as large.

    Parameters
    ----------
    clean_counts : ndarray, shape (n_types,)
        Occurrences of each type in clean text.
    floor : float
        The least weight, 0 to 1.
    """

    def __init__(self, clean_counts: NDArray[np.uint32], floor: float) -> None:
        counts = clean_counts.astype(np.float64)
        self._expected = counts / max(counts.sum(), 1.0)
        self._floor = floor
        self._spun = np.zeros(len(counts))
        self._right = np.zeros(len(counts))
        self._n_types = 0.0

    def count(self, types: NDArray[np.uint32], labels: NDArray[np.uint8]) -> None:
        """Count the words of a draw, both of shape (n,)."""
        np.add.at(self._spun, types[labels == 1], 1.0)
        np.add.at(self._right, types[labels == 0], 1.0)
        self._n_types += len(types)

    def weights(self, types: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Weight of each replacement, shape (n,), of types counted before."""
        right = np.maximum(self._right[types], self._expected[types] * self._n_types)
        ratio = (right + 0.5) / np.maximum(self._spun[types], 1.0)
        weights: NDArray[np.float32] = np.clip(ratio, self._floor, 1.0).astype(np.float32)
        return weights

    def wanted(self) -> NDArray[np.float64]:
        """How many right uses each type lacks, shape (n_types,)."""
        return np.maximum(self._spun - self._right, 0.0)


class Attested:
    """Tells which swaps fit their place as well as what stood there.

    A swap fits if both pairs with its neighbours are attested in clean text, and their association
    is at least that of the original's pairs: ``c(l, t) c(t, r) / c(t)``, which is the sum of both
    PMI up to what the two words share. On SWORDS dev this holds for 17 % of the substitutes that
    judges accepted and for 4 % of those that all refused.

    Parameters
    ----------
    pairs : Pairs
        Pairs of types that stand side by side in clean text.
    clean_counts : ndarray, shape (n_types,)
        Occurrences of each type in clean text.
    """

    def __init__(self, pairs: Pairs, clean_counts: NDArray[np.uint32]) -> None:
        self._pairs = pairs
        self._counts = clean_counts

    def fits(
        self,
        left: NDArray[np.uint32],
        new: NDArray[np.uint32],
        original: NDArray[np.int64],
        right: NDArray[np.uint32],
    ) -> NDArray[np.bool_]:
        """For each swap, all of shape (n,), whether `new` fits as well as `original`."""
        before, after = self._pairs.counts(left, new), self._pairs.counts(new, right)
        old = original.astype(np.uint32)
        old_before, old_after = self._pairs.counts(left, old), self._pairs.counts(old, right)
        strength = _association(before, after, self._counts[new])
        return (
            (before > 0)
            & (after > 0)
            & (strength >= _association(old_before, old_after, self._counts[old]))
        )


def _association(
    before: NDArray[np.uint32], after: NDArray[np.uint32], count: NDArray[np.uint32]
) -> NDArray[np.float64]:
    """A tenth of an occurrence stands for a pair that was never seen."""
    product = np.maximum(before, 0.1) * np.maximum(after, 0.1)
    return np.asarray(product / (count.astype(np.float64) + 1.0))


class Bonds:
    """How firmly words are bound to a neighbour: the share of the neighbour's uses that they fill.

    "Acid" fills half of the places after "amino". Drawn evenly, such words are seldom replaced, yet
    nothing is odder than another word in their place.

    Parameters
    ----------
    pairs : Pairs
        Pairs of types that stand side by side in clean text.
    clean_counts : ndarray, shape (n_types,)
        Occurrences of each type in clean text.
    """

    def __init__(self, pairs: Pairs, clean_counts: NDArray[np.uint32]) -> None:
        self._pairs = pairs
        self._counts = clean_counts + _FEW_USES

    def strength(self, types: NDArray[np.uint32]) -> NDArray[np.float64]:
        """The firmer of the bonds with either neighbour, 0 to 1; of and to (n_windows, n_types)."""
        left, right = types[:, :-1], types[:, 1:]
        together = self._pairs.counts(left.ravel(), right.ravel()).reshape(left.shape)
        bonds = np.zeros(types.shape)
        bonds[:, 1:] = together / self._counts[left]
        bonds[:, :-1] = np.maximum(bonds[:, :-1], together / self._counts[right])
        return bonds


_FEW_USES = 20.0
"""Added to a neighbour's uses: what stands beside a rare word twice is not bound to it yet."""


class Expander:
    """Type ids to windows of pieces."""

    def __init__(self, types: Types) -> None:
        keep = piece_in_word(types.word_starts) < MAX_WORD_PIECES
        lengths = np.add.reduceat(
            np.append(keep, False).astype(np.int64), types.offsets[:-1].astype(np.int64)
        )
        lengths[np.diff(types.offsets) == 0] = 0
        pieces, starts = types.pieces[keep].astype(np.int64), types.word_starts[keep]
        # The marks: a paragraph ends in SEP; a document in SEP and CLS, as if a window ended.
        marks = np.array([SEP, CLS, SEP], dtype=np.int64)
        lengths[END_OF_DOCUMENT], lengths[END_OF_PARAGRAPH] = 2, 1
        self._pieces = np.concatenate([marks, pieces])
        self._starts = np.concatenate([np.zeros(3, dtype=np.bool_), starts])
        self._kept = np.concatenate([np.full(3, -1), kept_words(types)[keep]])
        self.lengths = lengths
        self._offsets = np.concatenate([[0], np.cumsum(lengths)])
        letters = [any(map(str.isalpha, surface)) for surface in types.surfaces]
        self.is_word = np.array(letters, dtype=np.bool_)
        self.is_word[[END_OF_DOCUMENT, END_OF_PARAGRAPH]] = False

    def expand(
        self,
        types: NDArray[np.uint32],
        labels: NDArray[np.uint8],
        weights: NDArray[np.float32],
        origins: NDArray[np.int64],
        length: int,
    ) -> Batch:
        """Pieces of the windows' types, all of shape (n_windows, n_types); see `Batch`."""
        shape = (len(types), length)
        batch = Batch(
            ids=np.full(shape, PAD, dtype=np.int64),
            labels=np.zeros(shape, dtype=np.float32),
            weights=np.zeros(shape, dtype=np.float32),
            origins=np.full(shape, -1, dtype=np.int64),
        )
        lengths = self.lengths[types]
        ends = np.cumsum(lengths, axis=1)
        batch.ids[:, 0] = CLS
        batch.ids[np.arange(len(types)), np.minimum(ends[:, -1], length - 2) + 1] = SEP
        # One entry a piece: `of` is the place of its type in the flattened windows.
        of = np.repeat(np.arange(types.size), lengths.ravel())
        within = np.arange(of.size) - (np.cumsum(lengths) - lengths.ravel())[of]
        column = 1 + (ends - lengths).ravel()[of] + within
        fits = column < length - 1
        of, within, column = of[fits], within[fits], column[fits]
        row = of // types.shape[1]
        source = self._offsets[types.ravel()[of]] + within
        batch.ids[row, column] = self._pieces[source]
        begins = self._starts[source] & self.is_word[types.ravel()[of]]
        row, column, of = row[begins], column[begins], of[begins]
        replaced = labels.ravel()[of] == 1
        # A phrase that holds the word which it replaces kept it: the others were put in.
        kept = replaced & (self._kept[source[begins]] == origins.ravel()[of])
        grown = np.zeros(types.size, dtype=np.bool_)
        grown[of[kept]] = True
        batch.labels[row, column] = replaced & ~kept
        batch.weights[row, column] = np.where(kept, 1.0, weights.ravel()[of])
        before = np.where(grown[of], NOTHING, origins.ravel()[of])
        batch.origins[row, column] = np.where(replaced & ~kept, before, -1)
        return batch


def piece_in_word(word_starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Position of each piece since the last word start, shape (n_pieces,)."""
    positions = np.arange(len(word_starts))
    return positions - np.maximum.accumulate(np.where(word_starts, positions, 0))


class WindowSampler:
    """Draws batches of windows from a pack, forever.

    Parameters
    ----------
    types : Types
        The vocabulary.
    clean : Stream
        Clean text.
    families : sequence of Family
        How to spin it.
    recipe : Recipe
        In what proportions.
    spun, original : Stream or None
        Real spun text with labels, and clean text of the same articles.
    pairs : Pairs or None
        What stands side by side in clean text; without it every label stays, and no expression is
        known to be fixed.
    seed : int or list of int
        Of all draws.
    """

    def __init__(
        self,
        types: Types,
        clean: Stream,
        families: Sequence[Family],
        recipe: Recipe,
        *,
        spun: Stream | None = None,
        original: Stream | None = None,
        pairs: Pairs | None = None,
        seed: int | list[int] = 0,
    ) -> None:
        self.recipe = recipe
        self.reseed(seed)
        self.expander = Expander(types)
        self.balance = Balance(types.clean_counts, recipe.weight_floor)
        self.attested = Attested(pairs, types.clean_counts) if pairs is not None else None
        self.bonds = Bonds(pairs, types.clean_counts) if pairs is not None else None
        self.families = [Swaps(family, types.clean_counts, recipe.tilt) for family in families]
        ends = [types.surfaces.index(mark) for mark in SENTENCE_ENDS if mark in types.surfaces]
        self._ends = np.array([END_OF_DOCUMENT, END_OF_PARAGRAPH, *ends])
        self._clean = _Source(clean, self._ends, recipe)
        self._spun = _Source(spun, self._ends, recipe) if spun is not None else None
        self._original = _Source(original, self._ends, recipe) if original is not None else None

    def reseed(self, seed: int | list[int]) -> None:
        """Draw from another seed from now on."""
        self.rng = np.random.default_rng(seed)

    def index(self) -> Self:
        """Find the uses of all types now: processes that are forked later share what is found."""
        self._clean.index()
        return self

    def batch(self, n_windows: int) -> Batch:
        """The next windows."""
        n_spun, n_original = self._shares(n_windows)
        parts = [self._clean_windows(n_windows - n_spun - n_original)]
        if n_spun and self._spun is not None:
            parts.append(self._spun_windows(self._spun, n_spun))
        if n_original and self._original is not None:
            types, _, _ = self._original.draw(n_original, self.rng)
            parts.append((types, np.zeros(types.shape, np.uint8), types.astype(np.int64)))
        types, labels, origins = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        weights = self._weights(types, labels, origins)
        return self.expander.expand(types, labels, weights, origins, self.recipe.length)

    def clean(self, n_windows: int) -> Batch:
        """Windows of clean text as it is."""
        types, labels, origins = self._clean.draw(n_windows, self.rng)
        weights = np.ones(types.shape, np.float32)
        return self.expander.expand(types, labels, weights, origins, self.recipe.length)

    def _weights(
        self,
        types: NDArray[np.uint32],
        labels: NDArray[np.uint8],
        origins: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        """Weights in the loss, all of shape (n_windows, n_types)."""
        self.balance.count(types.ravel(), labels.ravel())
        weights: NDArray[np.float32] = (labels != UNLABELLED).astype(np.float32)
        replaced = labels == 1
        weights[replaced] = self.balance.weights(types[replaced])
        if self.attested is not None:
            row, column = np.nonzero(replaced[:, 1:-1])
            at = (row, column + 1)
            fits = self.attested.fits(
                types[row, column], types[at], origins[at], types[row, column + 2]
            )
            weights[at] *= ~fits
        return weights

    def _shares(self, n_windows: int) -> tuple[int, int]:
        recipe = self.recipe
        spun = self.rng.binomial(n_windows, recipe.spun_stream) if self._spun else 0
        original = self.rng.binomial(n_windows, recipe.original_stream) if self._original else 0
        return min(spun, n_windows // 2), min(original, n_windows // 4)

    def _clean_windows(self, n_windows: int) -> _Windows:
        n_searched = self.rng.binomial(n_windows, self.recipe.searched)
        searched = self._clean.search(self.balance.wanted(), n_searched, self.rng)
        types, _, _ = self._clean.draw(n_windows - len(searched), self.rng)
        types = np.concatenate([types, searched])
        labels = np.zeros(types.shape, dtype=np.uint8)
        origins = types.astype(np.int64)
        bonds = self.bonds.strength(types) if self.bonds else None
        for row in range(n_windows):
            preferred = None
            if bonds is not None and self.rng.random() < self.recipe.bonded:
                preferred = bonds[row]
            self._spin(types[row], labels[row], preferred)
        return types, labels, origins

    def _spin(
        self,
        types: NDArray[np.uint32],
        labels: NDArray[np.uint8],
        preferred: NDArray[np.float64] | None,
    ) -> None:
        """Spin one window in place, or leave it; where words are preferred, by how much."""
        rng, recipe = self.rng, self.recipe
        if not self.families or rng.random() < recipe.clean:
            return
        rate = rng.uniform(*(recipe.light if rng.random() < recipe.light_share else recipe.heavy))
        tilted = bool(rng.random() < recipe.tilted)
        stretch = slice(None)
        if rng.random() < recipe.partial:
            edges = np.sort(rng.integers(0, len(types), 2))
            stretch = slice(int(edges[0]), int(edges[1]))
        words = self.expander.is_word[types]
        n_families = 2 if rng.random() < recipe.mixed else 1
        for index in rng.choice(len(self.families), min(n_families, len(self.families)), False):
            family = self.families[index]
            able = np.zeros(len(types), dtype=np.bool_)
            able[stretch] = words[stretch] & (labels[stretch] == 0)
            able &= family.covers(types)
            # The share is of all words; a family that covers few of them must swap those it can.
            wanted = rate / n_families * words[stretch].sum()
            weights = able if preferred is None else able * preferred
            chance = np.minimum(0.8, weights * wanted / max(weights.sum(), _TINY))
            chosen = np.flatnonzero(rng.random(len(types)) < chance)
            if len(chosen):
                new = family.draw(types[chosen], tilted=tilted, rng=rng)
                labels[chosen] = new != types[chosen]
                types[chosen] = new

    def _spun_windows(self, source: _Source, n_windows: int) -> _Windows:
        """Real spun text, some of its swaps undone so that it is spun lightly as well."""
        types, labels, origins = source.draw(n_windows, self.rng)
        undo = self.rng.beta(1.0, 1.5, (n_windows, 1))
        undone = (self.rng.random(types.shape) < undo) & (labels == 1) & (origins != types)
        types = np.where(undone, origins, types).astype(np.uint32)
        labels = np.where(undone, 0, labels).astype(np.uint8)
        return types, labels, origins


_TINY = 1e-9
"""Keeps a sum of weights from being zero."""

_Windows = tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]


class _Source:
    """A stream, and where windows may begin in it."""

    def __init__(self, stream: Stream, ends: NDArray[np.int64], recipe: Recipe) -> None:
        self._stream = stream
        self._n_types = recipe.length - 2  # a type has at least one piece: no padding
        ids = stream.ids
        starts = 1 + np.flatnonzero(np.isin(ids[: max(len(ids) - self._n_types, 1)], ends))
        starts = np.concatenate([[0], starts])
        starts = starts[starts + self._n_types <= len(ids)]
        if not len(starts):
            raise ValueError(
                f"a stream of {len(ids)} types holds no window of {self._n_types}: "
                "train on more text, or on shorter windows"
            )
        document = np.cumsum(ids == END_OF_DOCUMENT)[np.maximum(starts - 1, 0)]
        registers = stream.registers[np.minimum(document, len(stream.registers) - 1)]
        self._by_register = [starts[registers == name] for name in np.unique(registers)]
        sizes = np.array([len(group) for group in self._by_register], dtype=np.float64)
        self._chances = sizes**recipe.register_power / (sizes**recipe.register_power).sum()
        self._starts = starts

    def index(self) -> None:
        """Make `_uses`."""
        assert self._uses

    @cached_property
    def _uses(self) -> _Uses:
        return _Uses(self._stream.ids)

    def search(
        self, wanted: NDArray[np.float64], n_windows: int, rng: np.random.Generator
    ) -> NDArray[np.uint32]:
        """Windows that hold types by how much they are wanted, shape (n_found, n_types)."""
        at = self._uses.draw(wanted, n_windows, rng)
        # The last place to begin before a use, or one of the four before that.
        nearest = np.searchsorted(self._starts, at, "right") - 1
        start = self._starts[np.maximum(nearest - rng.integers(0, 5, len(at)), 0)]
        start = np.where(at - start < self._n_types, start, self._starts[np.maximum(nearest, 0)])
        start = start[(at >= start) & (at - start < self._n_types)]
        return self._stream.ids[start.reshape(-1, 1) + np.arange(self._n_types)]

    def draw(
        self, n_windows: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]:
        """Types, labels and origins of windows, each of shape (n_windows, n_types)."""
        groups = rng.choice(len(self._chances), n_windows, p=self._chances)
        starts = np.array([rng.choice(self._by_register[group]) for group in groups], np.int64)
        at = starts.reshape(-1, 1) + np.arange(self._n_types)
        types = self._stream.ids[at]
        labels = self._stream.labels
        origins = self._stream.origins
        return (
            types,
            np.zeros(types.shape, np.uint8) if labels is None else labels[at],
            (types if origins is None else origins[at]).astype(np.int64),
        )


class _Uses:
    """Where each type stands in a stream."""

    def __init__(self, ids: NDArray[np.uint32]) -> None:
        # Sorting type and place as one number takes a fifth of the time of an argsort.
        keys = (ids.astype(np.uint64) << np.uint64(32)) | np.arange(len(ids), dtype=np.uint64)
        keys.sort()
        self._places = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        self._bounds = np.concatenate([[0], np.cumsum(np.bincount(ids))])

    def draw(
        self, wanted: NDArray[np.float64], n: int, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """At most `n` places, of types by how much they are wanted, shape (n_found,)."""
        n_types = len(self._bounds) - 1
        chances = np.cumsum(wanted[:n_types] * (np.diff(self._bounds) > 0))
        if not len(chances) or chances[-1] <= 0:
            return np.empty(0, np.int64)
        types = np.searchsorted(chances, rng.random(n) * chances[-1], "right")
        uses = rng.integers(self._bounds[types], self._bounds[types + 1])
        places: NDArray[np.int64] = self._places[uses].astype(np.int64)
        return places


def joined(streams: Iterable[Stream]) -> Stream:
    """Streams one after the other; all of them with labels, or none."""
    parts = list(streams)
    labels = [part.labels for part in parts if part.labels is not None]
    origins = [part.origins for part in parts if part.origins is not None]
    return Stream(
        ids=np.concatenate([part.ids for part in parts]),
        registers=np.concatenate([part.registers for part in parts]),
        labels=np.concatenate(labels) if labels else None,
        origins=np.concatenate(origins) if origins else None,
    )
