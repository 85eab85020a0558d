"""Part of speech (Penn Treebank tags) of the words of a sentence.

The weights are those of NLTK's averaged perceptron (`nltk.tag.perceptron`, after M. Honnibal;
Collins 2002, "Discriminative Training Methods for Hidden Markov Models"), trained by
`detector.training.tagging`. Decoding them needs no NLTK, whose import takes longer than an article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from detector.document import Document
from detector.errors import ModelError

FORMAT = 1
WEIGHTS = "tagger.npz"
SCALE = 1000
"""Weights are stored as whole thousandths, which is how NLTK rounds them."""

_START = ["-START-", "-START2-"]
_END = ["-END-", "-END2-"]
_CLITIC = re.compile(r"(?i)(?<=\w)(?:n['\u2019]t|['\u2019](?:s|re|ve|ll|d|m)|(?<=\bcan)not)\Z")
_PUNCTUATION = re.compile(r"\.{2,}|-{2,}|[^\s\w]")
_STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")


class Unit(NamedTuple):
    """What the tagger tags: a word without its clitic, a clitic, a punctuation mark."""

    text: str
    start: int
    end: int
    token: int
    """Index of the token of the document that it belongs to; -1 for punctuation."""


@dataclass(frozen=True, eq=False)
class Tagger:
    """A trained tagger. `open` makes it.

    Attributes
    ----------
    tags : tuple of str
        Penn tags, in alphabetical order.
    known : dict of str to str
        The tag of words that hardly ever have another.
    features : dict of str to int
        Row of each feature.
    offsets : list of int, length n_features + 1
        Row `r` has the weights ``offsets[r]:offsets[r + 1]``.
    columns, weights : list of int, length n_weights
        Index into `tags`, and weight in thousandths.
    """

    tags: tuple[str, ...]
    known: dict[str, str]
    features: dict[str, int]
    offsets: list[int]
    columns: list[int]
    weights: list[int]

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read ``tagger.npz`` of `folder`.

        Raises
        ------
        ModelError
            If it is missing, damaged or of another format.
        """
        path = folder / WEIGHTS
        try:
            with np.load(path, allow_pickle=False) as arrays:
                found = int(arrays["format"])
                if found != FORMAT:
                    raise ModelError(f"{path} has format {found}; this release reads {FORMAT}")
                tags = tuple(_lines(arrays["tags"]))
                words = _lines(arrays["known_words"])
                return cls(
                    tags=tags,
                    known=dict(
                        zip(words, (tags[i] for i in arrays["known_tags"].tolist()), strict=True)
                    ),
                    features={name: row for row, name in enumerate(_lines(arrays["features"]))},
                    offsets=arrays["offsets"].tolist(),
                    columns=arrays["columns"].tolist(),
                    weights=arrays["weights"].tolist(),
                )
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(
                f"{path} cannot be read ({error}): install the package again, or train it with "
                "'detector train tagger'"
            ) from None

    def tag(self, words: Sequence[str]) -> list[str]:
        """Penn tags of the words of one sentence, cut as the treebanks cut them.

        Parameters
        ----------
        words : sequence of str, length n
            Words, clitics ("n't", "'s") and punctuation, in their written case.

        Returns
        -------
        list of str, length n
        """
        context = [*_START, *map(_normalised, words), *_END]
        tags: list[str] = []
        before, second = _START
        for place, word in enumerate(words):
            tag = self.known.get(word) or self._best(features(word, place, context, before, second))
            tags.append(tag)
            before, second = tag, before
        return tags

    def tag_sentence(self, document: Document, index: int) -> list[str]:
        """Tags of the tokens of sentence `index`; "PRP+VBZ" for a word with its clitic ("he's")."""
        found = units(document, index)
        sentence = document.sentence(index)
        tags = [""] * (sentence.last - sentence.first)
        for unit, tag in zip(found, self.tag([unit.text for unit in found]), strict=True):
            if unit.token >= 0:
                place = unit.token - sentence.first
                tags[place] = f"{tags[place]}+{tag}" if tags[place] else tag
        return tags

    def _best(self, names: Iterator[str]) -> str:
        scores = [0] * len(self.tags)
        for name in names:
            row = self.features.get(name)
            if row is not None:
                for place in range(self.offsets[row], self.offsets[row + 1]):
                    scores[self.columns[place]] += self.weights[place]
        # NLTK takes the alphabetically last of equals.
        best = max(range(len(scores)), key=lambda column: (scores[column], column))
        return self.tags[best]


def units(document: Document, index: int) -> list[Unit]:
    """Cut sentence `index` as the tagger knows it, punctuation between the tokens included."""
    sentence = document.sentence(index)
    found: list[Unit] = []
    position = sentence.span.start
    for token in range(sentence.first, sentence.last):
        start, end = document.span(token)
        found.extend(_marks(document.text, position, start))
        cut = _CLITIC.search(document.text[start:end])
        middle = start + cut.start() if cut else end
        found.append(Unit(_straight(document.text[start:middle]), start, middle, token))
        if cut:
            found.append(Unit(_straight(document.text[middle:end]), middle, end, token))
        position = end
    found.extend(_marks(document.text, position, sentence.span.end))
    return found


def features(
    word: str, place: int, context: Sequence[str], before: str, second: str
) -> Iterator[str]:
    """The features of NLTK's tagger for the word at `place`, with the two tags before it."""
    here = place + len(_START)
    previous, following = context[here - 1], context[here + 1]
    yield "bias"
    yield f"i suffix {word[-3:]}"
    yield f"i pref1 {word[:1]}"
    yield f"i-1 tag {before}"
    yield f"i-2 tag {second}"
    yield f"i tag+i-2 tag {before} {second}"
    yield f"i word {context[here]}"
    yield f"i-1 tag+i word {before} {context[here]}"
    yield f"i-1 word {previous}"
    yield f"i-1 suffix {previous[-3:]}"
    yield f"i-2 word {context[here - 2]}"
    yield f"i+1 word {following}"
    yield f"i+1 suffix {following[-3:]}"
    yield f"i+2 word {context[here + 2]}"


def _normalised(word: str) -> str:
    if "-" in word and word[0] != "-":
        return "!HYPHEN"
    if word.isdigit() and len(word) == 4:
        return "!YEAR"
    return "!DIGITS" if word[:1].isdigit() else word.lower()


def _marks(text: str, start: int, end: int) -> Iterator[Unit]:
    for mark in _PUNCTUATION.finditer(text, start, end):
        yield Unit(_straight(mark.group()), mark.start(), mark.end(), -1)


def _straight(text: str) -> str:
    return text.translate(_STRAIGHT)


def _lines(characters: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> list[str]:
    content = characters.tobytes().decode("utf-8")
    return content.split("\n") if content else []
