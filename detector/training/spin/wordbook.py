"""What the families know of words: frequencies, readings, variants."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from detector.training.inflection import Inflections, Reading
from detector.training.spin.variants import Variants

Swaps = dict[str, dict[str, float]]
"""By form: what may replace it (a form, or words parted by a space), with relative chances."""


@dataclass(frozen=True)
class Wordbook:
    """Words as the corpora use them.

    Attributes
    ----------
    frequencies : mapping of str to int
        Occurrences of each form in clean text; what is not in it does not exist.
    inflections : Inflections
        Readings of those forms.
    tags : mapping of (str, str) to int
        How often a form bears a Penn tag in a treebank; empty makes all readings alike.
    word_classes : mapping of str to str
        The most frequent universal part of speech ("ADP") of the forms of the treebank.
    """

    frequencies: Mapping[str, int]
    inflections: Inflections
    tags: Mapping[tuple[str, str], int] = field(default_factory=dict)
    word_classes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def variants(self) -> Variants:
        """Tells variants of one word from replacements."""
        return Variants(self.inflections)

    def readings(self, form: str) -> list[tuple[Reading, float]]:
        """Readings of `form` with their shares, which add up to 1.

        A form outside the dictionary (a preposition, a name) is read as itself, untagged.
        """
        readings = self.inflections.read(form)
        if not readings:
            return [(Reading(form, ""), 1.0)]
        counts = [self.tags.get((form, reading.tag), 0) + _SMOOTHING for reading in readings]
        total = sum(counts)
        return [(reading, count / total) for reading, count in zip(readings, counts, strict=True)]

    def exists(self, words: str) -> bool:
        """Whether every word occurs in clean text."""
        return all(word in self.frequencies for word in words.split(" "))

    def commonness(self, words: str) -> float:
        """Fourth root of the rarest word's frequency: spinners lean to common words a little."""
        return float(min(self.frequencies.get(word, 0) for word in words.split(" ")) ** 0.25)

    def inflected(self, lemma: str, tag: str) -> str | None:
        """The form of a lemma or phrase under a Penn tag, None where it has none.

        The first word of a verb phrase is inflected ("kicked the bucket"), the last of a nominal
        one ("states of affairs" comes out as "state of affairs": a spinner knows no better).
        """
        words = lemma.split(" ")
        if len(words) == 1 or not tag:
            return self.inflections.inflect(lemma, tag) if tag else lemma
        place = 0 if tag.startswith("VB") else -1
        words[place] = self.inflections.inflect(words[place], tag) or words[place]
        return " ".join(words)


_SMOOTHING = 0.5


def read_treebank(
    paths: Iterable[Path],
) -> tuple[Counter[tuple[str, str]], dict[str, str]]:
    """Count how often each form bears each tag in CoNLL-U files.

    Parameters
    ----------
    paths : iterable of Path
        Training parts of treebanks, ``.conllu`` or ``.conllu.gz``.

    Returns
    -------
    tags : Counter of (form, Penn tag)
        Fit for `Wordbook.tags`; forms in lower case.
    word_classes : dict of str to str
        Fit for `Wordbook.word_classes`.
    """
    tags: Counter[tuple[str, str]] = Counter()
    classes: dict[str, Counter[str]] = {}
    for path in paths:
        for form, universal, penn in _tagged(path):
            tags[form, penn] += 1
            classes.setdefault(form, Counter())[universal] += 1
    return tags, {form: counts.most_common(1)[0][0] for form, counts in classes.items()}


def _tagged(path: Path) -> Iterator[tuple[str, str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split("\t")
            if len(fields) == 10 and fields[0].isdigit():
                yield fields[1].lower(), fields[3], fields[4]
