"""The encoder reads a text once and says for every word how likely software put it there.

Replaced-token detection (Clark et al. 2020, ELECTRA) with a small BERT-like encoder: each window
of the text goes through it alone, so a word's probability never depends on what else is scored.

Folder format, version 1
------------------------
===================  ===========================================================================
``encoder.onnx``     ``ids`` (1, n_pieces) int64 -> ``logits`` (1, n_pieces) and ``vectors``
                     (1, n_pieces, width) float32; int8 weights
``tokenizer.json``   the wordpiece vocabulary, for the `tokenizers` library
``restoration.npz``  names what stood there (`detector.restoration_head`); may be missing
``encoder.json``     format version; window and context, in pieces; calibration (``scale`` and
                     ``shift`` of the logits); share of replaced words in training; weights of
                     `detector.blend`; how the model was trained
===================  ===========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.blend import Blend
from detector.document import Document, TokenFlag
from detector.errors import ModelError
from detector.folding import fold
from detector.header import read_header
from detector.mention import is_about_words
from detector.restoration_head import FILE as RESTORATION
from detector.restoration_head import RestorationHead

FORMAT = 1

PAD, UNKNOWN, CLS, SEP = 0, 100, 101, 102
"""Piece ids: filler, what no piece spells, before a document, after it and each paragraph."""

MAX_WORD_PIECES = 8
"""Pieces of a token beyond these are not read: addresses and formulas would fill the window."""

SUSPICIOUS = 0.03
"""Vectors are kept of the words whose probability reaches this: a flag needs more."""

_MAX_SURFACES = 200_000
"""Surfaces whose pieces are remembered; a book holds some 20,000."""


def marks(gap: str) -> list[str]:
    """The folded punctuation marks of what stands between two tokens.

    Training text is cut by the same rule: an ellipsis is three stops, every other mark itself.

    Examples
    --------
    >>> marks("\u2026 (\u201c")
    ['.', '.', '.', '(', '"']
    """
    if gap.isspace() or not gap:
        return []
    return [mark for mark in fold(gap) if not mark.isspace()]


@dataclass(frozen=True, eq=False)
class Pieces:
    """A document as the encoder reads it, without the special pieces at its two ends.

    Attributes
    ----------
    ids : ndarray of int64, shape (n_pieces,)
        Piece ids. Nothing marks where a paragraph ends: the same words are read in the same way
        however they are laid out.
    first : ndarray of int64, shape (n_tokens,)
        Index of each token's first piece.
    sentence_starts : ndarray of int64, shape (n_sentences,)
        Index of each sentence's first piece.
    """

    ids: NDArray[np.int64]
    first: NDArray[np.int64]
    sentence_starts: NDArray[np.int64]


def pieces_of(
    document: Document,
    encode: Callable[[str], Sequence[int]],
    *,
    hidden: NDArray[np.bool_] | None = None,
) -> Pieces:
    """Cut a document into pieces.

    Parameters
    ----------
    document : Document
        The text.
    encode : callable
        Piece ids of one folded token or mark.
    hidden : ndarray of bool, shape (n_tokens,), optional
        Tokens that are read as unknown words; default: none.
    """
    text, forms = document.text, document.forms
    starts, ends = document.starts.tolist(), document.ends.tolist()
    bounds = document.sentence_bounds.tolist()
    ids: list[int] = []
    first: list[int] = []
    sentence_starts: list[int] = []
    for sentence, (sentence_start, sentence_end) in enumerate(document.sentence_spans.tolist()):
        sentence_starts.append(len(ids))
        at = sentence_start
        for token in range(bounds[sentence], bounds[sentence + 1]):
            for mark in marks(text[at : starts[token]]):
                ids += encode(mark)
            first.append(len(ids))
            ids += [UNKNOWN] if hidden is not None and hidden[token] else encode(forms[token])
            at = ends[token]
        for mark in marks(text[at:sentence_end]):
            ids += encode(mark)
    return Pieces(*(np.array(column, dtype=np.int64) for column in (ids, first, sentence_starts)))


class Window(NamedTuple):
    """Pieces ``[first, last)`` are read together; of those, ``[scored, scored_last)`` count."""

    first: int
    last: int
    scored: int
    scored_last: int


def windows(
    n_pieces: int, sentence_starts: NDArray[np.int64], *, size: int, context: int
) -> list[Window]:
    """Cover a document with overlapping windows that score every piece once.

    A window holds whole sentences where they fit, and each piece is scored where it has the most
    context on its poorer side.

    Parameters
    ----------
    n_pieces : int
        Length of the document, at least 1.
    sentence_starts : ndarray of int64, shape (n_sentences,)
        Where a window may begin without cutting a sentence.
    size : int
        Most pieces in a window.
    context : int
        How many pieces two neighbouring windows share at least, below `size`.

    Examples
    --------
    >>> for window in windows(10, np.array([0, 3, 6]), size=8, context=2):
    ...     print(*window)
    0 8 0 6
    3 10 6 10
    """
    spans = []
    first = 0
    while True:
        last = min(first + size, n_pieces)
        if last == n_pieces:
            # The last window reaches back: there is room.
            at = int(np.searchsorted(sentence_starts, n_pieces - size))
            if at < len(sentence_starts):
                first = min(first, int(sentence_starts[at]))
            spans.append((first, last))
            break
        spans.append((first, last))
        latest = last - context
        at = int(np.searchsorted(sentence_starts, latest, side="right")) - 1
        first = int(sentence_starts[at]) if at >= 0 and sentence_starts[at] > first else latest
    cuts = [0]
    for (_, last), (first, _) in pairwise(spans):
        cuts.append((first + last + 1) // 2)
    cuts.append(n_pieces)
    return [Window(*span, *cut) for span, cut in zip(spans, pairwise(cuts), strict=True)]


@dataclass(frozen=True, eq=False)
class Reading:
    """What the encoder made of a document.

    Attributes
    ----------
    p_replaced : ndarray of float32, shape (n_tokens,)
        P(software replaced it) of each token, calibrated for text of which the share
        `Encoder.training_share` is replaced, 0 to 1; 0 for numbers, addresses and code.
    suspicious : ndarray of int64, shape (n_suspicious,)
        Tokens whose probability reaches `SUSPICIOUS`, ascending; none where there is no
        restoration head.
    vectors : ndarray of float16, shape (n_suspicious, width)
        What the restoration head needs of them.
    """

    p_replaced: NDArray[np.float32]
    suspicious: NDArray[np.int64]
    vectors: NDArray[np.float16]

    @classmethod
    def of(cls, p_replaced: NDArray[np.float32]) -> Reading:
        """Probabilities alone."""
        return cls(p_replaced, np.zeros(0, np.int64), np.zeros((0, 0), np.float16))

    def where(self, chosen: NDArray[np.bool_], other: Reading) -> Reading:
        """One reading of a document at the chosen tokens, another one elsewhere."""
        sides = [
            (reading, chosen[reading.suspicious] == (reading is self)) for reading in (self, other)
        ]
        suspicious = np.concatenate([reading.suspicious[kept] for reading, kept in sides])
        vectors = [reading.vectors[kept] for reading, kept in sides if kept.any()]
        order = np.argsort(suspicious)
        return Reading(
            np.where(chosen, self.p_replaced, other.p_replaced),
            suspicious[order],
            np.concatenate(vectors)[order] if vectors else self.vectors[:0],
        )

    def vectors_at(
        self, tokens: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Positions in `tokens` of those that have a vector, and the vectors."""
        _, asked, held = np.intersect1d(
            tokens, self.suspicious, assume_unique=True, return_indices=True
        )
        return asked, self.vectors[held]


class ModelOutput(NamedTuple):
    """One window: logits (n_pieces,), and vectors (n_pieces, width) where there is a head."""

    logits: NDArray[np.float32]
    vectors: NDArray[np.float32] | None


class Encoder:
    """Replaced-token detection with an ONNX model. Safe to share between threads.

    Attributes
    ----------
    training_share : float
        Share of replaced words in the text the probabilities are calibrated for.
    blend : Blend
        How much the collocations count beside it.
    facts : dict
        What ``encoder.json`` says.
    run : callable
        The model itself: ids of pieces, shape (n_pieces,), to its output.
    """

    def __init__(
        self,
        run: Callable[[NDArray[np.int64]], ModelOutput],
        encode: Callable[[str], Sequence[int]],
        facts: dict[str, Any],
        head: RestorationHead | None = None,
    ) -> None:
        self.run = run
        self.head = head
        self._encode_surface = encode
        self._known: dict[str, tuple[int, ...]] = {}
        self.facts = facts
        self.training_share: float = facts["training_share"]
        self.blend = Blend(**facts["blend"])

    @classmethod
    def open(cls, folder: Path) -> Encoder:
        """Open a folder of the format above.

        Raises
        ------
        ModelError
            If a file is missing or the format is another version's.
        """
        from tokenizers import Tokenizer

        from detector.onnx_runtime import load

        onnxruntime = load()

        facts = read_header(folder, "encoder", FORMAT, name="encoder.json")
        for name in ("encoder.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise ModelError(f"{folder / name} is missing: install the models again")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

        head = RestorationHead.open(folder) if (folder / RESTORATION).is_file() else None
        names = ["logits"] if head is None else ["logits", "vectors"]

        def run(ids: NDArray[np.int64]) -> ModelOutput:
            logits, *vectors = session.run(names, {"ids": ids[None]})
            return ModelOutput(logits[0], vectors[0][0] if vectors else None)

        def encode(surface: str) -> list[int]:
            # The tokenizer refuses a lone surrogate, which a JSON string may hold.
            text = surface.encode("utf-8", errors="replace").decode("utf-8")
            ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
            return ids

        return cls(run, encode, facts, head)

    def read(self, documents: Sequence[Document]) -> list[Reading]:
        """Read texts, each by itself, before any prior of an article.

        One odd word makes the encoder doubt its neighbours, as it should. In a text about odd words
        the author's own are read once more, with those that it quotes or mentions hidden.
        """
        return [self._read_own(document) for document in documents]

    def _read_own(self, document: Document) -> Reading:
        whole = self._read(document)
        quoted = (document.flags & TokenFlag.QUOTED) > 0
        if not quoted.any() or not is_about_words(document.text):
            return whole
        return whole.where(quoted, self._read(document, hidden=quoted))

    def _read(self, document: Document, hidden: NDArray[np.bool_] | None = None) -> Reading:
        if not document.n_tokens:
            return Reading.of(np.zeros(0, dtype=np.float32))
        pieces = pieces_of(document, self._encode, hidden=hidden)
        is_word = np.zeros(len(pieces.ids), dtype=np.bool_)
        is_word[pieces.first] = (document.flags & TokenFlag.WORD) > 0
        p = np.zeros(len(pieces.ids), dtype=np.float32)
        kept, vectors = [], []
        for window, output in self._windows(pieces):
            scored = slice(window.scored, window.scored_last)
            p[scored] = np.where(is_word[scored], self._probability(output.logits), 0.0)
            if output.vectors is not None:
                at = np.flatnonzero(p[scored] >= SUSPICIOUS)
                kept.append(window.scored + at)
                vectors.append(output.vectors[at].astype(np.float16))
        p_replaced = p[pieces.first]
        if not kept:
            return Reading.of(p_replaced)
        suspicious = np.searchsorted(pieces.first, np.concatenate(kept))
        return Reading(p_replaced, suspicious, np.concatenate(vectors))

    def _probability(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        scaled = self.facts["scale"] * logits.astype(np.float64) + self.facts["shift"]
        probability = 1.0 / (1.0 + np.exp(-np.clip(scaled, -60.0, 60.0)))
        return np.asarray(probability, dtype=np.float32)

    def _windows(self, pieces: Pieces) -> Iterator[tuple[Window, ModelOutput]]:
        """Each window, and what the model says of the pieces that it scores."""
        size, context = self.facts["window"] - 2, self.facts["context"]
        for window in windows(len(pieces.ids), pieces.sentence_starts, size=size, context=context):
            ids = np.concatenate([[CLS], pieces.ids[window.first : window.last], [SEP]])
            scored = slice(1 + window.scored - window.first, 1 + window.scored_last - window.first)
            output = self.run(ids)
            vectors = None if output.vectors is None else output.vectors[scored]
            yield window, ModelOutput(output.logits[scored], vectors)

    def _encode(self, surface: str) -> tuple[int, ...]:
        known = self._known.get(surface)
        if known is None:
            if len(self._known) >= _MAX_SURFACES:
                self._known.clear()
            ids = self._encode_surface(surface)[:MAX_WORD_PIECES]
            known = self._known[surface] = tuple(ids) or (UNKNOWN,)
        return known
