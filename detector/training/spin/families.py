"""The families: general sources of replacements, each as one spinner would use it.

A family is a function from a `Wordbook` and its source to `Swaps`. None holds a pair put in by
hand. `detector.training.spin.build` compiles them into the arrays of the pack.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from detector.training.align import Words
from detector.training.inflection import PART_OF_SPEECH
from detector.training.spin.vectors import Vectors
from detector.training.spin.wordbook import Swaps, Wordbook
from detector.training.thesauri import Thesaurus

UNINFLECTED = 0.3
"""Chance of a target that has no form of the wanted tag, beside one that has: spinners paste
lemmas of another part of speech as they are."""

MAX_PHRASE = 5
"""Words in a replacement of several."""

DERIVATIONS = frozenset({"derivation", "pertainym"})
MEANINGS = frozenset({"synonym", "similar", "hypernym", "hyponym", "also"})

_SUFFIXES = (
    *("s", "es", "ed", "ing", "er", "or", "ers", "ly", "ness", "ity", "y", "al", "ally", "ial"),
    *("ion", "ions", "ation", "ations", "ive", "ment", "ments", "ful", "fully", "less", "able"),
    *("ible", "ous", "ously", "ic", "ical", "ically", "ish", "ist", "ism", "ize", "ise", "ship"),
    *("hood", "dom", "en", "ance", "ence", "ant", "ent", "th", "some", "ward", "wards", "wise"),
)
_MIN_STEM = 4
_NEAREST = 15
_FAINT = 0.01
"""Weight of a link, times the share of the reading, below which nobody would follow it."""


def thesaurus_swaps(
    book: Wordbook, thesaurus: Thesaurus, sources: Iterable[str]
) -> tuple[Swaps, Swaps]:
    """Linked lemmas in the tag of the form that they replace.

    A form of several readings gets the links of all of them, by share: the mixture that makes a
    spinner put a noun for a verb.

    Parameters
    ----------
    book : Wordbook
        Frequencies and inflection.
    thesaurus : Thesaurus
        Its meaning relations are followed, not its derivations.
    sources : iterable of str
        The forms to find replacements for.

    Returns
    -------
    words, phrases : Swaps
        Targets of one word, and of two to `MAX_PHRASE` words.
    """
    words: Swaps = {}
    phrases: Swaps = {}
    for form in sources:
        found: dict[str, float] = defaultdict(float)
        for (lemma, tag), share in book.readings(form):
            for target, weight in _linked(thesaurus, lemma, tag):
                if share * weight < _FAINT:
                    continue
                inflected = book.inflected(target, tag)
                chosen = target if inflected is None else inflected
                if book.exists(chosen):
                    fitting = UNINFLECTED if inflected is None else 1.0
                    found[chosen] += share * weight * fitting * book.commonness(chosen)
        words[form] = {target: weight for target, weight in found.items() if " " not in target}
        phrases[form] = {
            target: weight
            for target, weight in found.items()
            if 1 <= target.count(" ") < MAX_PHRASE
        }
    return words, phrases


def _linked(thesaurus: Thesaurus, lemma: str, tag: str) -> Iterable[tuple[str, float]]:
    pos = PART_OF_SPEECH.get(tag, "")
    for link in thesaurus.links.get(lemma, ()):
        if link.relation not in MEANINGS or (pos and link.source_pos not in {"", pos}):
            continue
        if (
            link.relation != "hyponym" or " " not in link.target
        ):  # "wave": "permanent wave" and so on
            yield link.target, link.weight


def mangled_swaps(
    book: Wordbook,
    wordnet: Thesaurus,
    synonyms: Mapping[str, Mapping[str, float]],
    sources: Iterable[str],
) -> Swaps:
    """Badly inflected synonyms, and relatives of the wrong part of speech.

    Parameters
    ----------
    book : Wordbook
        Frequencies and inflection.
    wordnet : Thesaurus
        Its derivations give relatives ("decide": "decision", "decisive").
    synonyms : mapping of str to mapping of str to float
        Closest links of each lemma, of any thesaurus.
    sources : iterable of str
        The forms to find replacements for.
    """
    derived = wordnet.weights(DERIVATIONS)
    stems = _stem_relatives(book)
    forms = book.inflections.by_lemma
    nearest = {
        lemma: sorted(near.items(), key=lambda pair: -pair[1])[:_NEAREST]
        for lemma, near in synonyms.items()
    }
    swaps: Swaps = {}
    for form in sources:
        found: dict[str, float] = defaultdict(float)
        for relative in stems.get(form, ()):
            found[relative] += 0.5
        for (lemma, tag), share in book.readings(form):
            for relative in derived.get(lemma, ()):
                _add_forms(found, forms.get(relative, {}), "", share)
            for synonym, closeness in nearest.get(lemma, ()):
                weight = share * closeness
                _add_forms(found, forms.get(synonym, {}), tag, 0.5 * weight)
                for relative in derived.get(synonym, ()):
                    _add_forms(found, forms.get(relative, {}), "", 0.5 * weight)
        swaps[form] = {
            target: weight * book.commonness(target)
            for target, weight in found.items()
            if " " not in target
        }
    return swaps


def _add_forms(
    found: dict[str, float], forms: Mapping[str, str], right_tag: str, weight: float
) -> None:
    """Add the forms of a lemma, by tag, but for the one that would be well inflected."""
    right = forms.get(right_tag)
    wrong = dict.fromkeys(form for form in forms.values() if form != right)
    for form in wrong:
        found[form] += weight / len(wrong)


def _stem_relatives(book: Wordbook) -> dict[str, list[str]]:
    """Dictionary forms that share a stem of four letters and more, and differ in the suffix."""
    groups: dict[str, set[str]] = defaultdict(set)
    for form in book.inflections.readings:
        groups[form].add(form)
        for suffix in _SUFFIXES:
            if form.endswith(suffix) and len(form) - len(suffix) >= _MIN_STEM:
                groups[form.removesuffix(suffix)].add(form)
    relatives: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        for form in group:
            relatives[form] |= group
    return {
        form: sorted(found - {form}) for form, found in sorted(relatives.items()) if len(found) > 1
    }


def neighbour_swaps(
    book: Wordbook, vectors: Vectors, sources: Iterable[str], *, first: int = 3, last: int = 40
) -> Swaps:
    """Distributional neighbours of ranks `first` to `last`: right topic, wrong word."""
    known = [form for form in sources if form in vectors.row_of and book.inflections.read(form)]
    return {
        form: {
            target: cosine
            for target, cosine in neighbours[first - 1 : last]
            if book.inflections.read(target)
        }
        for form, neighbours in vectors.neighbours(known, last)
    }


FUNCTION_CLASSES = frozenset({"ADP", "ADV", "CCONJ", "DET", "SCONJ"})


def function_swaps(
    book: Wordbook, vectors: Vectors, links: Sequence[Swaps], sources: Iterable[str]
) -> Swaps:
    """Adverbs, prepositions, conjunctions and determiners for one another.

    Targets are the words that a thesaurus links, and the neighbours within the class.

    Parameters
    ----------
    book : Wordbook
        Its `word_classes` say what a function word is; adverbs are told by inflection too.
    vectors : Vectors
        Similarity of use.
    links : sequence of Swaps
        Replacements by thesaurus, from `thesaurus_swaps`.
    sources : iterable of str
        Forms to choose from.
    """
    classes = {form: _function_class(book, form) for form in sources}
    known = [form for form, its in classes.items() if its and form in vectors.row_of]
    swaps: Swaps = {form: defaultdict(float) for form, its in classes.items() if its}
    for form, neighbours in vectors.neighbours(known, 400):
        mates = [pair for pair in neighbours if classes.get(pair[0]) == classes[form]]
        swaps[form].update(dict(mates[:20]))
    for form, found in swaps.items():
        for linked in links:
            total = sum(linked.get(form, {}).values())
            for target, weight in linked.get(form, {}).items():
                found[target] += 10 * weight / total  # as much as the neighbours together
    return {form: dict(found) for form, found in swaps.items()}


def _function_class(book: Wordbook, form: str) -> str:
    word_class = book.word_classes.get(form)
    if word_class in FUNCTION_CLASSES:
        return str(word_class)
    readings = book.inflections.read(form)
    adverb = bool(readings) and all(tag.startswith("RB") for _, tag in readings)
    return "ADV" if adverb and word_class is None else ""


def random_swaps(
    book: Wordbook, sources: Sequence[str], rng: np.random.Generator, *, n_targets: int = 30
) -> Swaps:
    """Any word of a like frequency (within a factor of three or so) and a common tag."""
    by_tag: dict[str, list[str]] = defaultdict(list)
    ranked = sorted(book.inflections.readings, key=lambda form: -book.frequencies.get(form, 0))
    for form in ranked:
        if book.frequencies.get(form, 0) >= _RARE:
            for tag in dict.fromkeys(tag for _, tag in book.inflections.read(form)):
                by_tag[tag].append(form)
    logs = {
        tag: -np.log([book.frequencies[form] for form in forms]) for tag, forms in by_tag.items()
    }
    swaps: Swaps = {}
    for form in sources:
        readings = book.readings(form)
        tag = max(readings, key=lambda pair: pair[1])[0].tag
        if tag in by_tag and book.frequencies[form] >= _RARE:
            middle = -np.log(book.frequencies[form])
            low, high = np.searchsorted(logs[tag], [middle - 1.0, middle + 1.0])
            low, high = max(0, min(low, high - n_targets)), max(high, low + n_targets)
            high = min(high, len(by_tag[tag]))
            chosen = rng.choice(high - low, size=min(n_targets, high - low), replace=False)
            swaps[form] = {by_tag[tag][low + at]: 1.0 for at in chosen.tolist()}
    return swaps


_RARE = 20


CLOSED_CLASSES = FUNCTION_CLASSES | {"AUX", "NUM", "PART", "PRON"}


def spared_words(
    book: Wordbook, rates: Mapping[str, float], *, n_frequent: int = 100, min_rate: float = 0.15
) -> frozenset[str]:
    """The commonest function words ("the", "of", "was"), which spinners leave alone.

    Parameters
    ----------
    book : Wordbook
        Frequencies and word classes.
    rates : mapping of str to float
        How often a real spinner replaced each form, where that is known: what it replaces often
        ("but") is not spared.
    n_frequent : int
        Only forms among the most frequent ones are spared.
    min_rate : float
        From this rate on a form is replaced often.
    """
    frequent = sorted(book.frequencies, key=lambda form: -book.frequencies[form])[:n_frequent]
    return frozenset(
        form
        for form in frequent
        if book.word_classes.get(form) in CLOSED_CLASSES and rates.get(form, 0.0) < min_rate
    )


def aligned_swaps(
    swaps: Mapping[tuple[Words, Words], int],
    *,
    min_count: int = 2,
    min_phrase_count: int = 4,
    min_share: float = 0.003,
) -> tuple[Swaps, Swaps]:
    """What a real spinner did, from aligned pairs: one word for one, and several for one.

    Parameters
    ----------
    swaps : mapping of (tuple of str, tuple of str) to int
        From `detector.training.align.count_swaps`.
    min_count, min_phrase_count : int
        A swap seen more rarely may be a wrong alignment.
    min_share : float
        So may one that is a smaller share of the swaps of its form.
    """
    totals: Counter[Words] = Counter()
    for (before, _), count in swaps.items():
        totals[before] += count
    words: Swaps = defaultdict(dict)
    phrases: Swaps = defaultdict(dict)
    for (before, after), count in swaps.items():
        if len(before) != 1 or len(after) > MAX_PHRASE or count < min_share * totals[before]:
            continue
        if count >= (min_count if len(after) == 1 else min_phrase_count):
            family = words if len(after) == 1 else phrases
            family[before[0]][" ".join(after)] = float(count)
    return dict(words), dict(phrases)


def tortured_swaps(path: Path) -> tuple[Swaps, Swaps]:
    """Tortured phrases word by word: "information mining" for "data mining" swaps one word.

    Parameters
    ----------
    path : Path
        Two columns parted by a tab: the tortured phrase, and the expected term.

    Returns
    -------
    words, phrases : Swaps
        One word for one; several for one where, but for what both share, one was expected.
    """
    words: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    phrases: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            tortured, expected = row[0].lower().split(), row[1].lower().split()
            if len(tortured) == len(expected):
                for new, old in zip(tortured, expected, strict=True):
                    words[old][new] += 1.0
                continue
            tortured, expected = _without_shared(tortured, expected)
            if len(expected) == 1 and 2 <= len(tortured) <= MAX_PHRASE:
                phrases[expected[0]][" ".join(tortured)] += 1.0
    return (
        {form: dict(found) for form, found in words.items()},
        {form: dict(found) for form, found in phrases.items()},
    )


def _without_shared(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Both lists without their common beginning and end."""
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return left, right


def merged(*swaps: Swaps) -> Swaps:
    """Sum of families, each form's targets weighing the same in every one of them."""
    total: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for family in swaps:
        for form, found in family.items():
            mass = sum(found.values())
            for target, weight in found.items():
                total[form][target] += weight / mass
    return {form: dict(found) for form, found in total.items()}


def pruned(
    swaps: Swaps,
    book: Wordbook,
    sources: Collection[str],
    rng: np.random.Generator,
    *,
    max_targets: int,
) -> Swaps:
    """At most `max_targets` a form, drawn by weight; no variants of the form itself.

    Drawing (Efraimidis & Spirakis 2006, by Gumbel keys) and not cutting keeps the rare and odd
    targets in proportion.
    """
    are_variants = book.variants.are_variants
    kept: Swaps = {}
    for form, found in swaps.items():
        if form not in sources:
            continue
        targets = sorted(target for target, weight in found.items() if weight > 0)
        weights = np.array([found[target] for target in targets])
        order = np.argsort(-(np.log(weights) + rng.gumbel(size=len(weights)))).tolist()
        fit = (
            at for at in order if book.exists(targets[at]) and not are_variants(form, targets[at])
        )
        chosen = sorted(islice(fit, max_targets))
        if chosen:
            total = float(weights[chosen].sum())
            kept[form] = {targets[at]: float(weights[at]) / total for at in chosen}
    return kept
