"""What counts as the same word written or inflected otherwise, and so as no replacement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from detector.training.inflection import Inflections

_DIGRAPHS = str.maketrans({"z": "s", "y": "i", "-": None, "'": None, ".": None, " ": None})
_SPELLINGS = (
    (re.compile("[ao]e"), "e"),
    (re.compile("our(?!$)|(?<=[a-z]{2})our$"), "or"),
    (re.compile("re$"), "er"),
    (re.compile("ph"), "f"),
    (re.compile("ogue$"), "og"),
    (re.compile("(?<=n)ce(?=[sd]?$)"), "se"),
    (re.compile(r"([a-z])\1"), r"\1"),
)
_ARTICLES = frozenset({"a", "an"})


@lru_cache(maxsize=1 << 18)
def spelling_key(form: str) -> str:
    """A key that British and American, hyphenated and closed spellings of a word share.

    Examples
    --------
    >>> spelling_key("colour") == spelling_key("color")
    True
    >>> spelling_key("organise") == spelling_key("organize")
    True
    >>> spelling_key("defence") == spelling_key("defense")
    True
    >>> spelling_key("web-site") == spelling_key("website")
    True
    """
    key = form.translate(_DIGRAPHS)
    for pattern, replacement in _SPELLINGS:
        key = pattern.sub(replacement, key)
    return key


@dataclass(frozen=True)
class Variants:
    """Tells variants of one word from replacements."""

    inflections: Inflections

    def are_variants(self, form: str, other: str) -> bool:
        """Whether two forms are one word spelt, joined or inflected in two ways.

        Examples
        --------
        >>> variants = Variants(Inflections({}, {}))
        >>> variants.are_variants("colour", "color"), variants.are_variants("scope", "telescopic")
        (True, False)
        """
        if form == other or {form, other} == _ARTICLES:
            return True
        if self.inflections.are_inflections(form, other):
            return True
        if spelling_key(form) == spelling_key(other):
            return True
        return _possessive_base(form) == _possessive_base(other)


def _possessive_base(form: str) -> str:
    return form.removesuffix("'s").removesuffix("'").removesuffix("s")
