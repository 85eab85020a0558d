"""Which words are mentioned and not used: "the phrase counterfeit consciousness".

Who writes about odd words has to name them. Such words are no more the author's than what stands
between quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_NOUN = r"(?:phrase|term|expression|word|wording|synonym|substitut(?:e|ion)|replacement|rendering)"
_PLURAL = rf"(?:{_NOUN}s|examples?|(?:odd|strange|tortured)\s\w++)"
_WORDS = r"[^\W\d_][\w'\u2019-]*+"
_BEGIN = r"(?<![\w'\u2019-])"  # so that a run of letters, however long, is looked at once

# *counterfeit consciousness*, _the same_; what is longer is a sentence with stress.
_ITALICS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])[^*_]{1,60}(?<!\s)\1(?![\w*])")
_NAMED = re.compile(
    rf"\b{_NOUN}s?\s+(?!(?:of|for|in|on|to|that|which|is|are|was|were|and|or|by|with|from|as|has|had"
    rf"|have|used|such|like|including)\b)(?P<said>{_WORDS}(?:\s{_WORDS}){{0,2}})",
    re.IGNORECASE,
)
_SUCH_AS = re.compile(
    rf"\b{_PLURAL}(?:\s{_WORDS}){{0,3}},?\s(?:such\sas|like|including)\s(?P<said>[^.;:!?]{{1,200}})",
    re.IGNORECASE,
)
# A list after a colon, on the same line or below, up to the next stop but those of its numbers.
_LISTED = re.compile(
    rf"\b{_PLURAL}\b[^.:;!?]{{0,80}}:(?P<said>(?:[^.!?]|(?<=\d)\.){{1,600}})", re.IGNORECASE
)
_FEW = rf"{_WORDS}(?:\s{_WORDS}){{0,3}}"
_ARROW = re.compile(rf"{_BEGIN}(?:{_WORDS}\s){{1,4}}(?:->|=>|\u2192|\u21d2)\s?{_FEW}")

# A text is about words from so many of these on; then what stands in contrast is mentioned, too.
_SUBJECT = re.compile(
    r"\b(?:tortured|paraphras\w+|spinners?|synonyms?|thesaurus(?:es)?|phrases?|wordings?|plagiari\w+)\b",
    re.IGNORECASE,
)
_FEWEST_SUBJECTS = 3
_CONTRASTED = re.compile(
    rf"{_BEGIN}(?:{_WORDS}\s){{1,4}}(?:instead\sof|in\s(?:place|lieu)\sof|rather\sthan)\s{_FEW}"
    rf"|{_BEGIN}(?:{_WORDS}\s){{1,4}}\({_FEW}\)"
    r"|\b(?:among\sthem|including|includes?|for\s(?:example|instance)|such\sas)\b[^.;:!?]{1,200}",
    re.IGNORECASE,
)


def mentioned(text: str) -> Iterator[tuple[int, int]]:
    """Spans of what is mentioned, in code points; they may overlap.

    Examples
    --------
    >>> text = "The term bosom peril stands for a disease."
    >>> [text[start:end] for start, end in mentioned(text)]
    ['bosom peril stands']
    >>> text = "We met phrases like colossal information, more than once; then it rained."
    >>> [text[start:end] for start, end in mentioned(text)]
    ['colossal information, more than once']
    """
    for whole in (_ITALICS, _ARROW):
        yield from (match.span() for match in whole.finditer(text))
    for named in (_NAMED, _SUCH_AS, _LISTED):
        yield from (match.span("said") for match in named.finditer(text))
    if is_about_words(text):
        yield from (match.span() for match in _CONTRASTED.finditer(text))


def is_about_words(text: str) -> bool:
    """Whether a text speaks of phrases, synonyms or plagiarism, and so has to name odd words."""
    return len(list(islice(_SUBJECT.finditer(text), _FEWEST_SUBJECTS))) == _FEWEST_SUBJECTS
