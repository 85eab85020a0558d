"""What a word may be, and what it could have replaced: frequency, tags, inflection, synonym links.

`detector.training.lexicon` compiles the tables from the Moby Thesaurus, WordNet, lemminflect's
dictionary and the frequencies of the reference corpus. Opening them maps a few files.

File format, version 1
----------------------
======================  ========================================================================
``header.json``         format version, the tags in order, sources and their notices
``forms.marisa``        a MARISA trie of the folded forms; its key ids are the form ids
``frequency.npy``       uint32 (n_forms,): occurrences in the reference corpus
``bases.npy``           uint32 (n_lemmas,): the form id of each lemma
``lemmas.npy``          uint16 (n_readings,): the lemma of each reading of each form
``tags.npy``            uint8 (n_readings,): the tag of each reading; plus `PREFERRED` where this
                        is the lemma's most frequent form under the tag
``reading_offsets.npy`` uint32 (n_forms + 1,): form `f` has the readings of this range
``links.npy``           uint16 (n_links,): the lemmas linked with each lemma, the closest first
``closeness.npy``       uint8 (n_links,): closeness of each link, in steps of 1/255
``link_offsets.npy``    uint32 (n_lemmas + 1,): lemma `l` has the links of this range
======================  ========================================================================

For example, "decrees" (form 90) has the readings (lemma 17 "decree", tag 1 "NNS") and (17, tag 7
"VBZ"); row 17 of the links holds lemma 4 "command". Of lemma 4, form 12 "commands" has the
preferred reading (4, 1 + 128): it could have stood where "decrees" stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.header import read_header
from detector.vocabulary import Vocabulary

FORMAT = 1

PREFERRED = 128
"""In ``tags.npy``, added to the tag: among variants, the lemma's most frequent form."""

NONE = -1
"""No form: the lemma has none under the tag."""

TAGS: tuple[str, ...] = (
    *("NN", "NNS", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ"),
    *("JJ", "JJR", "JJS", "RB", "RBR", "RBS", "OTHER"),
)
"""Penn Treebank tags in the order of the tables; OTHER: not inflected, or in no dictionary."""

BASE_TAGS = frozenset({"NN", "VB", "JJ", "RB", "OTHER"})
"""Tags of uninflected forms: among these a spinner mixes up parts of speech most often."""

CROSSED = 0.5
"""Factor on the closeness of a link to another part of speech, set by judgement."""


class Links(NamedTuple):
    """Candidates for many forms at once, in parallel arrays.

    `row` says which of the forms asked for a candidate belongs to, `form` is the candidate's form
    id, `closeness` lies in (0, 1].
    """

    row: NDArray[np.int64]
    form: NDArray[np.int64]
    closeness: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The opened tables. Reading only: safe to share between threads.

    Attributes
    ----------
    header : dict
        What ``header.json`` says.
    words : int
        Number of tokens that the frequencies were counted over.
    frequency : ndarray of uint32, shape (n_forms,)
        Occurrences of each form.
    """

    header: dict[str, Any]
    words: int
    frequency: NDArray[np.uint32]
    _vocabulary: Vocabulary
    _bases: NDArray[np.uint32]
    _lemmas: NDArray[np.uint16]
    _tags: NDArray[np.uint8]
    _reading_offsets: NDArray[np.uint32]
    _links: NDArray[np.uint16]
    _closeness: NDArray[np.uint8]
    _link_offsets: NDArray[np.uint32]

    @classmethod
    def open(cls, folder: Path) -> Lexicon:
        """Map a folder that `detector.training.lexicon.train` wrote.

        Raises
        ------
        ModelError
            If the folder is missing or of another format version.
        """
        header = read_header(folder, "lexicon", FORMAT)
        vocabulary = Vocabulary.open(folder / "forms.marisa")
        names = ("frequency", "bases", "lemmas", "tags", "reading_offsets", "links")
        arrays = [
            np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)
            for name in (*names, "closeness", "link_offsets")
        ]
        return cls(header, header["words"], arrays[0], vocabulary, *arrays[1:])

    @property
    def n_forms(self) -> int:
        """Number of forms."""
        return len(self.frequency)

    def ids(self, forms: Sequence[str]) -> NDArray[np.int32]:
        """Id of each folded form, shape (n_forms,); -1 where it is not in the lexicon."""
        return self._vocabulary.ids(forms)

    def word(self, form_id: int) -> str:
        """The form of an id."""
        return self._vocabulary.word(form_id)

    def log_frequency(self, form: str) -> float:
        """log10 of the form's occurrences per million words; -inf where it is unknown."""
        form_id = self._vocabulary.id(form)
        per_million = 0 if form_id < 0 else 1e6 * int(self.frequency[form_id]) / self.words
        return float(np.log10(per_million)) if per_million else float("-inf")

    def tags(self, form: str) -> frozenset[str]:
        """The Penn Treebank tags that a folded form may have; none where it is unknown.

        Only nouns, verbs, adjectives and adverbs are told apart; a form of another class that the
        thesauri list has the tag "OTHER". Pronouns, articles and names are unknown.
        """
        return frozenset(TAGS[tag] for _, tag in self._readings_of(form))

    def lemmas(self, form: str) -> frozenset[str]:
        """The lemmas that a folded form may belong to; none where it is unknown."""
        return frozenset(self._lemma_word(lemma) for lemma, _ in self._readings_of(form))

    def inflect(self, lemma: str, tag: str) -> str | None:
        """The form of a lemma under a Penn tag, or None where the reference corpus has none."""
        base = self._vocabulary.id(lemma)
        column = TAGS.index(tag) if tag in TAGS else TAGS.index("OTHER")
        for own, _ in self._readings_of(lemma):
            if self._bases[own] == base and (form := int(self._paradigms[own, column])) != NONE:
                return self.word(form)
        return None

    def links(self, form: str) -> dict[str, float]:
        """What the form could have replaced: linked forms, the closest first.

        Returns
        -------
        dict of str to float
            Closeness in (0, 1] by form. The forms carry the inflection of `form`; where the linked
            word has no such inflection and `form` is uninflected, its base form.
        """
        found = self.links_of(self.ids([form]))
        order = np.argsort(-found.closeness, kind="stable")
        return {self.word(found.form[at]): float(found.closeness[at]) for at in order}

    def links_of(self, form_ids: NDArray[np.integer], limit: int = 200) -> Links:
        """What each of many forms could have replaced (see `links`).

        Parameters
        ----------
        form_ids : ndarray of int, shape (n,)
            Form ids; -1 has no candidates.
        limit : int
            At most so many links of each lemma, the closest.

        Returns
        -------
        Links
            Sorted by row and form; each pair once, with its best closeness.
        """
        known = np.flatnonzero(form_ids >= 0)
        row, reading = _expand(self._reading_offsets, form_ids[known])
        row = known[row]
        lemma, tag = self._lemmas[reading].astype(np.int64), self._tags[reading] % PREFERRED
        link_row, link = _expand(self._link_offsets, lemma, limit)
        row, tag = row[link_row], tag[link_row]
        target = self._links[link].astype(np.int64)
        closeness = self._closeness[link].astype(np.float32) / 255
        form = self._paradigms[target, tag]
        crossed = (form == NONE) & self._is_base_tag[tag]
        form = np.where(crossed, self._bases[target], form)
        closeness[crossed] *= CROSSED
        kept = (form != NONE) & (form != form_ids[row])
        return _best_of_each(row[kept], form[kept], closeness[kept])

    def tag_matrix(self) -> NDArray[np.bool_]:
        """Which tags each form may have, shape (n_forms, n_tags); the columns follow `TAGS`."""
        matrix = np.zeros((self.n_forms, len(TAGS)), dtype=bool)
        matrix[self._form_of_reading, self._tags % PREFERRED] = True
        return matrix

    @cached_property
    def _form_of_reading(self) -> NDArray[np.int64]:
        lengths = self._reading_offsets[1:] - self._reading_offsets[:-1]
        return np.repeat(np.arange(self.n_forms), lengths)

    @cached_property
    def _paradigms(self) -> NDArray[np.int64]:
        """The form id of each lemma under each tag, shape (n_lemmas, n_tags), or `NONE`."""
        paradigms = np.full((len(self._bases), len(TAGS)), NONE, dtype=np.int64)
        preferred = self._tags >= PREFERRED
        tags = self._tags[preferred] - PREFERRED
        paradigms[self._lemmas[preferred], tags] = self._form_of_reading[preferred]
        return paradigms

    @cached_property
    def _is_base_tag(self) -> NDArray[np.bool_]:
        return np.array([tag in BASE_TAGS for tag in TAGS])

    def _readings_of(self, form: str) -> list[tuple[int, int]]:
        form_id = self._vocabulary.id(form)
        if form_id < 0:
            return []
        first, last = self._reading_offsets[form_id : form_id + 2].tolist()
        tags = self._tags[first:last] % PREFERRED
        return list(zip(self._lemmas[first:last].tolist(), tags.tolist(), strict=True))

    def _lemma_word(self, lemma: int) -> str:
        return self.word(int(self._bases[lemma]))


def _expand(
    offsets: NDArray[np.uint32], rows: NDArray[np.integer], limit: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each entry of the CSR `rows`: which of `rows` it belongs to, and its position."""
    first = offsets[rows].astype(np.int64)
    lengths = offsets[rows + 1].astype(np.int64) - first
    if limit is not None:
        lengths = np.minimum(lengths, limit)
    owner = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return owner, np.arange(len(owner)) - before[owner] + first[owner]


def _best_of_each(
    row: NDArray[np.int64], form: NDArray[np.int64], closeness: NDArray[np.float32]
) -> Links:
    """Each pair of row and form once, with the greatest closeness."""
    order = np.lexsort((-closeness, form, row))
    row, form, closeness = row[order], form[order], closeness[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (form[1:] != form[:-1])
    return Links(row[first], form[first], closeness[first])
