"""Learns what tells running prose from headlines and notes (`detector.running_prose`).

Logistic regression on paragraphs of prose and of notes. A spinner could leave out stops or break
lines, so prose is also read with every sentence on a line of its own, with and without its stop,
and notes with a stop after each: what is learnt rests on the words.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from detector.document import Document
from detector.running_prose import RunningProse, is_full, shares
from detector.segment import segment
from detector.training.encoding import corpus_files, read_documents

PARAGRAPHS = 1000
"""Read of each corpus file."""

PROSE_WEIGHT = 0.6
"""Weight of all prose, that of all notes being 1: the chain over the paragraphs expects prose
anyhow. With 1, of the words of bug titles and tweets on the development set 15 and 61 % pass for
prose, instead of 0 and 44 %; of clean prose .02 % at most passes for notes either way."""

AS_IS = 0.6
"""Weight of paragraphs as they stand in the corpora; the rest is that of the altered ones."""

_STOPS = ".!?\u2026\"'\u2019\u201d\u00bb) "


class _Examples(NamedTuple):
    """Paragraphs: root of the number of words, shares, whether notes, weight."""

    roots: NDArray[np.float64]
    shares: NDArray[np.float64]
    is_notes: NDArray[np.bool_]
    weights: NDArray[np.float64]


def train_prose(prose: Sequence[Path], notes: Sequence[Path], folder: Path) -> dict[str, float]:
    """Write the weights that `detector.running_prose` reads.

    Parameters
    ----------
    prose, notes : sequence of Path
        Corpus files named ``REGISTER.NAME.txt``, ``.gz`` or ``.xz``, or folders of them: running
        prose, each register of which counts alike, and headlines and notes, each file alike.
    folder : Path
        ``models/prose``; made if need be.

    Returns
    -------
    dict of str to float
        ``auc`` of single paragraphs by their own words, on the text of the training, and their
        number.
    """
    examples = _joined(
        [
            *_examples(corpus_files(prose), is_notes=False),
            *_examples(corpus_files(notes), is_notes=True),
        ]
    )
    columns = _columns(examples)
    deviations = columns.std(axis=0)
    model = LogisticRegression(max_iter=1000)
    weights_of = examples.weights / examples.weights.mean()
    model.fit(columns / deviations, examples.is_notes, sample_weight=weights_of)
    root, *weights = (model.coef_[0] / deviations).round(4).tolist()
    learnt = RunningProse(round(float(model.intercept_[0]), 4), root, tuple(weights))
    odds = learnt.intercept + columns @ np.array([learnt.root, *learnt.weights])
    auc = roc_auc_score(examples.is_notes, odds, sample_weight=examples.weights)
    figures = {"auc": round(float(auc), 4), "paragraphs": len(odds)}
    facts = {
        "command": "detector train prose",
        "prose": [path.name for path in corpus_files(prose)],
        "notes": [path.name for path in corpus_files(notes)],
        **figures,
    }
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps({**learnt.header(), "trained": facts}, indent=1)
    (folder / "header.json").write_text(content + "\n", encoding="utf-8")
    return figures


def _columns(examples: _Examples) -> NDArray[np.float64]:
    """What the weights are for: the root, and the root times each share."""
    roots = examples.roots[:, None]
    return np.concatenate([roots, roots * examples.shares], axis=1)


def _examples(paths: Sequence[Path], *, is_notes: bool) -> Iterator[_Examples]:
    """The paragraphs of some corpora. Those that full sentences decide are left out."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        groups[path.name if is_notes else path.name.partition(".")[0]].append(path)
    whole = 1.0 if is_notes else PROSE_WEIGHT
    for group in tqdm(groups.values(), desc="notes" if is_notes else "prose", unit="register"):
        for path in group:
            documents = [segment(text) for text in _texts(path)]
            variants = _variants(documents, is_notes=is_notes)
            for share, altered in variants:
                weight = share * whole / len(groups) / len(group)
                found = [_measured(document, is_notes) for document in altered]
                if found:
                    rows = _joined(found)
                    yield rows._replace(weights=rows.weights * weight / rows.weights.sum())


def _texts(path: Path) -> Iterator[str]:
    """Documents of a corpus file, up to `PARAGRAPHS` lines of all of them."""
    left = PARAGRAPHS
    for document in read_documents(path):
        lines = list(islice(document.splitlines(), left))
        left -= len(lines)
        if lines:
            yield "\n".join(lines)
        if not left:
            return


def _variants(
    documents: Sequence[Document], *, is_notes: bool
) -> Iterator[tuple[float, list[Document]]]:
    """The documents as they are, and altered: sentences on lines of their own; with weights."""
    yield AS_IS, list(documents)
    lines = [_sentences(document) for document in documents]
    bare = [[line.rstrip(_STOPS) for line in of] for of in lines]
    altered = [[f"{line}." for line in of] for of in bare] if is_notes else lines
    rest = 1 - AS_IS
    if not is_notes:
        rest /= 2
        yield rest, [segment("\n\n".join(of)) for of in bare]
    yield rest, [segment("\n\n".join(of)) for of in altered]


def _sentences(document: Document) -> list[str]:
    surfaces = (sentence.span.of(document.text) for sentence in document.sentences())
    return [" ".join(surface.split()) for surface in surfaces]


def _measured(document: Document, is_notes: bool) -> _Examples:
    """The paragraphs of a document, each weighed by the root of its words."""
    lengths = np.diff(document.sentence_bounds[document.paragraph_bounds])
    kept = ~is_full(document)
    roots = np.sqrt(lengths[kept].astype(np.float64))
    labels = np.full(len(roots), is_notes, dtype=np.bool_)
    return _Examples(roots, shares(document)[kept], labels, roots)


def _joined(examples: Sequence[_Examples]) -> _Examples:
    return _Examples(*(np.concatenate(column) for column in zip(*examples, strict=True)))
