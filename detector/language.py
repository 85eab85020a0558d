"""Tells English prose from everything else, and whether there is enough of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from detector.document import Document, TokenFlag
from detector.function_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENOUGH_WORDS = 40
"""From so many words of prose a text is scored."""

# The shares below were chosen on the development texts: English prose of every register lies above
# CLEARLY_ENGLISH but for a few lists of headlines; texts in other languages lie below UNCLEAR.
CLEARLY_ENGLISH = 0.15
HARDLY_A_SENTENCE = 0.04
MOSTLY = 0.5
MOST_SYMBOLS = 0.12
CONFIDENT = 0.8
_FEWEST_WORDS = 6
# Letters of a word that is several without the blanks between; share of the letters in such words.
# "Internationalisation" has 20; of technical and chemical texts it is a hundredth.
LONGEST_WORD = 20
MOST_FUSED = 0.1
_FUSED = re.compile(r"[A-Za-z][a-z]*+")
_NO_LANGUAGE = "zxx"

# Function words that other languages in Latin letters write in the same way.
_SHARED = """
    a after against all also although am among an any are as at away be beside but by can come do
    doing done door down et etc even ever few for go had has he her here him his how i if in is
    just last less let me men met mine more most much must my name near no none nor now of off on
    once one only or other our out over own per same she so some still than then there these till
    too under unless until up us van very via we what when will yet
"""
_ENGLISH_ALONE = FUNCTION_WORDS - set(_SHARED.split())
_SYMBOL = re.compile(r"[{}\[\]()<>=;|&*$#\\/_+^~@`]")
_SAMPLES, _SAMPLE_CHARACTERS = 5, 2000


@dataclass(frozen=True, slots=True)
class Prose:
    """What a text is, as far as scoring goes.

    Attributes
    ----------
    status : {"scored", "short", "skipped"}
        ``short``: findings, but no reliability. ``skipped``: neither.
    reason : str or None
        For people; None where the text is scored.
    language : str or None
        ISO 639-1 code; None where it could not be told.
    """

    status: Literal["scored", "short", "skipped"]
    reason: str | None
    language: str | None


def prose(document: Document) -> Prose:
    """Judge whether `document` is English prose, and long enough.

    Cheap counts decide the clear cases: words against numbers and code, symbols, script, and the
    share of function words that only English has. py3langid decides the rest.

    Examples
    --------
    >>> from detector.segment import segment
    >>> prose(segment("3 4 5 6 7 8 9 10 11 12")).reason
    'no prose: 10 of 10 tokens are numbers'
    """
    words = int(np.count_nonzero(document.flags & TokenFlag.WORD))
    if obstacle := _no_prose(document, words):
        return Prose("skipped", obstacle, None)
    share = _share(document, words)
    language: str | None = "en"
    if share < CLEARLY_ENGLISH and words >= _FEWEST_WORDS:
        language, confidence = identify(document.text)
        unsure = share >= HARDLY_A_SENTENCE or words < ENOUGH_WORDS
        if language != "en" and confidence >= (CONFIDENT if unsure else 0):
            return Prose("skipped", *_foreign(language, confidence))
        if share < HARDLY_A_SENTENCE and words >= ENOUGH_WORDS:
            reason = f"no prose: a list of words ({share:.0%} of them are English function words)"
            return Prose("skipped", reason, language)
    if words < ENOUGH_WORDS:
        found = f"{words} word" + "s" * (words != 1)
        return Prose("short", f"{found} of prose; a judgement needs {ENOUGH_WORDS}", language)
    return Prose("scored", None, "en")


def enough_prose(found: Prose, running_words: int) -> Prose:
    """Judge whether enough of what would be scored is running prose (`detector.running_prose`).

    Parameters
    ----------
    found : Prose
        What `prose` says of the text.
    running_words : int
        Number of its words that stand in running prose.

    Examples
    --------
    >>> enough_prose(Prose("scored", None, "en"), 0).reason
    'mostly headlines or notes: no running prose to judge'
    """
    if found.status != "scored" or running_words >= ENOUGH_WORDS:
        return found
    left = f"{running_words} word" + "s" * (running_words != 1) + " of running prose"
    missing = f"{left}; a judgement needs {ENOUGH_WORDS}"
    reason = missing if running_words else "no running prose to judge"
    return replace(found, status="short", reason=f"mostly headlines or notes: {reason}")


def identify(text: str) -> tuple[str | None, float]:
    """The likeliest language of `text` by py3langid, and its confidence from 0 to 1.

    Long texts are sampled. The first call loads the model, which takes about a second; nothing
    is downloaded, and threads may share it.
    """
    language, confidence = _identifier().classify(" ".join(_samples(text)))
    return language, float(confidence)


def _no_prose(document: Document, words: int) -> str | None:
    """Why there is no prose at all, from counts alone."""
    if not document.n_tokens:
        return "no words" if document.text.strip() else "the text is empty"
    if _fused(document) > MOST_FUSED:
        return "the blanks between its words were lost: extract the text anew, or run OCR"
    for flag, name in (
        (TokenFlag.NUMBER, "numbers"),
        (TokenFlag.CODE, "code"),
        (TokenFlag.ADDRESS, "addresses"),
    ):
        found = int(np.count_nonzero(document.flags & flag))
        if found > MOSTLY * document.n_tokens:
            return f"no prose: {found} of {document.n_tokens} tokens are {name}"
    if words < MOSTLY * document.n_tokens:
        return f"no prose: only {words} of {document.n_tokens} tokens are words"
    symbols, letters = _symbols(document)
    if symbols > MOST_SYMBOLS * letters:
        return (
            f"no prose: a bracket or symbol for every {letters / symbols:.2g} letters, as in code"
        )
    return None


def _symbols(document: Document) -> tuple[int, int]:
    """Brackets and symbols of a text, and letters of its tokens, without addresses and code.

    One huge address, or a formula, says nothing of the sentences around it.
    """
    is_code = (document.flags & (TokenFlag.ADDRESS | TokenFlag.CODE)) > 0
    symbols = len(_SYMBOL.findall(document.text))
    for token in np.flatnonzero(is_code).tolist():
        symbols -= len(_SYMBOL.findall(document.text, *document.span(token)))
    return symbols, int((document.ends - document.starts)[~is_code].sum())


def _fused(document: Document) -> float:
    """Share of the letters in words so long that they must be several, 0 to 1.

    Two words at least: one may be a name of a place in Wales.
    """
    lengths = document.ends - document.starts
    long = [
        int(lengths[token])
        for token in np.flatnonzero(lengths > LONGEST_WORD).tolist()
        if _FUSED.fullmatch(document.text, *document.span(token))
    ]
    return sum(long) / max(int(lengths.sum()), 1) if len(long) > 1 else 0.0


def _share(document: Document, words: int) -> float:
    """Share of the words that are function words of English alone, 0 to 1."""
    kinds = (document.flags & TokenFlag.WORD).tolist()
    forms = zip(document.forms, kinds, strict=True)
    return sum(1 for form, kind in forms if kind and form in _ENGLISH_ALONE) / max(words, 1)


def _foreign(language: str | None, confidence: float) -> tuple[str, str | None]:
    if language == _NO_LANGUAGE or confidence < MOSTLY:
        return "not English, nor any other language that was recognised", None
    return f"not English: the language looks like '{language}'", language


def _samples(text: str) -> Iterator[str]:
    """Pieces from the whole length of `text`."""
    step = max(len(text) // _SAMPLES, _SAMPLE_CHARACTERS)
    return (text[start : start + _SAMPLE_CHARACTERS] for start in range(0, len(text), step))


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
