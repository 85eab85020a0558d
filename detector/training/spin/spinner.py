"""Spin running text as the families do, keeping capitals and punctuation, with exact offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from detector.document import Document, Span, TokenFlag
from detector.folding import fold
from detector.segment import segment
from detector.training.pack import Family, Types


@dataclass(frozen=True)
class Replacement:
    """One replaced word, or words put in.

    Attributes
    ----------
    span : Span
        Where the replacement stands in the spun text.
    original : str
        The word that stood there, as it was written; empty where nothing did.
    family : str
        Name of the family that the replacement comes from.
    """

    span: Span
    original: str
    family: str


@dataclass(frozen=True)
class SpunText:
    """A spun text and what was replaced in it, in order."""

    text: str
    replacements: tuple[Replacement, ...]


class Spinner:
    """Replaces words of running text, as the families of a pack would.

    The residue stays as real spinners leave it: "an" before a consonant, a broken idiom.

    Parameters
    ----------
    types : Types
        The vocabulary of a pack.
    families : sequence of Family
        The families to draw from, each alike; leave some out to test on an unseen one.
    seed : int
        The same seed spins the same texts, in the same order, the same way.

    Examples
    --------
    >>> types = Types(["</document>", "</paragraph>", "rose", "climbed"], *[np.empty(0)] * 4)
    >>> family = Family("example", np.array([0, 0, 0, 1, 1]), np.array([3]), np.array([1.0]))
    >>> Spinner(types, [family], seed=1).spin("Prices rose; they Rose!", share=1.0).text
    'Prices climbed; they Climbed!'
    """

    def __init__(self, types: Types, families: Sequence[Family], seed: int) -> None:
        self._surfaces = types.surfaces
        self._type_of: Mapping[str, int] = {
            surface: number for number, surface in enumerate(types.surfaces)
        }
        self._families = tuple(families)
        self._rng = np.random.default_rng(seed)

    def drawing_from(self, families: Sequence[Family]) -> Spinner:
        """A spinner of the same vocabulary and random state that draws from other families."""
        other = copy(self)
        other._families = tuple(families)
        return other

    def spin(self, text: str, share: float) -> SpunText:
        """Replace a share of the words of `text`.

        Parameters
        ----------
        text : str
            Any text; only words that a family knows are replaced.
        share : float
            Replaced words per running word (`Document.n_words`), in [0, 1]; fewer where the
            families know fewer.

        Returns
        -------
        SpunText
            With the spans of the replacements in the new text.
        """
        document = segment(text)
        choices = self._choices(document)
        eligible = np.array(list(choices), np.intp)
        n_replaced = min(round(share * document.n_words), len(eligible))
        chosen = np.sort(self._rng.choice(eligible, n_replaced, replace=False)).tolist()
        parts: list[str] = []
        replacements: list[Replacement] = []
        end = length = 0
        for at in chosen:
            span = document.span(at)
            family = choices[at][int(self._rng.integers(len(choices[at])))]
            original = span.of(text)
            new = in_case_of(original, self._draw(family, self._type_of[document.forms[at]]))
            length += span.start - end
            parts += [text[end : span.start], new]
            kept = _kept(original, new)
            if kept is None:
                spans = [Span(length, length + len(new))]
            else:
                before, after = kept
                spans = [Span(length, length + before), Span(length + after, length + len(new))]
            replacements += [
                Replacement(span, original if kept is None else "", family.name)
                for span in spans
                if span.start < span.end
            ]
            length += len(new)
            end = span.end
        return SpunText("".join([*parts, text[end:]]), tuple(replacements))

    def reach(self, text: str) -> float:
        """The largest share of the words of `text` that `spin` can replace, 0 to 1."""
        document = segment(text)
        return len(self._choices(document)) / max(document.n_words, 1)

    def _choices(self, document: Document) -> dict[int, list[Family]]:
        """The tokens that a family knows replacements of, in order, each with those families."""
        words = np.flatnonzero(document.flags & TokenFlag.WORD).tolist()
        found = ((at, self._families_of(document.forms[at])) for at in words)
        return {at: families for at, families in found if families}

    def _families_of(self, form: str) -> list[Family]:
        """The families that know replacements of `form`."""
        number = self._type_of.get(form)
        if number is None:
            return []
        return [
            family
            for family in self._families
            if family.offsets[number] < family.offsets[number + 1]
        ]

    def _draw(self, family: Family, number: int) -> str:
        first, last = int(family.offsets[number]), int(family.offsets[number + 1])
        weights = family.weights[first:last].astype(np.float64)
        at = self._rng.choice(last - first, p=weights / weights.sum())
        return self._surfaces[int(family.targets[first + at])]


def _kept(original: str, replacement: str) -> tuple[int, int] | None:
    """Where what was put in before a kept word ends, and after it begins; None if none was kept."""
    words = [fold(word) for word in replacement.split(" ")]
    if len(words) == 1 or fold(original) not in words:
        return None
    place = words.index(fold(original))
    starts = np.cumsum([0, *(len(word) + 1 for word in replacement.split(" "))]).tolist()
    return max(starts[place] - 1, 0), min(starts[place + 1], len(replacement))


def in_case_of(original: str, replacement: str) -> str:
    """`replacement` with the capitals of `original`."""
    if len(original) > 1 and original.isupper():
        return replacement.upper()
    if original[0].isupper():
        return replacement[0].upper() + replacement[1:]
    return replacement
