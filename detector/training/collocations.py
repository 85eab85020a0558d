"""Counts a reference corpus and writes the look-up that `detector.collocations` opens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detector.association import ContingencyTable, log_likelihood
from detector.collocations import (
    CLASS_FORMS,
    EDGE,
    FORMAT,
    LARGE,
    NUMBER,
    PAUSE,
    RELATIONS,
    Relation,
)
from detector.document import TokenFlag
from detector.function_words import FUNCTION_WORDS
from detector.training.encoding import EncodedCorpus, encode_all
from detector.training.manifest import record_training

HELD_OUT = 25
"""Every 25th document of a corpus is not counted: the fit model is trained on those, and must
meet pairs there as it will meet them in an article, not pairs that the look-up has seen."""

WINDOW = range(2, 6)
"""Distances, in tokens, that the relation "window" spans."""


@dataclass(frozen=True, eq=False)
class IdStream:
    """A corpus in the ids of the final vocabulary.

    `ids` (int32, -1 unknown), `sentence` (int32, index of the sentence) and `adjacent` (bool: only
    white space before the token) all have the shape (n_tokens,).
    """

    ids: NDArray[np.int32]
    sentence: NDArray[np.int32]
    adjacent: NDArray[np.bool_]


def train(
    corpora: Sequence[Path],
    out: Path,
    *,
    cache: Path,
    max_forms: int = 60_000,
    min_count: int = 2,
    max_adjacent: int = 4_000_000,
    max_window: int = 1_350_000,
    processes: int = 2,
) -> None:
    """Count word pairs over corpora and write the look-up.

    Parameters
    ----------
    corpora : sequence of Path
        Corpus files (one paragraph a line, a blank line between documents), or folders of them.
    out : Path
        Folder to write, made if need be.
    cache : Path
        Folder for the segmented corpora, reused by later runs.
    max_forms : int
        Size of the vocabulary, the class forms included; at most 65,536.
    min_count : int
        Pairs seen less often are dropped.
    max_adjacent, max_window : int
        How many pairs of a relation to keep: those of the highest log-likelihood. A pair takes
        three bytes. The default keeps every adjacent pair of the shipped corpora, because "at most
        once" is what a report says of one that is missing.
    processes : int
        How many files to segment at the same time.
    """
    if max_forms > 1 << 16:
        raise ValueError(f"max_forms is {max_forms}, but ids have 16 bits: take 65536 at most")
    encoded = list(encode_all(corpora, cache=cache, processes=processes))
    limits: dict[Relation, int] = {"adjacent": max_adjacent, "window": max_window}
    write(encoded, out, max_forms=max_forms, min_count=min_count, limits=limits)
    facts = {"max_forms": max_forms, "min_count": min_count, "max_pairs": limits}
    record_training(out, command="detector train collocations", facts=facts)


def write(
    encoded: Sequence[EncodedCorpus],
    out: Path,
    *,
    max_forms: int,
    min_count: int,
    limits: Mapping[Relation, int],
) -> None:
    """Count encoded corpora and write the look-up; for the parameters see `train`."""
    trie = marisa_trie.Trie(vocabulary(encoded, max_forms))
    streams = [id_stream(corpus, trie, held_out=False) for corpus in encoded]
    out.mkdir(parents=True, exist_ok=True)
    trie.save(str(out / "vocabulary.marisa"))
    ids = np.concatenate([stream.ids for stream in streams])
    frequency = np.bincount(ids[ids >= 0], minlength=len(trie))
    np.save(out / "frequency.npy", frequency.astype(np.uint32))
    header = {
        "format": FORMAT,
        "words": len(ids),
        "forms": len(trie),
        "min_count": min_count,
        "held_out": HELD_OUT,
        "corpora": [corpus.name for corpus in encoded],
        "relations": {
            relation: _write_relation(
                out, relation, streams, trie, min_count=min_count, limit=limits[relation]
            )
            for relation in RELATIONS
        },
    }
    text = json.dumps(header, indent=1, ensure_ascii=False)
    (out / "header.json").write_text(text + "\n", encoding="utf-8")


def vocabulary(encoded: Iterable[EncodedCorpus], max_forms: int) -> list[str]:
    """The class forms and the most frequent words, in code-point order."""
    totals: Counter[str] = Counter()
    for corpus in encoded:
        words = (corpus.flags & TokenFlag.WORD) > 0
        counts = np.bincount(corpus.ids[words], minlength=len(corpus.forms))
        for form_id in np.flatnonzero(counts).tolist():
            totals[corpus.forms[form_id]] += int(counts[form_id])
    ranked = sorted(totals, key=lambda form: (-totals[form], form))
    return sorted([*ranked[: max_forms - len(CLASS_FORMS)], *CLASS_FORMS])


def id_stream(corpus: EncodedCorpus, trie: marisa_trie.Trie, *, held_out: bool) -> IdStream:
    """The counted documents of a corpus, or the held-out ones, in the ids of `trie`."""
    global_ids = np.fromiter((trie.get(form, -1) for form in corpus.forms), np.int32)
    ids = global_ids[corpus.ids]
    ids[(corpus.flags & (TokenFlag.ADDRESS | TokenFlag.CODE)) > 0] = -1
    ids[(corpus.flags & TokenFlag.NUMBER) > 0] = trie[NUMBER]
    n_sentences = len(corpus.sentence_bounds) - 1
    lengths = corpus.sentence_bounds[1:] - corpus.sentence_bounds[:-1]
    sentence = np.repeat(np.arange(n_sentences, dtype=np.int32), lengths)
    wanted = ((corpus.document_of_sentence % HELD_OUT == 0) == held_out)[sentence]
    adjacent = (corpus.flags & TokenFlag.ADJACENT) > 0
    return IdStream(ids[wanted], sentence[wanted], adjacent[wanted])


def adjacent_pairs(stream: IdStream, edge: int, pause: int) -> NDArray[np.int32]:
    """Left and right id of every adjacent pair, edges and pauses included, shape (2, n_pairs)."""
    ids, n = stream.ids, len(stream.ids)
    starts = np.ones(n + 1, dtype=bool)
    starts[1:n] = stream.sentence[1:] != stream.sentence[:-1]
    apart = np.ones(n + 1, dtype=bool)
    apart[:n] = ~stream.adjacent | starts[:n]
    border = np.where(starts, edge, pause).astype(np.int32)
    together = np.flatnonzero(~apart)
    before_border = np.flatnonzero(apart[1:])
    after_border = np.flatnonzero(apart[:n])
    left = np.concatenate([ids[together - 1], ids[before_border], border[after_border]])
    right = np.concatenate([ids[together], border[before_border + 1], ids[after_border]])
    return np.stack([left, right])


def window_pairs(stream: IdStream, content: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Left and right id of every pair of content words within the window, shape (2, n_pairs).

    `content` has the shape (n_forms + 1,); its last entry, for id -1, is False.
    """
    is_content = content[stream.ids]
    lefts, rights = [], []
    for distance in WINDOW:
        near = (
            is_content[:-distance]
            & is_content[distance:]
            & (stream.sentence[:-distance] == stream.sentence[distance:])
        )
        where = np.flatnonzero(near)
        lefts.append(stream.ids[where])
        rights.append(stream.ids[where + distance])
    return np.stack([np.concatenate(lefts), np.concatenate(rights)])


def content_mask(trie: marisa_trie.Trie) -> NDArray[np.bool_]:
    """Which ids are content words, shape (n_forms + 1,); the last entry stands for id -1."""
    content = np.ones(len(trie) + 1, dtype=bool)
    content[-1] = False
    for form in FUNCTION_WORDS | CLASS_FORMS:
        if form in trie:
            content[trie[form]] = False
    return content


def _pairs_of(
    relation: Relation, streams: Iterable[IdStream], trie: marisa_trie.Trie
) -> Iterator[NDArray[np.int32]]:
    content = content_mask(trie)
    for stream in tqdm(streams, desc=f"pairing ({relation})", unit="file"):
        if relation == "adjacent":
            yield adjacent_pairs(stream, trie[EDGE], trie[PAUSE])
        elif len(stream.ids) > WINDOW.stop:
            yield window_pairs(stream, content)


def _write_relation(
    out: Path,
    relation: Relation,
    streams: Iterable[IdStream],
    trie: marisa_trie.Trie,
    *,
    min_count: int,
    limit: int,
) -> dict[str, int]:
    """Count, prune and write one relation; returns its part of the header."""
    n_forms = len(trie)
    total = 0
    left_margin = np.zeros(n_forms, dtype=np.int64)
    right_margin = np.zeros(n_forms, dtype=np.int64)
    keys = []
    for left, right in _pairs_of(relation, streams, trie):
        total += len(left)
        left_margin += np.bincount(left[left >= 0], minlength=n_forms)
        right_margin += np.bincount(right[right >= 0], minlength=n_forms)
        known = (left >= 0) & (right >= 0)
        keys.append(left[known].astype(np.uint32) << np.uint32(16) | right[known].astype(np.uint32))
    pairs, counts = count_sorted(np.concatenate(keys))
    enough = counts >= min_count
    pairs, counts = pairs[enough], counts[enough]
    lefts, rights = (pairs >> np.uint32(16)).astype(np.int64), (pairs & 0xFFFF).astype(np.int64)
    table = ContingencyTable(counts, left_margin[lefts], right_margin[rights], total)
    kept = np.sort(np.argsort(-log_likelihood(table), kind="stable")[:limit])
    offsets = np.concatenate([[0], np.cumsum(np.bincount(lefts[kept], minlength=n_forms))])
    counts = counts[kept]
    is_large = np.flatnonzero(counts >= LARGE)
    arrays: dict[str, NDArray[Any]] = {
        "left": left_margin.astype(np.uint32),
        "right": right_margin.astype(np.uint32),
        "offsets": offsets.astype(np.uint32),
        "neighbours": rights[kept].astype(np.uint16),
        "counts": np.minimum(counts, LARGE).astype(np.uint8),
        "large": np.stack([is_large, counts[is_large]]).astype(np.uint32),
    }
    for name, array in arrays.items():
        np.save(out / f"{relation}.{name}.npy", array)
    return {"total": total, "pairs": len(kept)}


def count_sorted(keys: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The distinct keys in ascending order, and how often each occurs. Sorts `keys` in place."""
    keys.sort()
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[starts], np.diff(np.append(starts, len(keys)))
