"""Readability and style of a text, by textstat: how long its words and sentences are.

Only measures that count no syllables: for those textstat needs a dictionary that it would download.
textstat brings all of NLTK with it, which takes longer to import than an article to score: it is
imported when a measure is asked for, and the reliability asks only if its model gained by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textstat.textstat import textstatistics

MEASURES: Mapping[str, str] = {
    "lix": "lix",
    "rix": "rix",
    "automated_readability": "automated_readability_index",
    "coleman_liau": "coleman_liau_index",
    "letters_per_word": "avg_letter_per_word",
    "words_per_sentence": "words_per_sentence",
}
"""Names of the measures here, and in textstat."""


def readability(text: str) -> dict[str, float]:
    """The measures in `MEASURES` of an English text; higher is harder. All 0 without a word.

    Sources: LIX and RIX, Björnsson 1968 and Anderson 1983 (long words have seven letters and
    more); automated readability index, Senter & Smith 1967; Coleman-Liau index, Coleman & Liau
    1975. textstat cuts text by rules of its own: its sentences of one or two words are none.

    Examples
    --------
    >>> measures = readability("The cat sat on the mat. It was a remarkably comfortable mat.")
    >>> measures["words_per_sentence"], measures["lix"] > 20
    (6.0, True)
    """
    if not any(character.isalnum() for character in text):
        return dict.fromkeys(MEASURES, 0.0)
    statistics = _statistics()
    measures: dict[str, Callable[[str], float]] = {
        name: getattr(statistics, theirs) for name, theirs in MEASURES.items()
    }
    return {name: float(measure(text)) for name, measure in measures.items()}


@cache
def _statistics() -> textstatistics:
    """An instance of our own: the module's shared one may have been set to another language."""
    from textstat.textstat import textstatistics

    return textstatistics()
