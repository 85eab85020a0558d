"""The training pack: clean text as type ids, and how each spinner family replaces a type.

A pack separates what is slow (reading text, thesauri, inflection; once, on a CPU) from what must be
fast (drawing millions of differently spun windows; every epoch, beside the accelerator). Spinning
a window is then a few array look-ups.

A *type* is a folded word ("structures"), a folded punctuation mark, or a replacement of several
words ("on the off chance that"). Type 0 ends a document, type 1 ends a paragraph.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

END_OF_DOCUMENT = 0
END_OF_PARAGRAPH = 1
MARKS = ("</document>", "</paragraph>")
"""Surfaces of the types `END_OF_DOCUMENT` and `END_OF_PARAGRAPH`; no token looks like them."""

NOTHING = END_OF_DOCUMENT
"""What stood where a word was put in: a mark that is no word serves."""

FORMAT = 1

UNLABELLED = 255
"""Label of a word that must not count in the loss."""


@dataclass(frozen=True)
class Types:
    """The vocabulary of a pack, in descending frequency after the two marks.

    Types that a family brought into a finished pack stand after all others.

    Attributes
    ----------
    surfaces : list of str, length n_types
        The folded text of each type; words of a phrase are separated by one space.
    pieces : ndarray of uint16, shape (n_pieces,)
        Wordpiece ids of all types, one after the other, without special tokens.
    offsets : ndarray of uint32, shape (n_types + 1,)
        Type `t` has the pieces ``pieces[offsets[t]:offsets[t + 1]]``; the marks have none.
    word_starts : ndarray of bool, shape (n_pieces,)
        True at the first piece of each word, False elsewhere and throughout punctuation.
    clean_counts : ndarray of uint32, shape (n_types,)
        Occurrences in all clean text that was read (not only in the shards kept).
    """

    surfaces: list[str]
    pieces: NDArray[np.uint16]
    offsets: NDArray[np.uint32]
    word_starts: NDArray[np.bool_]
    clean_counts: NDArray[np.uint32]


@dataclass(frozen=True)
class Family:
    """One way of spinning: type `t` may become ``targets[offsets[t]:offsets[t + 1]]``.

    `weights` (float32) are relative chances within one type's targets, as this family's spinner
    would choose. ``END_OF_DOCUMENT`` never occurs as a target.

    A target of several words may hold the replaced word ("large or big" for "large"). That word
    was kept, and nothing stood where the others stand now: see `kept_words`.
    """

    name: str
    offsets: NDArray[np.uint32]
    targets: NDArray[np.uint32]
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Stream:
    """Text as type ids; with labels where it is real spun text.

    Attributes
    ----------
    ids : ndarray of uint32, shape (n,)
        Type ids in reading order, with the marks for the ends of paragraphs and documents.
    registers : ndarray of uint8, shape (n_documents,)
        Index into ``registers.json`` of each document.
    labels : ndarray of uint8, shape (n,), or None
        1 replaced, 0 not, `UNLABELLED` unknown; None means all 0.
    origins : ndarray of uint32, shape (n,), or None
        The type that stood there before, where one is known; else equal to `ids`.
    """

    ids: NDArray[np.uint32]
    registers: NDArray[np.uint8]
    labels: NDArray[np.uint8] | None = None
    origins: NDArray[np.uint32] | None = None


@dataclass(frozen=True)
class Pairs:
    """How often two types stand side by side in clean text.

    Attributes
    ----------
    keys : ndarray of uint64, shape (n_pairs,)
        ``first << 32 | second``, ascending.
    occurrences : ndarray of uint32, shape (n_pairs,)
        At least `LEAST_OCCURRENCES`.
    """

    keys: NDArray[np.uint64]
    occurrences: NDArray[np.uint32]

    @classmethod
    def of(cls, ids: NDArray[np.uint32]) -> Pairs:
        """Count the pairs of a stream.

        Examples
        --------
        >>> pairs = Pairs.of(np.array([5, 6, 5, 6, 7], np.uint32))
        >>> pairs.counts(np.array([5, 6], np.uint32), np.array([6, 7], np.uint32)).tolist()
        [2, 0]
        """
        keys = np.sort(_pair_keys(ids[:-1], ids[1:]))
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        occurrences = np.diff(np.append(first, len(keys)))
        kept = occurrences >= LEAST_OCCURRENCES
        return cls(keys[first[kept]], occurrences[kept].astype(np.uint32))

    def counts(self, first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Occurrences of each pair, shape (n,); 0 where there are fewer than are kept."""
        if not len(self.keys):
            return np.zeros(len(first), np.uint32)
        wanted = _pair_keys(first, second)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.occurrences[at], 0).astype(np.uint32)


LEAST_OCCURRENCES = 2
"""A pair seen once may be an error."""


def _pair_keys(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return (first.astype(np.uint64) << np.uint64(32)) | second.astype(np.uint64)


def save_types(folder: Path, types: Types, registers: list[str]) -> None:
    """Write the vocabulary, the names of the registers and the format version."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / "types.npz",
        allow_pickle=False,
        pieces=types.pieces,
        offsets=types.offsets,
        word_starts=types.word_starts,
        clean_counts=types.clean_counts,
    )
    (folder / "types.txt").write_text("\n".join(types.surfaces), encoding="utf-8")
    (folder / "pack.json").write_text(json.dumps({"format": FORMAT, "registers": registers}))


def load_types(folder: Path) -> Types:
    """Read what `save_types` wrote."""
    version = json.loads((folder / "pack.json").read_text())["format"]
    if version != FORMAT:
        raise ValueError(
            f"{folder} is a training pack of format {version}; this version reads format {FORMAT}: "
            "make the pack again with 'detector train spin'"
        )
    with np.load(folder / "types.npz", allow_pickle=False) as arrays:
        return Types(
            surfaces=(folder / "types.txt").read_text(encoding="utf-8").split("\n"),
            pieces=arrays["pieces"],
            offsets=arrays["offsets"],
            word_starts=arrays["word_starts"],
            clean_counts=arrays["clean_counts"],
        )


def is_lexical(surface: str) -> bool:
    """Whether a type is made of letters, joined or not ("so-called"), and no mark."""
    return surface.replace("-", "").replace("'", "").isalpha() and surface not in MARKS


def registers_of(folder: Path) -> list[str]:
    """The names of the registers of a pack."""
    return list(json.loads((folder / "pack.json").read_text())["registers"])


def kept_words(types: Types) -> NDArray[np.int64]:
    """Which replaced type each word of a phrase would be kept from.

    Returns
    -------
    ndarray of int64, shape (n_pieces,)
        At the first piece of each word of a type of several words, the type that is this word
        alone; -1 where there is none, and at all other pieces. Where the phrase replaces that
        type, the word was kept.

    Examples
    --------
    >>> surfaces = ["</document>", "</paragraph>", "big", "or", "large", "large or big"]
    >>> starts = np.ones(6, np.bool_)
    >>> offsets = np.array([0, 0, 0, 1, 2, 3, 6], np.uint32)
    >>> types = Types(surfaces, np.arange(6, dtype=np.uint16), offsets, starts, np.ones(6))
    >>> kept_words(types).tolist()
    [-1, -1, -1, 4, 3, 2]
    """
    numbers = {surface: at for at, surface in enumerate(types.surfaces)}
    kept = np.full(len(types.pieces), -1, np.int64)
    for at, surface in enumerate(types.surfaces):
        if " " not in surface:
            continue
        first, last = int(types.offsets[at]), int(types.offsets[at + 1])
        starts = first + np.flatnonzero(types.word_starts[first:last])
        words = [word for word in surface.split(" ") if any(map(str.isalnum, word))]
        kept[starts] = [numbers.get(word, -1) for word in words]
    return kept


def save_family(folder: Path, family: Family) -> None:
    """Write one family as ``family.NAME.npz``."""
    np.savez_compressed(
        folder / f"family.{family.name}.npz",
        allow_pickle=False,
        offsets=family.offsets,
        weights=family.weights.astype(np.float16),
        **_planes("targets", family.targets),
    )


def load_families(folder: Path, leave_out: frozenset[str] = frozenset()) -> list[Family]:
    """Read all families in name order, but for those left out by name."""
    families = []
    for path in sorted(folder.glob("family.*.npz")):
        name = path.name.split(".")[1]
        if name not in leave_out:
            with np.load(path, allow_pickle=False) as arrays:
                weights = arrays["weights"].astype(np.float32)
                targets = _from_planes("targets", arrays)
                families.append(Family(name, arrays["offsets"], targets, weights))
    return families


def save_pairs(folder: Path, pairs: Pairs) -> None:
    """Write ``pairs.npz``."""
    np.savez_compressed(
        folder / PAIRS, allow_pickle=False, keys=pairs.keys, occurrences=pairs.occurrences
    )


def load_pairs(folder: Path) -> Pairs | None:
    """Read what `save_pairs` wrote; None where a pack has no pairs."""
    if not (folder / PAIRS).exists():
        return None
    with np.load(folder / PAIRS, allow_pickle=False) as arrays:
        return Pairs(arrays["keys"], arrays["occurrences"])


PAIRS = "pairs.npz"


def save_stream(path: Path, stream: Stream) -> None:
    """Write a stream; type ids are split into byte planes, which deflate far better."""
    arrays: dict[str, NDArray[np.uint8]] = {
        "registers": stream.registers,
        **_planes("ids", stream.ids),
    }
    if stream.labels is not None:
        arrays["labels"] = stream.labels
    if stream.origins is not None:
        # Where nothing is known the origin is the type itself: zeros deflate to nothing.
        arrays |= _planes("origins", stream.origins ^ stream.ids)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_stream(path: Path) -> Stream:
    """Read what `save_stream` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        ids = _from_planes("ids", arrays)
        return Stream(
            ids=ids,
            registers=arrays["registers"],
            labels=arrays.get("labels"),
            origins=_from_planes("origins", arrays) ^ ids if "origins_0" in arrays else None,
        )


def _planes(name: str, ids: NDArray[np.uint32]) -> dict[str, NDArray[np.uint8]]:
    return {f"{name}_{byte}": (ids >> (8 * byte)).astype(np.uint8) for byte in range(3)}


def _from_planes(name: str, arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.uint32]:
    ids = np.zeros(len(arrays[f"{name}_0"]), np.uint32)
    for byte in range(3):
        ids |= arrays[f"{name}_{byte}"].astype(np.uint32) << np.uint32(8 * byte)
    return ids
