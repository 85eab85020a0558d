"""Running text to type ids: folded words and punctuation marks, and where paragraphs end."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.folding import fold
from detector.segment import TOKEN
from detector.training.encoding import read_documents
from detector.training.pack import END_OF_DOCUMENT, END_OF_PARAGRAPH, MARKS

PIECE = re.compile(re.sub(r"\?P<\w+>", "?:", TOKEN.pattern) + r"|\S")
"""A token as `detector.segment` sees it, or else a single mark of punctuation."""

_REPEATABLE = 80
"""A shorter line ("Copyright", "Photos") may occur twice by chance, code points."""


class TypeIndex:
    """Numbers types as they appear, from 2 on, and splits text into them.

    No token spans white space, so what stands between two spaces ("word,") is cut once and
    remembered: a few million words a second.
    """

    def __init__(self) -> None:
        self.surfaces: list[str] = list(MARKS)
        self._ids: dict[str, int] = {mark: number for number, mark in enumerate(MARKS)}
        self._chunks: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.surfaces)

    def get(self, surface: str) -> int | None:
        """The number of a type that occurred, else None."""
        return self._ids.get(surface)

    def add(self, surface: str) -> int:
        """The number of a type, a new one where needed."""
        number = self._ids.setdefault(surface, len(self.surfaces))
        if number == len(self.surfaces):
            self.surfaces.append(surface)
        return number

    def encode(self, text: str) -> list[int]:
        """Type ids of `text`; line breaks are white space like any other.

        Examples
        --------
        >>> index = TypeIndex()
        >>> [index.surfaces[number] for number in index.encode("Well\u2014don\u2019t!")]
        ['well', '-', "don't", '!']
        """
        ids: list[int] = []
        chunks = self._chunks
        for chunk in text.split():
            known = chunks.get(chunk)
            if known is None:
                known = chunks[chunk] = tuple(self._cut(chunk))
            ids += known
        return ids

    def forget_chunks(self) -> None:
        """Free the memory of what stood between spaces; the types stay."""
        self._chunks.clear()

    def _cut(self, chunk: str) -> Iterator[int]:
        for piece in PIECE.findall(chunk):
            for surface in surfaces_of(piece):
                yield self.add(surface)


def surfaces_of(piece: str) -> list[str]:
    """The folded types of one match of `PIECE`: one, but for marks such as an ellipsis.

    Examples
    --------
    >>> surfaces_of("Structures"), surfaces_of("\u2026")
    (['structures'], ['.', '.', '.'])
    """
    folded = fold(piece)
    if len(folded) > 1 and not any(map(str.isalnum, folded)):
        return [mark for mark in folded if not mark.isspace()]
    return ["".join(folded.split())] if folded.strip() else []


def is_word(surface: str) -> bool:
    """Whether a type is a word or number, not punctuation or a mark."""
    return any(map(str.isalnum, surface)) and surface not in MARKS


def encode_file(path: Path, index: TypeIndex, *, seen: set[bytes], cap: int) -> NDArray[np.uint32]:
    """Type ids of a corpus file, with the marks for the ends of paragraphs and documents.

    Parameters
    ----------
    path : Path
        One paragraph a line, a blank line between documents; ``.txt``, ``.txt.gz``, ``.txt.xz``.
    index : TypeIndex
        Numbers the types.
    seen : set of bytes
        Digests of long paragraphs already read; a paragraph that comes again is left out, and
        new ones are added.
    cap : int
        A document of more types than this is cut in two at a paragraph's end.

    Returns
    -------
    ndarray of uint32, shape (n,)
        Each document's last paragraph ends in `END_OF_DOCUMENT` instead of `END_OF_PARAGRAPH`.
    """
    ids = array("I")
    for document in read_documents(path):
        paragraphs = (index.encode(line) for line in _fresh(document.splitlines(), seen))
        for piece in _pieces(paragraphs, cap):
            ids.extend(piece)
    index.forget_chunks()
    return np.frombuffer(ids, dtype=np.uint32) if ids else np.empty(0, np.uint32)


def encode_texts(texts: Iterable[str], index: TypeIndex) -> NDArray[np.uint32]:
    """Type ids of texts, each a document, each line a paragraph."""
    ids = array("I")
    for text in texts:
        paragraphs = (index.encode(line) for line in text.splitlines())
        for piece in _pieces(paragraphs, 1 << 31):
            ids.extend(piece)
    return np.frombuffer(ids, dtype=np.uint32) if ids else np.empty(0, np.uint32)


def _fresh(lines: list[str], seen: set[bytes]) -> Iterator[str]:
    for line in lines:
        if len(line) >= _REPEATABLE:
            digest = hashlib.blake2b(line.encode(), digest_size=8).digest()
            if digest in seen:
                continue
            seen.add(digest)
        yield line


def _pieces(paragraphs: Iterable[list[int]], cap: int) -> Iterator[list[int]]:
    """Marked documents of at most `cap` types, unless one paragraph alone is longer."""
    piece: list[int] = []
    for paragraph in paragraphs:
        if not paragraph:
            continue
        if piece and len(piece) + len(paragraph) > cap:
            yield [*piece[:-1], END_OF_DOCUMENT]
            piece = []
        piece += paragraph
        piece.append(END_OF_PARAGRAPH)
    if piece:
        yield [*piece[:-1], END_OF_DOCUMENT]
