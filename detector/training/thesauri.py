"""Readers for the Moby Thesaurus and the WordNet 3.0 database files.

Both give the same thing: for a lemma, its *links* to others, each with a relation, a weight in
(0, 1] that says how close the two are, and parts of speech where the source tells them.
"""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

MOBY_FILE = "moby.txt.gz"
WORDNET_FILE = "wordnet30.tar.gz"

RELATION_WEIGHTS: Mapping[str, float] = {
    "synonym": 1.0,
    "similar": 0.6,
    "hypernym": 0.5,
    "hyponym": 0.4,
    "also": 0.4,
    "derivation": 0.4,
    "pertainym": 0.4,
    "instance": 0.3,
}
"""How close a relation ties two lemmas in their most frequent senses; ordinal, set by judgement.

An *instance* ties a name and its kind, either way ("Nile", "river")."""

# Section "Pointers" of WordNet's wninput(5WN).
_POINTERS = {
    "&": "similar",
    "@": "hypernym",
    "@i": "instance",
    "~": "hyponym",
    "~i": "instance",
    "^": "also",
    "+": "derivation",
    "\\": "pertainym",
}
# Derivation ties single words of two synsets, the other relations tie whole synsets.
_LEXICAL = frozenset({"derivation", "pertainym"})
_PARTS_OF_SPEECH = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


class Link(NamedTuple):
    """A tie from one lemma to another; a part of speech is n, v, a, r or "" (not told)."""

    source_pos: str
    target: str
    target_pos: str
    relation: str
    weight: float


@dataclass(frozen=True)
class Thesaurus:
    """Links by lemma; lemmas are in lower case and may be phrases ("bank on")."""

    name: str
    links: Mapping[str, tuple[Link, ...]]

    def weights(self, relations: Collection[str] | None = None) -> dict[str, dict[str, float]]:
        """The closest tie of each pair of lemmas, whatever its part of speech.

        Parameters
        ----------
        relations : collection of str, optional
            Only these relations (names as in `RELATION_WEIGHTS`); None means all.

        Returns
        -------
        dict of str to dict of str to float
            ``weights[source][target]`` in (0, 1]; higher is closer.
        """
        closest: dict[str, dict[str, float]] = {}
        for source, links in self.links.items():
            targets: dict[str, float] = {}
            for link in links:
                if relations is None or link.relation in relations:
                    targets[link.target] = max(link.weight, targets.get(link.target, 0.0))
            if targets:
                closest[source] = targets
        return closest


def read_moby(path: Path) -> Thesaurus:
    """Read the Moby Thesaurus: a root and its related words on each line, parted by commas.

    The file grades nothing. The weight is 0.1 for being listed, plus 0.9 times the cosine of the
    two words' own lists where both are roots: "big" and "large" share most of their lists, "big"
    and "adult" few entries.

    Parameters
    ----------
    path : Path
        The gzipped file, or the folder that holds ``moby.txt.gz``.
    """
    if path.is_dir():
        path = path / MOBY_FILE
    lists: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            root, *related = [entry.strip().lower() for entry in line.split(",")]
            lists.setdefault(root, []).extend(entry for entry in related if entry != root)
    links = {
        root: tuple(
            Link("", target, "", "synonym", weight)
            for target, weight in zip(lists[root], weights, strict=True)
        )
        for root, weights in _cosine_weights(lists)
    }
    return Thesaurus("moby", links)


def _cosine_weights(lists: Mapping[str, list[str]]) -> Iterator[tuple[str, list[float]]]:
    """For each root, a weight for each word of its list."""
    roots = list(lists)
    row_of = {root: row for row, root in enumerate(roots)}
    column_of: dict[str, int] = dict(row_of)
    rows: list[int] = []
    columns: list[int] = []
    for root, related in lists.items():
        for entry in dict.fromkeys((root, *related)):
            rows.append(row_of[root])
            columns.append(column_of.setdefault(entry, len(column_of)))
    lengths = np.bincount(rows, minlength=len(roots))
    values = 1.0 / np.sqrt(lengths[rows])
    shape = (len(roots), len(column_of))
    matrix = csr_matrix((values.astype(np.float32), (rows, columns)), shape=shape)
    transposed = matrix.T.tocsr()
    for first in range(0, len(roots), 1000):  # the whole product would be dense
        cosines = (matrix[first : first + 1000] @ transposed).toarray()
        for offset, root in enumerate(roots[first : first + 1000]):
            related_rows = [row_of.get(entry, -1) for entry in lists[root]]
            similarity = cosines[offset, related_rows] * (np.array(related_rows) >= 0)
            yield root, np.minimum(0.1 + 0.9 * similarity, 1.0).round(4).tolist()


@dataclass(frozen=True)
class _Synset:
    pos: str
    lemmas: tuple[str, ...]
    pointers: tuple[tuple[str, str, int, int], ...]
    """Relation, identifier of the other synset, number of the word here and there (0: all)."""


def read_wordnet(path: Path) -> Thesaurus:
    """Read WordNet's ``index.*`` and ``data.*`` files out of its archive.

    The weight of a link is that of its relation (`RELATION_WEIGHTS`) divided by the square root of
    the sense's number in the source lemma's frequency order: the third sense is rarely meant.

    Parameters
    ----------
    path : Path
        The gzipped tar archive, or the folder that holds ``wordnet30.tar.gz``.

    Notes
    -----
    Formats: wndb(5WN), https://wordnet.princeton.edu/documentation/wndb5wn.
    """
    if path.is_dir():
        path = path / WORDNET_FILE
    synsets: dict[str, _Synset] = {}
    senses: dict[tuple[str, str], list[str]] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            kind, _, name = Path(member.name).name.partition(".")
            stream = archive.extractfile(member)
            if stream is None or name not in _PARTS_OF_SPEECH or kind not in {"index", "data"}:
                continue
            pos = _PARTS_OF_SPEECH[name]
            lines = stream.read().decode("ascii").splitlines()
            records = [line for line in lines if not line.startswith(" ")]  # the licence
            if kind == "data":
                synsets.update(_parse_synset(record, pos) for record in records)
            else:
                senses.update(_parse_senses(record, pos) for record in records)
    links: dict[str, list[Link]] = {}
    for (lemma, pos), identifiers in senses.items():
        found = links.setdefault(lemma, [])
        for rank, identifier in enumerate(identifiers, start=1):
            found.extend(_sense_links(lemma, pos, rank, identifier, synsets))
    return Thesaurus("wordnet", {lemma: tuple(found) for lemma, found in links.items() if found})


def _parse_senses(record: str, pos: str) -> tuple[tuple[str, str], list[str]]:
    """A line of an index file: lemma and the identifiers of its synsets, by frequency."""
    fields = record.split()
    n_synsets = int(fields[2])
    return (_plain(fields[0]), pos), [pos + offset for offset in fields[-n_synsets:]]


def _parse_synset(record: str, pos: str) -> tuple[str, _Synset]:
    """A line of a data file: identifier and synset."""
    fields = record.partition(" | ")[0].split()
    n_words = int(fields[3], 16)
    lemmas = tuple(_plain(word) for word in fields[4 : 4 + 2 * n_words : 2])
    first = 5 + 2 * n_words
    pointers = []
    for at in range(first, first + 4 * int(fields[first - 1]), 4):
        symbol, offset, other_pos, ends = fields[at : at + 4]
        if symbol in _POINTERS:
            relation = _POINTERS[symbol]
            pointers.append((relation, other_pos + offset, int(ends[:2], 16), int(ends[2:], 16)))
    return pos + fields[0], _Synset(pos, lemmas, tuple(pointers))


def _plain(word: str) -> str:
    """A lemma as it is written: no underscores, no syntactic marker as in "galore(ip)"."""
    return word.partition("(")[0].replace("_", " ").lower()


def _sense_links(
    lemma: str, pos: str, rank: int, identifier: str, synsets: Mapping[str, _Synset]
) -> Iterator[Link]:
    synset = synsets[identifier]
    discount = rank**-0.5
    for other in synset.lemmas:
        if other != lemma:
            yield Link(pos, other, pos, "synonym", RELATION_WEIGHTS["synonym"] * discount)
    for relation, other_identifier, word_here, word_there in synset.pointers:
        if relation in _LEXICAL and word_here and synset.lemmas[word_here - 1] != lemma:
            continue
        related = synsets[other_identifier]
        lemmas = related.lemmas[word_there - 1 : word_there] if word_there else related.lemmas
        for other in lemmas:
            if other != lemma:
                weight = RELATION_WEIGHTS[relation] * discount
                yield Link(pos, other, related.pos, relation, weight)
