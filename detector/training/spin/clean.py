"""Clean corpora as one long array of type ids, fit to train on: no leaks, no repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.training.encoding import corpus_files
from detector.training.pack import END_OF_DOCUMENT
from detector.training.spin.leakage import (
    development_texts,
    drop_paragraphs,
    shingle_hashes,
    touched_paragraphs,
)
from detector.training.spin.reading import TypeIndex, encode_file, encode_texts, is_word

MAX_DOCUMENT = 3400
"""Types in a document, about 3,000 words; longer ones are cut at a paragraph's end."""


@dataclass(frozen=True, eq=False)
class CleanText:
    """All clean text that was read.

    Attributes
    ----------
    ids : ndarray of uint32, shape (n,)
        Type ids in reading order, with the marks of `detector.training.pack`.
    document_bounds : ndarray of int64, shape (n_documents + 1,)
        Document `d` is ``ids[document_bounds[d]:document_bounds[d + 1]]``, its end mark included.
    registers : ndarray of uint8, shape (n_documents,)
        Index into `register_names` of each document.
    register_names : list of str
        "news", "fiction" and so on: what stands before the first dot of a corpus file's name.
    """

    ids: NDArray[np.uint32]
    document_bounds: NDArray[np.int64]
    registers: NDArray[np.uint8]
    register_names: list[str]


class Leaks:
    """Knows the ten-word runs of the development texts, and drops paragraphs that share one."""

    def __init__(self, exclude: Sequence[Path], index: TypeIndex) -> None:
        self._index = index
        self._words = np.empty(0, np.bool_)
        ids = encode_texts(development_texts(exclude), index)
        self.forbidden = np.unique(shingle_hashes(ids, self.words())[0])

    def words(self) -> NDArray[np.bool_]:
        """For each type so far, whether it is a word."""
        new = self._index.surfaces[len(self._words) :]
        self._words = np.append(self._words, np.array([is_word(form) for form in new], np.bool_))
        return self._words

    def touched(self, ids: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which paragraphs of `ids` share a run of words with a development text."""
        return touched_paragraphs(ids, self.words(), self.forbidden)


def read_clean(corpora: Sequence[Path], index: TypeIndex, leaks: Leaks) -> CleanText:
    """Read corpus files, or folders of them, leaving out repeats and leaks.

    Parameters
    ----------
    corpora : sequence of Path
        Files named ``REGISTER.NAME.txt``, ``.txt.gz`` or ``.txt.xz``, or folders of them.
    index : TypeIndex
        Numbers the types; gains those of the corpora.
    leaks : Leaks
        What must not be trained on.
    """
    seen: set[bytes] = set()
    names: list[str] = []
    texts = [np.empty(0, np.uint32)]
    registers = [np.empty(0, np.uint8)]
    for path in tqdm(corpus_files(corpora), desc="reading corpora", unit="file"):
        ids = encode_file(path, index, seen=seen, cap=MAX_DOCUMENT)
        ids = drop_paragraphs(ids, leaks.touched(ids))
        name = path.name.partition(".")[0]
        if name not in names:
            names.append(name)
        texts.append(ids)
        n_documents = int((ids == END_OF_DOCUMENT).sum())
        registers.append(np.full(n_documents, names.index(name), np.uint8))
    ids = np.concatenate(texts)
    bounds = np.append(0, np.flatnonzero(ids == END_OF_DOCUMENT) + 1)
    return CleanText(ids, bounds, np.concatenate(registers), names)
