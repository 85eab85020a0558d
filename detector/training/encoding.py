"""Corpora as arrays of form ids: read once, cached, and counted as often as needed.

A corpus file holds one paragraph a line and a blank line between documents (``.txt``, or
compressed as ``.txt.xz`` or ``.txt.gz``). Segmenting is what takes the time, so each file is
segmented once; counting collocations and sampling training text then are array operations.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.segment import segment

_FORMAT = 2
_PACKAGE = Path(__file__).parent.parent
# Read at import, so that an edit during a long run cannot give one run two segmenters.
_CODE = "".join(
    (_PACKAGE / f"{name}.py").read_text("utf-8")
    for name in ("folding", "segment", "boundaries", "quotation")
)


@dataclass(frozen=True, eq=False)
class EncodedCorpus:
    """One corpus file as arrays.

    Attributes
    ----------
    name : str
        The file's name, "news.abc_au.txt.xz".
    forms : list of str, length n_forms
        Every folded form that occurs, in order of appearance.
    ids : ndarray of uint32, shape (n_tokens,)
        Index into `forms` of each token.
    flags : ndarray of uint8, shape (n_tokens,)
        A `TokenFlag` for each token.
    sentence_bounds : ndarray of uint32, shape (n_sentences + 1,)
        Sentence `s` holds the tokens ``sentence_bounds[s]:sentence_bounds[s + 1]``.
    document_bounds : ndarray of uint32, shape (n_documents + 1,)
        Document `d` holds the sentences ``document_bounds[d]:document_bounds[d + 1]``.
    """

    name: str
    forms: list[str]
    ids: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    sentence_bounds: NDArray[np.uint32]
    document_bounds: NDArray[np.uint32]

    @property
    def document_of_sentence(self) -> NDArray[np.int64]:
        """Index of the document of each sentence, shape (n_sentences,)."""
        lengths = self.document_bounds[1:] - self.document_bounds[:-1]
        return np.repeat(np.arange(len(lengths)), lengths)


def read_documents(path: Path) -> Iterator[str]:
    """The documents of a corpus file, one after the other, paragraphs on lines of their own."""
    paragraphs: list[str] = []
    with _open(path) as lines:
        for line in lines:
            if line.strip():
                paragraphs.append(line)
            elif paragraphs:
                yield "".join(paragraphs)
                paragraphs = []
    if paragraphs:
        yield "".join(paragraphs)


def encode(path: Path) -> EncodedCorpus:
    """Segment a corpus file."""
    index: defaultdict[str, int] = defaultdict()
    index.default_factory = index.__len__
    ids: list[NDArray[np.uint32]] = []
    flags: list[NDArray[np.uint8]] = []
    sentence_lengths: list[NDArray[np.int32]] = []
    document_lengths: list[int] = []
    for text in read_documents(path):
        document = segment(text)
        if not document.n_tokens:
            continue
        forms = document.forms
        ids.append(np.fromiter((index[form] for form in forms), np.uint32, len(forms)))
        flags.append(document.flags)
        sentence_lengths.append(np.diff(document.sentence_bounds))
        document_lengths.append(document.n_sentences)
    return EncodedCorpus(
        name=path.name,
        forms=list(index),
        ids=np.concatenate([np.empty(0, np.uint32), *ids]),
        flags=np.concatenate([np.empty(0, np.uint8), *flags]),
        sentence_bounds=_bounds(np.concatenate([np.empty(0, np.int32), *sentence_lengths])),
        document_bounds=_bounds(np.array(document_lengths, dtype=np.int32)),
    )


def encode_all(
    corpora: Sequence[Path], *, cache: Path, processes: int = 2
) -> Iterator[EncodedCorpus]:
    """Encode corpus files, each once: what `cache` holds already is read from there.

    Parameters
    ----------
    corpora : sequence of Path
        Corpus files, or folders of them.
    cache : Path
        Folder for the encoded files. A file is recognised by name, size and segmenter.
    processes : int
        How many files to segment at the same time.

    Yields
    ------
    EncodedCorpus
        In the order of the files' names, whatever the order of the arguments.
    """
    paths = corpus_files(corpora)
    cache.mkdir(parents=True, exist_ok=True)
    missing = [path for path in paths if not _cached(path, cache).exists()]
    # The largest first, so that no process is left alone with it at the end.
    missing.sort(key=lambda path: -path.stat().st_size)
    if missing:
        with ProcessPoolExecutor(max_workers=processes) as pool:
            jobs = pool.map(_encode_into, missing, [cache] * len(missing))
            for _ in tqdm(jobs, total=len(missing), desc="segmenting", unit="file"):
                pass
    for path in paths:
        yield _load(path, cache)


def corpus_files(corpora: Sequence[Path]) -> list[Path]:
    """The corpus files named, or lying in the folders named, in order of their names."""
    found: set[Path] = set()
    for path in corpora:
        if path.is_dir():
            found.update(file for file in path.iterdir() if ".txt" in file.suffixes)
        else:
            found.add(path)
    return sorted(found, key=lambda path: path.name)


def _open(path: Path) -> TextIO:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _bounds(lengths: NDArray[np.int32]) -> NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.uint32)


def _cached(path: Path, cache: Path) -> Path:
    """Where the encoded file lies: another segmenter or another text is another file."""
    seal = hashlib.sha256(f"{_FORMAT} {path.stat().st_size} {_CODE}".encode()).hexdigest()[:12]
    return cache / f"{path.name}.{seal}.npz"


def _encode_into(path: Path, cache: Path) -> None:
    corpus = encode(path)
    target = _cached(path, cache)
    partial = target.with_suffix(".partial.npz")
    np.savez(
        partial,
        allow_pickle=False,
        forms=np.frombuffer("\n".join(corpus.forms).encode(), dtype=np.uint8),
        ids=corpus.ids,
        flags=corpus.flags,
        sentence_bounds=corpus.sentence_bounds,
        document_bounds=corpus.document_bounds,
    )
    partial.rename(target)


def _load(path: Path, cache: Path) -> EncodedCorpus:
    with np.load(_cached(path, cache), allow_pickle=False) as arrays:
        return EncodedCorpus(
            name=path.name,
            forms=arrays["forms"].tobytes().decode().split("\n"),
            ids=arrays["ids"],
            flags=arrays["flags"],
            sentence_bounds=arrays["sentence_bounds"],
            document_bounds=arrays["document_bounds"],
        )
