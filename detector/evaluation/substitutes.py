"""SWORDS: substitutes of a word in context, each judged by people, put into their contexts.

Data: Lee et al., "SWORDS: A Benchmark for Lexical Substitution with Improved Data Coverage and
Quality", NAACL 2021 (CC BY 3.0).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from detector.document import Span
from detector.errors import SourceError
from detector.evaluation.labelled import Dataset, Kind, LabelledText

ACCEPTED_SHARE = 0.7
"""A substitute counts as accepted if this share of its judges say that it fits."""
REFUSED_PER_TARGET = 4
"""At most this many refused substitutes of one word are taken, drawn with a fixed seed: some words
have over a hundred."""

_SPACE = re.compile(r"\s+")
_ARTICLE = re.compile(r"\b([Aa])n? $")
_VOWELS = frozenset("aeiou")


def load_swords(folder: Path) -> Dataset:
    """Substitutes that every judge refused (spun) and those that at least 70 % accepted (clean)."""
    path = folder / "benchmarks/swords_dev.json.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            swords = json.load(file)
    except OSError:
        raise SourceError(
            str(path), "not found: give the data folder with --shared, or leave the set out"
        ) from None
    title = f"substitutes that every judge refused, and those that {ACCEPTED_SHARE:.0%} accepted"
    return Dataset("swords", Kind.SUBSTITUTES, title, tuple(_texts(swords)))


def _texts(swords: dict[str, Any]) -> Iterator[LabelledText]:
    by_target: dict[str, dict[bool, list[str]]] = {}
    for key, labels in swords["substitute_labels"].items():
        refused = _judged(labels)
        if refused is not None:
            target = swords["substitutes"][key]["target_id"]
            by_target.setdefault(target, {}).setdefault(refused, []).append(key)
    generator = np.random.default_rng(0)
    for target, keys in sorted(by_target.items()):
        refused_keys = sorted(keys.get(True, []))
        taken = min(REFUSED_PER_TARGET, len(refused_keys))
        drawn = set(generator.choice(refused_keys, taken, replace=False)) if taken else set()
        for refused in (False, True):
            for key in sorted(drawn if refused else keys.get(False, [])):
                text = _put(swords, target, swords["substitutes"][key]["substitute"])
                yield LabelledText(key, text[0], refused, None, (text[1],), cluster=target)


def _judged(labels: list[str]) -> bool | None:
    """True if every judge refused, False if enough accepted, None for what lies between."""
    accepted = labels.count("TRUE") / len(labels)
    if accepted >= ACCEPTED_SHARE:
        return False
    return True if labels.count("FALSE") == len(labels) else None


def _put(swords: dict[str, Any], target_id: str, substitute: str) -> tuple[str, Span]:
    """The context with a substitute in the target's place and form, and where it stands."""
    target = swords["targets"][target_id]
    context, word = swords["contexts"][target["context_id"]]["context"], target["target"]
    before, after = context[: target["offset"]], context[target["offset"] + len(word) :]
    inflected = inflect_like(substitute, word, target["pos"])
    # Line breaks in the contexts are layout, not paragraphs.
    before = agreeing(_SPACE.sub(" ", before).lstrip(), inflected)
    text = before + inflected + _SPACE.sub(" ", after).rstrip()
    return text, Span(len(before), len(before) + len(inflected))


def agreeing(before: str, word: str) -> str:
    """`before` with "a" or "an" at its end as the initial letter of `word` asks.

    Examples
    --------
    >>> agreeing("This is a ", "omen")
    'This is an '
    """
    article = "an" if word[:1].lower() in _VOWELS else "a"
    return _ARTICLE.sub(lambda match: match[1] + article[1:] + " ", before)


def inflect_like(substitute: str, word: str, pos: str) -> str:
    """A lemma in the form that `word` has; of a phrase, the first word (verbs) or the last.

    Parameters
    ----------
    substitute : str
        A lemma or a phrase headed by one.
    word : str
        The form to follow, in its capitalisation too.
    pos : str
        Universal part of speech: NOUN, VERB, ADJ, ADV...

    Examples
    --------
    >>> inflect_like("carry on", "continued", "VERB")
    'carried on'
    """
    words = substitute.split(" ")
    head = 0 if pos == "VERB" else len(words) - 1
    tag = _tag(word.lower(), pos)
    if tag:
        words[head] = _inflected(words[head], tag, pos)
    phrase = " ".join(words)
    return phrase[:1].upper() + phrase[1:] if word[:1].isupper() else phrase


@lru_cache(maxsize=10_000)
def _tag(word: str, pos: str) -> str | None:
    """The Penn tag under which `word` is a form of its lemma; None for the lemma itself."""
    from lemminflect import getAllInflections, getAllLemmas

    for lemma in getAllLemmas(word, pos).get(pos, ()):
        if lemma == word:
            return None
        for tag, forms in getAllInflections(lemma, pos).items():
            if word in forms:
                return str(tag)
    return None


@lru_cache(maxsize=10_000)
def _inflected(word: str, tag: str, pos: str) -> str:
    """The form of `word` under a tag; some substitutes are no lemmas ("services")."""
    from lemminflect import getAllLemmas, getInflection

    lemmas = getAllLemmas(word, pos).get(pos) or (word,)
    forms = getInflection(word if word in lemmas else lemmas[0], tag)
    return str(forms[0]) if forms else word
