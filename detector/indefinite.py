"""The indefinite article: which of "a" and "an" a word asks for."""

from __future__ import annotations

import re
from typing import Literal

Sound = Literal["vowel", "consonant"]

CORRECTED: dict[str, str] = {"a": "an", "an": "a", "A": "An", "An": "A"}
"""The other article, in the same case."""

# What English words begin with: other clusters are spelled out ("an npm package", "an ssh key") or
# foreign, and nobody can tell their first sound from the letters.
_ONSET = re.compile(
    r"(?:b[lr]?|c(?:h[lr]?|l|r)?|d[rw]?|f[lr]?|g[hlnr]?|j|k[lnr]?|l|m|n|p(?:h[lr]?|[lnrst])?|qu|r|rh"
    r"|s(?:c[hr]?|hr?|k|l|m|n|p[hlr]?|qu|tr?|w)?|t(?:h[rw]?|r|w)?|v|w[hr]?|x|z)?[aeiouy]"
)
# "yt", "yl": the letter is a vowel before a consonant.
_VOCALIC_Y = re.compile(r"y[^aeiou]")
_SILENT_H = re.compile(r"(?:hours?|heir|hono[u]?r|honest)(?!arium)|hourly")
_ONE_SYLLABLE = re.compile(r"h[aeiouy]+[^aeiouy]+(?:e|es)?$")
# The long u of "unit" and the w of "one" are consonants. A u is long before one consonant and a
# vowel ("usual", "utopia", "ubiquitous"), but the prefix un- has a short one ("unable"), and
# "unit", "union", "universal" are no negations.
_GLIDE = re.compile(
    r"eu|ew|ou[ij]|on(?:e|ce)(?![a-z])|one(?:self|time|shot|ness)"
    r"|u(?![np])[^aeiouy][aeiouy]|uni(?!n|m[apru]|d(?!ir)|ll|ss)|unanim|un[ae]ry"
)
# Long or short by the speaker, spelled out or read.
_EITHER = re.compile(r"herb|homage|u(?:ber|dem?|do|int|mam|r[il]|sb|tf|v)")


def sound(form: str) -> Sound | None:
    """The first sound of a word, as its article hears it; None where the letters do not tell.

    Parameters
    ----------
    form : str
        A folded form (`detector.folding.fold`).

    Notes
    -----
    Letters stand for sounds with few exceptions: a silent h, a long u, the w of "one". The
    patterns of those were written down from the words of the training corpora that stand after
    the "wrong" article more often than not. Numbers, single letters, and letters that cannot begin
    an English word are left open; so is an h before an unstressed syllable ("an historic").

    Examples
    --------
    >>> [sound(form) for form in ("hour", "university", "one-off", "eulogy", "ewe", "unaware")]
    ['vowel', 'consonant', 'consonant', 'consonant', 'consonant', 'vowel']
    >>> [sound(form) for form in ("x-ray", "18-year-old", "historic", "ssh")]
    [None, None, None, None]
    """
    word = form.partition("-")[0]
    if len(word) < 2 or not _ONSET.match(word.removeprefix("h") or "h") or _EITHER.match(word):
        return None
    if word[0] == "h":
        if _SILENT_H.match(word):
            return "vowel"
        return "consonant" if _ONE_SYLLABLE.match(word) else None
    if word[0] in "aeiou":
        return "consonant" if _GLIDE.match(word) else "vowel"
    return "vowel" if _VOCALIC_Y.match(word) else "consonant"
