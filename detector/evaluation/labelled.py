"""Labelled texts: what the table is measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from detector.document import Document, Span

MIN_WORDS = 40
"""Shorter paragraphs are not judged; shorter texts get no reliability."""
IGNORED = 255
"""Token label where nobody knows whether software replaced the token; counts for nothing."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A span that software put there.

    Attributes
    ----------
    span : Span
        Code points into the text.
    expected : tuple of str
        What stood there, or what would be right; empty where that is unknown.
    certain : bool
        False for a span that is neither expected to be found nor wrong to be found.
    """

    span: Span
    expected: tuple[str, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, and what is known of it.

    Attributes
    ----------
    name : str
        Names the text within its set; the key of its findings in ``--diff``.
    text : str
        The text.
    spun : bool or None
        Whether software replaced words in it; None where that is not what the set is about.
    replaced : tuple of Replaced or None
        Every replaced span, ascending; None where they are not known one by one.
    watched : tuple of Span
        The spans a set of single words or phrases asks about.
    cluster : str
        Texts of one cluster (an article and its spun version) are resampled together.
    group, corpus, variety : str
        Register, corpus and variety of English; "" where unknown.
    """

    name: str
    text: str
    spun: bool | None = None
    replaced: tuple[Replaced, ...] | None = None
    watched: tuple[Span, ...] = ()
    cluster: str = ""
    group: str = ""
    corpus: str = ""
    variety: str = ""


class Kind(Enum):
    """What a set can tell; it decides what is measured on it."""

    ARTICLES = "articles"
    """Spun and clean articles; words too where the replaced spans are known."""
    CLEAN = "clean"
    """Honest articles: every finding is false."""
    FAMILIES = "families"
    """The same, with the spun articles grouped by the family that spun them."""
    POOLED = "pooled"
    """The articles of several sets together: what the reliability is worth."""
    CURVES = "curves"
    """Articles of several lengths, and articles of which more and more is spun, by group."""
    PASTED = "pasted"
    """Clean articles with one spun paragraph each, which is watched."""
    PHRASES = "phrases"
    """Sentences with one watched phrase each: spun, or the original."""
    SUBSTITUTES = "substitutes"
    """Sentences with one watched word each: people refused it there (spun), or accepted it."""
    ANNOTATED = "annotated"
    """Single articles annotated by hand: counts, no rates."""


@dataclass(frozen=True)
class Dataset:
    """A named set of labelled texts.

    Attributes
    ----------
    name : str
        As in ``--sets`` and in the table.
    kind : Kind
        What is measured.
    title : str
        One line for the table.
    texts : tuple of LabelledText
        The texts.
    lists : bool
        Whether listed phrases may be used on it. Sets made from such a list switch them off.
    paragraphs : bool
        Whether each paragraph of a spun article is spun too.
    unseen : frozenset of str
        The groups of its spun texts that the models saw nothing of in training.
    """

    name: str
    kind: Kind
    title: str
    texts: tuple[LabelledText, ...]
    lists: bool = True
    paragraphs: bool = False
    unseen: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        repeated = [name for name, n in Counter(text.name for text in self.texts).items() if n > 1]
        if repeated:
            raise ValueError(f"set {self.name!r} holds several texts named {repeated[0]!r}")

    def sample(self, size: int, seed: int) -> Dataset:
        """About `size` texts, drawn by cluster so that pairs stay together, in order."""
        clusters = sorted({text.cluster for text in self.texts})
        kept_clusters = max(2, round(size * len(clusters) / max(len(self.texts), 1)))
        if kept_clusters >= len(clusters):
            return self
        generator = np.random.default_rng(seed)
        kept = set(generator.choice(clusters, kept_clusters, replace=False).tolist())
        texts = tuple(text for text in self.texts if text.cluster in kept)
        return replace(self, texts=texts)


def pooled(datasets: Sequence[Dataset]) -> Dataset | None:
    """The articles of all sets that hold spun and clean ones; None if those are under two."""
    parts = [part for part in datasets if part.kind in (Kind.ARTICLES, Kind.FAMILIES)]
    texts = tuple(
        replace(text, name=f"{part.name}/{text.name}") for part in parts for text in part.texts
    )
    title = f"the articles of {', '.join(part.name for part in parts)} together"
    unseen = frozenset[str]().union(*(part.unseen for part in parts))
    return Dataset("articles", Kind.POOLED, title, texts, unseen=unseen) if parts[1:] else None


def token_labels(document: Document, replaced: tuple[Replaced, ...]) -> NDArray[np.uint8]:
    """Label of each token: 1 in a replaced span, `IGNORED` in an uncertain one, else 0."""
    labels = np.zeros(document.n_tokens, dtype=np.uint8)
    for entry in sorted(replaced, key=lambda entry: entry.certain):
        labels[document.tokens_in(entry.span)] = 1 if entry.certain else IGNORED
    return labels
