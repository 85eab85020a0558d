"""Shared shingles: whether a training text holds ten words in a row of a development set."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.training.encoding import read_documents
from detector.training.pack import END_OF_DOCUMENT, END_OF_PARAGRAPH

SHINGLE = 10
"""Words in a row that two texts do not share by chance."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def shingle_hashes(
    ids: NDArray[np.uint32], words: NDArray[np.bool_]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hash every run of `SHINGLE` words of each document; punctuation and marks are passed over.

    Parameters
    ----------
    ids : ndarray of uint32, shape (n,)
        Type ids with the marks of `detector.training.pack`.
    words : ndarray of bool, shape (n_types,)
        True for the types that are words or numbers.

    Returns
    -------
    hashes : ndarray of uint64, shape (n_shingles,)
        Polynomial hashes of the shingles.
    positions : ndarray of int64, shape (n_shingles, 2)
        Indices into `ids` of each shingle's first and last word.
    """
    at = np.flatnonzero(words[ids])
    n_shingles = len(at) - SHINGLE + 1
    if n_shingles <= 0:
        return np.empty(0, np.uint64), np.empty((0, 2), np.int64)
    mixed = _mix(ids[at].astype(np.uint64))
    hashes = np.zeros(n_shingles, np.uint64)
    for offset in range(SHINGLE):
        hashes *= _MULTIPLIER
        hashes += mixed[offset : offset + n_shingles]
    document = np.cumsum(ids == END_OF_DOCUMENT)[at]
    whole = document[:n_shingles] == document[SHINGLE - 1 :]
    positions = np.stack([at[:n_shingles], at[SHINGLE - 1 :]], axis=1)
    return hashes[whole], positions[whole]


def run_hashes(runs: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Hashes of runs of types, all of one length; shape (n_runs, length) to (n_runs,)."""
    hashes = np.zeros(len(runs), np.uint64)
    for place in range(runs.shape[1]):
        hashes = hashes * _MULTIPLIER + _mix(runs[:, place].astype(np.uint64))
    return hashes


def touched_paragraphs(
    ids: NDArray[np.uint32], words: NDArray[np.bool_], forbidden: NDArray[np.uint64]
) -> NDArray[np.bool_]:
    """Which paragraphs hold a part of a forbidden shingle.

    Parameters
    ----------
    ids, words
        As in `shingle_hashes`.
    forbidden : ndarray of uint64
        Hashes of the development sets' shingles, sorted.

    Returns
    -------
    ndarray of bool, shape (n_paragraphs,)
        In reading order; a document's end ends a paragraph.
    """
    ends = (ids == END_OF_DOCUMENT) | (ids == END_OF_PARAGRAPH)
    paragraph = np.cumsum(ends) - ends
    touched = np.zeros(int(ends.sum()) + 1, np.int64)
    hashes, positions = shingle_hashes(ids, words)
    if len(forbidden) and len(hashes):
        slot = np.minimum(np.searchsorted(forbidden, hashes), len(forbidden) - 1)
        first, last = paragraph[positions[forbidden[slot] == hashes]].T
        np.add.at(touched, first, 1)
        np.add.at(touched, last + 1, -1)
    return (np.cumsum(touched) > 0)[:-1]


def drop_paragraphs(ids: NDArray[np.uint32], dropped: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """`ids` without some paragraphs, and without the documents that are empty then.

    Examples
    --------
    >>> drop_paragraphs(np.array([7, 1, 8, 0, 9, 0], np.uint32), np.array([False, True, True]))
    array([7, 0], dtype=uint32)
    """
    if not dropped.any():
        return ids
    ends = (ids == END_OF_DOCUMENT) | (ids == END_OF_PARAGRAPH)
    document_of = np.cumsum(ids == END_OF_DOCUMENT) - (ids == END_OF_DOCUMENT)
    kept = ~dropped[np.cumsum(ends) - ends]
    result: NDArray[np.uint32] = ids[kept]
    closing = ends[kept]
    following = np.append(document_of[kept][1:], -1)
    result[closing & (document_of[kept] != following)] = END_OF_DOCUMENT
    return result


def development_texts(paths: Iterable[Path]) -> Iterator[str]:
    """The texts of development files: plain text, or every string in JSON or JSON lines.

    Parameters
    ----------
    paths : iterable of Path
        Files, ``.gz`` or not, or folders that hold such files.
    """
    for path in paths:
        if path.is_dir():
            yield from development_texts(sorted(path.iterdir()))
        elif ".json" in path.suffixes or ".jsonl" in path.suffixes:
            opener = gzip.open if path.suffix == ".gz" else open
            with opener(path, "rt", encoding="utf-8") as stream:
                for record in stream if ".jsonl" in path.suffixes else [stream.read()]:
                    yield from _strings(json.loads(record))
        else:
            yield from read_documents(path)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _strings(entry)


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread small numbers over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    mixed = (numbers + np.uint64(1)) * _MULTIPLIER
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
