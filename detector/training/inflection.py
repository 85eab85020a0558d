"""Forms and lemmas: "structures" is the plural of "structure"; the plural of "writ" is "writs".

The knowledge is lemminflect's dictionary, asked once for the forms of a frequency list and kept in
two look-ups. Only forms that occur in the list exist: a rule that invents "informations" is
answered by the corpora.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

PART_OF_SPEECH: Mapping[str, str] = {
    **dict.fromkeys(("NN", "NNS"), "n"),
    **dict.fromkeys(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"), "v"),
    **dict.fromkeys(("JJ", "JJR", "JJS"), "a"),
    **dict.fromkeys(("RB", "RBR", "RBS"), "r"),
}
"""WordNet's part of speech (n, v, a, r) of a Penn tag."""

BASE_TAG: Mapping[str, str] = {"n": "NN", "v": "VB", "a": "JJ", "r": "RB"}
"""The Penn tag of the lemma itself."""


UNMARKED = 0.05
"""Share of a lemma's uses that a variant without ending is taken to have: more than enough for
"fish" beside "fishes", too little for "drill" beside "drills"."""


class Reading(NamedTuple):
    """One way to read a form: whose form it is, and which (a Penn Treebank tag)."""

    lemma: str
    tag: str


@dataclass(frozen=True)
class Inflections:
    """What each form may be, and the form of each lemma and tag.

    Attributes
    ----------
    readings : mapping of str to tuple of Reading
        By form; the readings as an inflected form come in the dictionary's order.
    forms : mapping of Reading to str
        By lemma and tag: the most frequent such form of the list.
    """

    readings: Mapping[str, tuple[Reading, ...]]
    forms: Mapping[Reading, str]

    def read(self, form: str) -> tuple[Reading, ...]:
        """Readings of `form`; none for a form outside the dictionary or the frequency list."""
        return self.readings.get(form, ())

    def inflect(self, lemma: str, tag: str) -> str | None:
        """The form of `lemma` under a Penn `tag`, or None where the list has none."""
        return self.forms.get(Reading(lemma, tag))

    def lemmas(self, form: str) -> frozenset[str]:
        """The lemmas that `form` may belong to; itself where it is in no dictionary."""
        return self._lemmas.get(form) or frozenset({form})

    def are_inflections(self, form: str, other: str) -> bool:
        """Whether two forms may belong to one lemma ("goes", "went")."""
        return not self.lemmas(form).isdisjoint(self.lemmas(other))

    @cached_property
    def by_lemma(self) -> dict[str, dict[str, str]]:
        """The forms of each lemma, by tag."""
        lemmas: dict[str, dict[str, str]] = {}
        for (lemma, tag), form in self.forms.items():
            lemmas.setdefault(lemma, {})[tag] = form
        return lemmas

    @cached_property
    def _lemmas(self) -> dict[str, frozenset[str]]:
        return {
            form: frozenset(reading.lemma for reading in readings)
            for form, readings in self.readings.items()
        }


def build_inflections(frequencies: Mapping[str, int], lemmas: Iterable[str] = ()) -> Inflections:
    """Ask lemminflect for the readings of every form of a frequency list.

    Parameters
    ----------
    frequencies : mapping of str to int
        Forms (lower case) and their counts in running text.
    lemmas : iterable of str
        Further lemmas whose forms are wanted, those of a thesaurus for instance. A form of theirs
        counts only if it is in `frequencies` all the same.
    """
    import lemminflect

    words = [form for form in frequencies if form.isalpha() and form.isascii()]
    candidates: dict[str, None] = dict.fromkeys(lemmas)
    for word in words:
        for found in lemminflect.getAllLemmas(word).values():
            candidates.update(dict.fromkeys(found))
    readings: dict[str, list[Reading]] = {}
    forms: dict[Reading, str] = {}
    for lemma in candidates:
        if " " in lemma:
            continue
        for tag, inflected in lemminflect.getAllInflections(lemma).items():
            attested = [form for form in inflected if form in frequencies]
            if tag not in PART_OF_SPEECH or not attested:
                continue
            reading = Reading(lemma, tag)
            best = max(attested, key=lambda form: _preference(form, reading, frequencies))
            forms[reading] = best
            for form in attested:
                if form == best or not _is_unmarked(form, reading):
                    readings.setdefault(form, []).append(reading)
    return Inflections({form: tuple(found) for form, found in readings.items()}, forms)


def _preference(form: str, reading: Reading, frequencies: Mapping[str, int]) -> float:
    """Frequency; but that of an uninflected variant counts the lemma's uses too.

    "Drill" is an odd plural beside "drills", and more frequent only as a singular and a verb.
    """
    return frequencies[form] * (UNMARKED if _is_unmarked(form, reading) else 1.0)


def _is_unmarked(form: str, reading: Reading) -> bool:
    """Whether an inflected form looks like its lemma."""
    return form == reading.lemma and reading.tag not in BASE_TAG.values()
