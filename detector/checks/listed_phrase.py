"""Flags phrases that are known to come out of spinners: "counterfeit consciousness"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol, Self

from detector.analysis import Analysis
from detector.config import Config
from detector.document import Document, Span, TokenFlag
from detector.errors import ConfigError
from detector.folding import fold
from detector.report import Evidence, Finding, Suggestion
from detector.resources import Resources
from detector.rows import read_rows
from detector.segment import segment

# Found 14 times in the 210,000 words of spun dev texts, never in 550,000 clean ones, and no
# row stands in the 116 million words of the training corpora. Below certainty, since authors who
# think in another language coin such terms by themselves.
PROBABILITY = 0.97
# Of the rows' expected words; what stood there may have been a variant ("neural net").
CONFIDENCE = 0.9

COLUMNS = ("phrase", "expected", "source", "note")


class Morphology(Protocol):
    """What the check asks of `detector.lexicon.Lexicon`."""

    def lemmas(self, form: str) -> frozenset[str]:
        """The lemmas that a form may belong to."""
        ...

    def tags(self, form: str) -> frozenset[str]:
        """The Penn Treebank tags that a form may have."""
        ...

    def inflect(self, lemma: str, tag: str) -> str | None:
        """The form of a lemma under a tag."""
        ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """A row of a list of phrases.

    Attributes
    ----------
    forms : tuple of str
        The folded forms of the phrase.
    expected : str
        What the phrase stands for; "" where nobody knows.
    source : str
        Who reported the phrase.
    """

    forms: tuple[str, ...]
    expected: str
    source: str


@dataclass
class _Node:
    """A node of the trie: what may follow, and the phrase that ends here."""

    children: dict[str, _Node] = field(default_factory=dict)
    phrase: Phrase | None = None


class ListedPhrase:
    """Tortured phrases: fixed terms that a spinner translated word by word.

    "Counterfeit consciousness" is nobody's name for artificial intelligence. Such phrases were
    first collected from scientific papers (Cabanac, Labbé and Magazinov 2021, arXiv:2107.06751);
    the rows of ``phrases.tsv``, each with its source, and those of the user are matched by
    lemma, so that plurals are found, and the expected term takes the plural too. The words of a
    phrase may be joined by spaces or hyphens, nothing else. The longest phrase wins.

    A trie of dicts over lemmas: phrases match words, not characters, so that an Aho-Corasick
    automaton over the text would need the lemmas spelled out first.

    Parameters
    ----------
    phrases : iterable of Phrase
        The later of two rows for one phrase counts.
    morphology : Morphology
        Lemmas and inflections.
    """

    name: ClassVar[str] = "listed_phrase"

    def __init__(self, phrases: Iterable[Phrase], morphology: Morphology) -> None:
        self._morphology = morphology
        self._root = _Node()
        for phrase in phrases:
            self._add(phrase)

    @classmethod
    def build(cls, resources: Resources, config: Config) -> Self:
        """The check with the curated phrases and the user's."""
        own = (_phrase(phrase, expected, "your list") for phrase, expected in config.phrases)
        return cls([*_curated(resources.phrases), *own], resources.lexicon)

    def find(self, analysis: Analysis) -> Iterator[Finding]:
        """A finding for each occurrence of a phrase, the longest where several start."""
        document = analysis.document
        words = _words(document)
        known = {form: self._keys(form) for form in {word.form for word in words}}
        keys = [known[word.form] for word in words]
        at = 0
        while at < len(words):
            phrase, end = self._longest(words, keys, at)
            if phrase is None:
                at += 1
            else:
                yield self._finding(document, phrase, words[at:end])
                at = end

    def _add(self, phrase: Phrase) -> None:
        """Enter a phrase under every combination of the lemmas of its words."""
        nodes = [self._root]
        for form in phrase.forms:
            keys = self._keys(form)
            nodes = [node.children.setdefault(key, _Node()) for node in nodes for key in keys]
        for node in nodes:
            node.phrase = phrase

    def _keys(self, form: str) -> frozenset[str]:
        """What a form is looked up by: itself and its lemmas."""
        form = form.removesuffix("'s")
        return self._morphology.lemmas(form) | {form}

    def _longest(
        self, words: Sequence[_Word], keys: Sequence[frozenset[str]], first: int
    ) -> tuple[Phrase | None, int]:
        """The longest phrase that starts at a word, and the index after its last word."""
        nodes = [self._root]
        found: tuple[Phrase | None, int] = (None, first)
        for at in range(first, len(words)):
            if at > first and not words[at].joined:
                break
            nodes = [
                node.children[key] for node in nodes for key in keys[at] if key in node.children
            ]
            if not nodes:
                break
            ending = next((node.phrase for node in nodes if node.phrase), None)
            if ending is not None:
                found = (ending, at + 1)
        return found

    def _finding(self, document: Document, phrase: Phrase, words: Sequence[_Word]) -> Finding:
        first, last = document.span(words[0].token), document.span(words[-1].token)
        span = Span(first.start, last.end)
        actual = span.of(document.text)
        expected = self._inflected(phrase, words[-1].form)
        stands_for = f" for '{phrase.expected}'" if phrase.expected else ""
        return Finding.at(
            document,
            span,
            check=ListedPhrase.name,
            probability=PROBABILITY,
            expected=(Suggestion(_cased(expected, actual), CONFIDENCE),) if expected else (),
            evidence=(
                Evidence(
                    "listed phrase",
                    f"'{' '.join(phrase.forms)}' is a known spun phrase{stands_for} "
                    f"({phrase.source})",
                    f"known spun phrase, {phrase.source}",
                ),
            ),
        )

    def _inflected(self, phrase: Phrase, form: str) -> str:
        """The expected words in the number of the form that ends the phrase in the text."""
        listed = phrase.forms[-1]
        if form == listed or not phrase.expected:
            return phrase.expected
        for tag, other in (("NNS", "NN"), ("NN", "NNS")):
            if tag in self._morphology.tags(form) and other in self._morphology.tags(listed):
                *modifiers, head = phrase.expected.split(" ")
                inflected = self._in_number(head, tag)
                return " ".join([*modifiers, inflected or head])
        return phrase.expected

    def _in_number(self, head: str, tag: str) -> str | None:
        """A noun in the number that a tag says; a regular plural where the lexicon prefers none."""
        if tag == "NNS":
            regular = (f"{head}s", f"{head}es", f"{head[:-1]}ies")
            for form in regular:
                if "NNS" in self._morphology.tags(form) and head in self._morphology.lemmas(form):
                    return form
        lemmas = sorted(self._morphology.lemmas(head) or {head})
        return next(filter(None, (self._morphology.inflect(one, tag) for one in lemmas)), None)


class _Word(NamedTuple):
    """A token, or a part of a compound: "sun-based" is matched as two words."""

    form: str
    token: int
    joined: bool
    """Whether nothing but white space or a dash stands before it in its sentence."""


def _words(document: Document) -> list[_Word]:
    return [
        _Word(part, token, part_index > 0 or _is_joined(document, token))
        for token, form in enumerate(document.forms)
        for part_index, part in enumerate(form.split("-"))
    ]


def _is_joined(document: Document, token: int) -> bool:
    if token == 0 or document.flags[token] & TokenFlag.ADJACENT:
        return token > 0
    gap = document.text[document.ends[token - 1] : document.starts[token]]
    return fold(gap) == "-"


def _cased(expected: str, actual: str) -> str:
    """The expected words in the case of what stands there; initialisms stay as they are."""
    if actual.isupper():
        return expected.upper()
    return expected[:1].upper() + expected[1:] if actual[:1].isupper() else expected


def _phrase(phrase: str, expected: str, source: str) -> Phrase:
    return Phrase(tuple(word.form for word in _words(segment(phrase))), expected, source)


def _curated(path: Path) -> Iterator[Phrase]:
    for row in read_rows(path):
        phrase, expected, source, *_ = [*row.text.split("\t"), "", ""]
        if (phrase, expected, source) != COLUMNS[:3]:
            yield _phrase(phrase, expected, source)


def load_phrases(path: Path | str) -> tuple[tuple[str, str], ...]:
    """Read a user's list of phrases: phrase, tab, what is expected in its place.

    The expected words may be left out, with their tab; further columns are ignored; ``#`` starts a
    comment.

    Returns
    -------
    tuple of (str, str)
        What `Config.phrases` takes.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not UTF-8, or a row holds no phrase.
    """
    rows = []
    for row in read_rows(path):
        phrase, _, rest = row.text.partition("\t")
        if not segment(phrase).n_tokens:
            raise ConfigError(
                f"{row.place}: {row.text!r} contains no phrase: write a phrase, a tab, and what is "
                "expected in its place"
            )
        rows.append((phrase.strip(), rest.split("\t")[0].strip()))
    return tuple(rows)
