"""Passages that a text says again: read once, and counted once.

An article that is pasted twice has no more evidence than one copy of it, and its words return no
more often. So the models read the text without the repeats, and a repeat takes what they said of
the first time.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.document import Document

LEAST_REPEATED = 20
"""Tokens in a row. Shorter repeats are a manner of speaking: "He laughed.", a refrain."""


def repeated(document: Document) -> NDArray[np.bool_]:
    """Which sentences belong to a passage of sentences that were all said before.

    Returns
    -------
    ndarray of bool, shape (n_sentences,)
        The same words make the same sentence, whatever their case and marks.
    """
    said: set[tuple[str, ...]] = set()
    again = np.zeros(document.n_sentences, dtype=np.bool_)
    bounds, forms = document.sentence_bounds.tolist(), document.forms
    for sentence in range(document.n_sentences):
        words = tuple(forms[bounds[sentence] : bounds[sentence + 1]])
        again[sentence] = words in said
        said.add(words)
    edges = np.flatnonzero(np.diff(again, prepend=False, append=False))
    for first, last in edges.reshape(-1, 2).tolist():
        again[first:last] = bounds[last] - bounds[first] >= LEAST_REPEATED
    return again


def distinct(document: Document) -> tuple[Document, NDArray[np.int64]]:
    """The document without its repeats, and where each token stands in it.

    Returns
    -------
    document : Document
        The same one where nothing is repeated.
    token_of : ndarray of int64, shape (n_tokens,)
        For each token of the whole its place in that document; for one of a repeat, the place of
        the same word when it was said first.
    """
    again = repeated(document)
    if not again.any():
        return document, np.arange(document.n_tokens)
    lengths = np.diff(document.sentence_bounds)
    kept_tokens = ~np.repeat(again, lengths)
    kept_paragraphs = np.bincount(document.paragraph_of[~again], minlength=document.n_paragraphs)
    bounds = document.sentence_bounds.tolist()
    firsts: dict[tuple[str, ...], int] = {}
    token_of = np.zeros(document.n_tokens, dtype=np.int64)
    at = 0
    for sentence, is_repeat in enumerate(again.tolist()):
        first, last = bounds[sentence : sentence + 2]
        words = tuple(document.forms[first:last])
        start = firsts[words] if is_repeat else at
        firsts.setdefault(words, start)
        token_of[first:last] = np.arange(start, start + last - first)
        at += 0 if is_repeat else last - first
    return (
        replace(
            document,
            starts=document.starts[kept_tokens],
            ends=document.ends[kept_tokens],
            flags=document.flags[kept_tokens],
            sentence_spans=document.sentence_spans[~again],
            sentence_bounds=_bounds(lengths[~again]),
            paragraph_bounds=_bounds(kept_paragraphs[kept_paragraphs > 0]),
        ),
        token_of,
    )


def _bounds(lengths: NDArray[np.integer]) -> NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
