"""Insertions: words put in where nothing stood ("large or big", "as a rule rose").

Some spinners make a sentence longer: they double a word with a synonym, or add a phrase. A target
of such a family holds the word that it replaces, which therefore counts as kept
(`detector.training.pack.Family`); the words beside it were put in.

Two sources, neither of them a list made by hand:

doublets
    A word and one that a thesaurus links closely to it, as alternatives: "or", "or perhaps". What
    follows "or" between two words of a class, and how often, is counted in running text.
adverbials
    Adverbs of several words of WordNet ("in a manner of speaking"), before a verb or adjective if
    text puts other words after them.

An insertion that fits as well as the text without it is no error, and a model that is taught to
flag it cries wolf. Hence these restrictions; hence what text makes more often than chance would
("more or less") is left out; and hence single adverbs are: "never" fits nearly everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.training.inflection import Inflections
from detector.training.pack import Family, Types
from detector.training.spin.compiling import count_phrases
from detector.training.spin.families import MAX_PHRASE, merged, pruned
from detector.training.spin.wordbook import Swaps, Wordbook
from detector.training.thesauri import Thesaurus

HOSTS = ("ADJ", "ADV", "NOUN", "VERB")
"""Classes (universal parts of speech) of the words beside which something is put in."""

LINKING = frozenset({"moby", "wordnet"})
"""Families whose targets may double a word."""

MODIFIED = frozenset({"ADJ", "VERB"})
"""Those that an adverb may precede."""

ALTERNATIVE = "or"
"""What begins a joint. Text joins words of like meaning by "and" too often to call it odd."""

NEAREST = 8
"""Links of a word, the closest ones, that may double it."""

_ADVERBS_IN_JOINT = 12
_DRAW_FLATTENING = 0.5
"""Exponent of a count in a draw: the frequent ones come first, but do not come alone."""


FAMILY = "insertions"

SOURCES = 5_000
"""Words beside which something is put in: the most frequent ones of the `HOSTS`."""

TARGETS = 24
"""Targets of each."""


@dataclass(frozen=True)
class RunningText:
    """Clean text as types, and what the treebank says of them.

    Attributes
    ----------
    types : Types
        The vocabulary.
    ids : ndarray of uint32, shape (n,)
        The text.
    word_classes : mapping of str to str
        Most frequent universal part of speech of a form.
    """

    types: Types
    ids: NDArray[np.uint32]
    word_classes: Mapping[str, str]

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The type of each surface."""
        return {surface: at for at, surface in enumerate(self.types.surfaces)}

    def numbers(self, surfaces: Iterable[str]) -> NDArray[np.int64]:
        """The types of those surfaces that there are."""
        found = (self.number_of.get(surface) for surface in surfaces)
        return np.array([number for number in found if number is not None], np.int64)

    def are(self, classes: Collection[str]) -> NDArray[np.bool_]:
        """Which types are of one of these classes, shape (n_types,)."""
        own = (self.word_classes.get(surface, "") for surface in self.types.surfaces)
        return np.array([word_class in classes for word_class in own], np.bool_)

    def adverbs(self, wordnet: Thesaurus) -> NDArray[np.bool_]:
        """Which types are adverbs in WordNet, and mostly so in the treebank, shape (n_types,)."""
        return np.array([self._is_adverb(form, wordnet) for form in self.types.surfaces], np.bool_)

    def _is_adverb(self, form: str, wordnet: Thesaurus) -> bool:
        parts_of_speech = {link.source_pos for link in wordnet.links.get(form, ())}
        if form in self.word_classes:
            return "r" in parts_of_speech and self.word_classes[form] == "ADV"
        return parts_of_speech == {"r"}


def insertion_swaps(
    text: RunningText,
    families: Iterable[Family],
    wordnet: Thesaurus,
    rng: np.random.Generator,
    *,
    n_sources: int = SOURCES,
    max_targets: int = TARGETS,
) -> tuple[Swaps, dict[str, int]]:
    """The whole family: its two sources in equal parts, drawn, and rid of what is usual.

    Parameters
    ----------
    text : RunningText
        Clean text, to count in.
    families : iterable of Family
        Those named in `LINKING` give the doublets.
    wordnet : Thesaurus
        Gives adverbs.
    rng : Generator
        Draws the targets.
    n_sources, max_targets : int
        How many words, and how many targets of each.

    Returns
    -------
    swaps : Swaps
        Targets by form, relative chances.
    counts : dict of str to int
        Occurrences of each target in `text`.
    """
    surfaces = text.types.surfaces
    hosts = text.are(HOSTS)
    hosts &= np.bincount(text.ids, minlength=len(surfaces)) > 0
    ranked = np.flatnonzero(hosts)
    ranked = ranked[np.argsort(-text.types.clean_counts[ranked].astype(np.int64), kind="stable")]
    sources = [surfaces[number] for number in ranked[:n_sources].tolist()]
    links = [
        swaps_of_family(family, text.types, sources)
        for family in families
        if family.name in LINKING
    ]
    candidates = merged(
        doublets(links, joints(text, wordnet), sources),
        adverbials(text, wordnet, sources),
    )
    words = Wordbook(
        dict(zip(surfaces, text.types.clean_counts.tolist(), strict=True)), Inflections({}, {})
    )
    drawn = pruned(candidates, words, frozenset(sources), rng, max_targets=max_targets)
    parts = {inserted(form, target) for form, found in drawn.items() for target in found}
    targets = {target for found in drawn.values() for target in found}
    counts = count_surfaces(text, sorted(parts | targets | set(drawn)))
    kept = unattested(drawn, len(text.ids), counts)
    return {form: found for form, found in kept.items() if found}, counts


def count_surfaces(text: RunningText, surfaces: Sequence[str]) -> dict[str, int]:
    """Occurrences of words and phrases in running text; 0 where a word is no type."""
    runs = {
        surface: [text.number_of[word] for word in surface.split(" ")]
        for surface in surfaces
        if all(word in text.number_of for word in surface.split(" "))
    }
    counts = dict.fromkeys(surfaces, 0)
    found = count_phrases(text.ids, list(runs.values())).tolist()
    counts.update(zip(runs, found, strict=True))
    return counts


def joints(text: RunningText, wordnet: Thesaurus) -> dict[str, float]:
    """What introduces an alternative in running text: "or", "or perhaps".

    Returns
    -------
    dict of str to float
        `ALTERNATIVE` alone and with the adverbs that follow it most, and their relative chances.
    """
    surfaces = text.types.surfaces
    opens = np.flatnonzero(np.isin(text.ids[:-1], text.numbers([ALTERNATIVE])))
    following = np.bincount(text.ids[opens + 1], minlength=len(surfaces))
    following[~text.adverbs(wordnet)] = 0
    ranked = np.argsort(-following, kind="stable")[:_ADVERBS_IN_JOINT]
    counts = {
        f"{ALTERNATIVE} {surfaces[number]}": int(following[number])
        for number in ranked.tolist()
        if following[number]
    }
    if len(opens):
        counts[ALTERNATIVE] = len(opens)
    return {joint: count**_DRAW_FLATTENING for joint, count in counts.items()}


def doublets(links: Iterable[Swaps], chances: Mapping[str, float], sources: Iterable[str]) -> Swaps:
    """A word and one of its closest links, either first, joined by one of `chances`.

    Examples
    --------
    >>> doublets([{"large": {"big": 1.0}}], {"or": 1.0}, ["large"])
    {'large': {'large or big': 1.0, 'big or large': 0.5}}
    """
    families = list(links)
    swaps: Swaps = {}
    for form in sources:
        found: dict[str, float] = defaultdict(float)
        for family in families:
            words = [pair for pair in family.get(form, {}).items() if " " not in pair[0]]
            for target, weight in sorted(words, key=lambda pair: (-pair[1], pair[0]))[:NEAREST]:
                for joint, chance in chances.items():
                    if form in joint.split(" "):
                        continue  # which of the two was kept?
                    found[f"{form} {joint} {target}"] += chance * weight
                    found[f"{target} {joint} {form}"] += chance * weight / 2
        swaps[form] = dict(found)
    return swaps


def adverbials(text: RunningText, wordnet: Thesaurus, sources: Iterable[str]) -> Swaps:
    """An adverb of several words before a verb or adjective, where text seldom has that class.

    A phrase is put before a class that follows it less than a quarter as often as it follows any
    word.
    """
    order = np.argsort(text.ids, kind="stable")
    phrases = [
        phrase
        for phrase in adverbial_phrases(wordnet)
        if text.word_classes.get(phrase.rpartition(" ")[2]) in HOSTS
        and text.word_classes.get(phrase.partition(" ")[0]) not in {"CCONJ", "SCONJ"}
    ]
    before: dict[str, dict[str, float]] = {word_class: {} for word_class in MODIFIED}
    members = {word_class: text.are({word_class}) for word_class in MODIFIED}
    usual = {word_class: members[word_class][text.ids].mean() for word_class in MODIFIED}
    for phrase in phrases:
        following = _following(text, order, phrase)
        if not len(following):
            continue
        for word_class, found in before.items():
            if members[word_class][following].mean() < usual[word_class] / 4:
                found[phrase] = len(following) ** _DRAW_FLATTENING
    return {
        form: {
            f"{phrase} {form}": weight
            for phrase, weight in before[word_class].items()
            if form not in phrase.split(" ")
        }
        for form in sources
        if (word_class := text.word_classes.get(form, "")) in MODIFIED
    }


def _following(text: RunningText, order: NDArray[np.int64], phrase: str) -> NDArray[np.uint32]:
    """The type after each occurrence of a phrase; `order` sorts the text by type."""
    words = phrase.split(" ")
    numbers = text.numbers(words)
    if len(numbers) < len(words):
        return np.empty(0, np.uint32)
    rarest = int(np.argmin(text.types.clean_counts[numbers]))
    # As uint32: for another type numpy would copy the text.
    ends = (numbers[rarest] + np.arange(2)).astype(np.uint32)
    bounds = np.searchsorted(text.ids, ends, sorter=order)
    at = order[bounds[0] : bounds[1]] - rarest
    at = at[(at >= 0) & (at + len(words) < len(text.ids))]
    for place, number in enumerate(numbers.tolist()):
        at = at[text.ids[at + place] == number]
    return text.ids[at + len(words)]


def adverbial_phrases(wordnet: Thesaurus) -> list[str]:
    """The adverbs of two to `MAX_PHRASE` words, in order."""
    return sorted(
        lemma
        for lemma, links in wordnet.links.items()
        if 1 <= lemma.count(" ") < MAX_PHRASE and any(link.source_pos == "r" for link in links)
    )


def unattested(swaps: Swaps, n: int, counts: Mapping[str, int]) -> Swaps:
    """Only those targets that running text makes more rarely than chance would, or never.

    A target is a word `w` that was kept, and what was put in. It is dropped where
    ``count(target) * n >= count(inserted) * count(w)``: pointwise mutual information of 0 and more.

    Parameters
    ----------
    swaps : Swaps
        Insertions.
    n : int
        Types in the running text.
    counts : mapping of str to int
        Occurrences in it of the targets, the words and what was put in.
    """
    return {
        form: {
            target: weight
            for target, weight in found.items()
            if not counts[target]
            or counts[target] * n < counts[inserted(form, target)] * counts[form]
        }
        for form, found in swaps.items()
    }


def inserted(form: str, target: str) -> str:
    """What stands beside `form` in a target that begins or ends with it.

    Examples
    --------
    >>> inserted("large", "large or big"), inserted("rose", "as a rule rose")
    ('or big', 'as a rule')
    """
    if target.startswith(f"{form} "):
        return target.removeprefix(f"{form} ")
    return target.removesuffix(f" {form}")


def swaps_of_family(family: Family, types: Types, sources: Sequence[str]) -> Swaps:
    """The targets of some forms, as `Swaps`."""
    number_of = {surface: at for at, surface in enumerate(types.surfaces)}
    swaps: Swaps = {}
    for form in sources:
        at = number_of[form]
        first, last = int(family.offsets[at]), int(family.offsets[at + 1])
        swaps[form] = {
            types.surfaces[target]: float(weight)
            for target, weight in zip(
                family.targets[first:last].tolist(),
                family.weights[first:last].tolist(),
                strict=True,
            )
        }
    return swaps
