"""Universal Dependencies treebanks (CoNLL-U): what the tagger learns from, and a ruler for both.

Format: https://universaldependencies.org/format.html
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.document import Span
from detector.segment import segment


@dataclass(frozen=True, slots=True)
class TreebankSentence:
    """One sentence as annotated.

    Attributes
    ----------
    text : str
        As written.
    tokens : tuple of (str, str)
        Surface and Penn tag (XPOS) of each syntactic word, contractions split ("do", "n't").
    begins_document, begins_paragraph : bool
        Whether a new one starts here.
    """

    text: str
    tokens: tuple[tuple[str, str], ...]
    begins_document: bool
    begins_paragraph: bool


def read_sentences(path: Path) -> Iterator[TreebankSentence]:
    """The sentences of a ``.conllu`` or ``.conllu.gz`` file, in order."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for block in content.decode("utf-8").split("\n\n"):
        lines = block.splitlines()
        comments = [line for line in lines if line.startswith("#")]
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        text = next((line[9:] for line in comments if line.startswith("# text = ")), None)
        if text is None:
            continue
        document = any(line.startswith("# newdoc") for line in comments)
        yield TreebankSentence(
            text=text,
            # "3-4" spans two words and "5.1" is an elided one; only plain numbers are words.
            tokens=tuple((row[1], row[4]) for row in rows if row[0].isdecimal()),
            begins_document=document,
            begins_paragraph=document or any(line.startswith("# newpar") for line in comments),
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well found places match annotated ones."""

    found: int
    expected: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the found ones that are right, 0 to 1."""
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Share of the expected ones that were found, 0 to 1."""
        return self.right / max(self.expected, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of the two, 0 to 1."""
        return 2 * self.right / max(self.found + self.expected, 1)


def sentence_agreement(path: Path) -> tuple[Agreement, Agreement]:
    """Compare the sentences of `detector.segment.segment` with those of a treebank.

    The running text is restored from the sentences: a space between two of one paragraph, a line
    break between paragraphs. A sentence counts by its span; those without a word are left out.

    Parameters
    ----------
    path : Path
        Treebank file.

    Returns
    -------
    all_sentences, inner : Agreement
        Of all ends of sentences, and of those inside a paragraph alone (the ones that no line
        break gives away).
    """
    totals = [[0, 0, 0], [0, 0, 0]]
    for text, expected, paragraph_ends in documents(path):
        document = segment(text)
        found = {int(end) for end in document.sentence_spans[:, 1]}
        wanted = {span.end for span in expected if segment(span.of(text)).n_tokens}
        for total, dropped in zip(totals, (set[int](), paragraph_ends), strict=True):
            total[0] += len(found - dropped)
            total[1] += len(wanted - dropped)
            total[2] += len((found & wanted) - dropped)
    first, second = (Agreement(*total) for total in totals)
    return first, second


def documents(path: Path) -> Iterator[tuple[str, list[Span], set[int]]]:
    """Each document's text, the spans of its sentences, and where its paragraphs end."""
    collected: list[TreebankSentence] = []
    for sentence in read_sentences(path):
        if sentence.begins_document and collected:
            yield _restored(collected)
            collected = []
        collected.append(sentence)
    if collected:
        yield _restored(collected)


def _restored(sentences: Sequence[TreebankSentence]) -> tuple[str, list[Span], set[int]]:
    text = ""
    spans: list[Span] = []
    ends: set[int] = set()
    for sentence in sentences:
        if text:
            if sentence.begins_paragraph:
                ends.add(len(text))
            text += "\n" if sentence.begins_paragraph else " "
        spans.append(Span(len(text), len(text) + len(sentence.text)))
        text += sentence.text
    return text, spans, ends | {len(text)}
