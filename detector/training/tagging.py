"""Trains NLTK's averaged perceptron on a treebank and exports it for `detector.tagging`."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from nltk.tag.perceptron import PerceptronTagger
from numpy.typing import NDArray

from detector.segment import segment
from detector.tagging import FORMAT, SCALE, WEIGHTS, Tagger, units
from detector.training.manifest import record_training
from detector.training.treebank import TreebankSentence, read_sentences

Tagged = list[tuple[str, str]]
"""Words and tags of one sentence."""

_ROUNDS = 8
_SEED = 20251121
_SMALLEST = 0.25
"""Features none of whose weights reaches this are dropped; chosen on the development split."""


def train_tagger(treebank: Path, folder: Path, *, tests: Sequence[Path] = ()) -> dict[str, float]:
    """Train on `treebank`, write ``tagger.npz`` into `folder`, measure on `tests`.

    Returns
    -------
    dict of str to float
        Accuracy (0 to 1) over the words, for each file of `tests`; also in ``training.json``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export(fit(read_tagged(treebank)), folder / WEIGHTS)
    tagger = Tagger.open(folder)
    figures = {path.name: accuracy(tagger, read_tagged(path)) for path in tests}
    record_training(
        folder,
        command="detector train tagger",
        facts={
            "treebank": treebank.name,
            "rounds": _ROUNDS,
            "seed": _SEED,
            "smallest_weight": _SMALLEST,
            "word_accuracy": {name: round(value, 4) for name, value in figures.items()},
        },
    )
    return figures


def read_tagged(path: Path) -> list[Tagged]:
    """The sentences of a treebank, cut into the units that the tagger will meet in use."""
    return [tagged for sentence in read_sentences(path) if (tagged := aligned(sentence))]


def aligned(sentence: TreebankSentence) -> Tagged:
    """Give each unit of the sentence's text the tag of the last annotated word inside it.

    A compound such as "15-year-old", which the treebank splits, thus takes the tag of its head.
    """
    ends: list[tuple[int, str]] = []
    position = 0
    for surface, tag in sentence.tokens:
        start = sentence.text.find(surface, position)
        if start < 0:
            return []
        position = start + len(surface)
        if tag != "HYPH":
            ends.append((position, tag))
    document = segment(sentence.text)
    tagged: Tagged = []
    rest = iter(ends)
    end, tag = next(rest, (0, ""))
    for unit in (unit for index in range(document.n_sentences) for unit in units(document, index)):
        chosen = ""
        while end and end <= unit.end:
            chosen = tag if end > unit.start else chosen
            end, tag = next(rest, (0, ""))
        # Where the treebank's word is longer than the unit ("J." against "J" and ".").
        tagged.append((unit.text, chosen or tag or "."))
    return tagged


def fit(sentences: list[Tagged]) -> PerceptronTagger:
    """Train NLTK's tagger; the same sentences give the same weights."""
    random.seed(_SEED)
    tagger = PerceptronTagger(load=False)
    tagger.train(sentences, nr_iter=_ROUNDS)
    weights = tagger.model.weights
    tagger.model.weights = {
        feature: row
        for feature, row in weights.items()
        if row and max(map(abs, row.values())) >= _SMALLEST
    }
    return tagger


def export(tagger: PerceptronTagger, path: Path) -> None:
    """Write the weights of NLTK's tagger as plain arrays."""
    tags = sorted(tagger.classes)
    column = {tag: index for index, tag in enumerate(tags)}
    names = sorted(name for name in tagger.model.weights if "\n" not in name)
    rows = [sorted(tagger.model.weights[name].items()) for name in names]
    known = sorted((word, tag) for word, tag in tagger.tagdict.items() if "\n" not in word)
    np.savez_compressed(
        path,
        format=np.array(FORMAT),
        tags=_packed(tags),
        known_words=_packed(word for word, _ in known),
        known_tags=np.array([column[tag] for _, tag in known], dtype=np.uint8),
        features=_packed(names),
        offsets=np.cumsum([0, *map(len, rows)], dtype=np.int32),
        columns=np.array([column[tag] for row in rows for tag, _ in row], dtype=np.uint8),
        weights=np.array([round(w * SCALE) for row in rows for _, w in row], dtype=np.int16),
    )


def accuracy(tagger: Tagger, sentences: Iterable[Tagged]) -> float:
    """Share of the words (not the punctuation) that `tagger` tags as annotated."""
    right = words = 0
    for sentence in sentences:
        guesses = tagger.tag([word for word, _ in sentence])
        for (word, tag), guess in zip(sentence, guesses, strict=True):
            if any(map(str.isalnum, word)):
                words += 1
                right += tag == guess
    return right / max(words, 1)


def _packed(lines: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode("utf-8"), dtype=np.uint8)
