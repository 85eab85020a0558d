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

# *counterfeit consciousness*, _the same_; what is longer is a sentence with stress.
_ITALICS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])[^*_\n]{1,60}(?<!\s)\1(?![\w*])")
_NAMED = re.compile(
    rf"\b{_NOUN}s?\s+(?!(?:of|for|in|on|to|that|which|is|are|was|were|and|or|by|with|from|as|has|had"
    rf"|have|used|such|like|including)\b)(?P<said>{_WORDS}(?:\s{_WORDS}){{0,2}})",
    re.IGNORECASE,
)
_SUCH_AS = re.compile(
    rf"\b{_PLURAL}(?:\s{_WORDS}){{0,3}},?\s(?:such\sas|like|including)\s(?P<said>[^.;:!?\n]{{1,200}})",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"\b{_PLURAL}\b[^.:;!?\n]{{0,80}}:(?P<said>[^.!?\n]{{0,400}})", re.IGNORECASE)
_ENTRY = re.compile(
    r"\s*+(?:[-*+\u2022\u2013\u2014]|\(?\w{1,2}[.)])?\s*+(?P<said>[^\n]{1,100})(?:\n|\Z)"
)
_ARROW = re.compile(r"[^\n.;:]{1,60}(?:->|=>|\u2192|\u21d2)[^\n.;:]{1,60}")

# A text is about words from so many of these on; then what stands in contrast is mentioned, too.
_SUBJECT = re.compile(
    r"\b(?:tortured|paraphras\w+|spinners?|synonyms?|thesaurus(?:es)?|phrases?|wordings?|plagiari\w+)\b",
    re.IGNORECASE,
)
_FEWEST_SUBJECTS = 3
_FEW = rf"{_WORDS}(?:\s{_WORDS}){{0,3}}"
_CONTRASTED = re.compile(
    rf"(?:{_WORDS}\s){{1,4}}(?:instead\sof|in\s(?:place|lieu)\sof|rather\sthan)\s{_FEW}"
    rf"|(?:{_WORDS}\s){{1,4}}\({_FEW}\)"
    r"|\b(?:among\sthem|including|includes?|for\s(?:example|instance)|such\sas)\b[^.;:!?\n]{1,200}",
    re.IGNORECASE,
)
_FEWEST_ENTRIES = 2


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
    for named in (_NAMED, _SUCH_AS):
        yield from (match.span("said") for match in named.finditer(text))
    for listed in _LISTED.finditer(text):
        yield listed.span("said")
        if not listed["said"].strip():
            yield from _entries(text, listed.end())
    if is_about_words(text):
        yield from (match.span() for match in _CONTRASTED.finditer(text))


def is_about_words(text: str) -> bool:
    """Whether a text speaks of phrases, synonyms or plagiarism, and so has to name odd words."""
    return len(list(islice(_SUBJECT.finditer(text), _FEWEST_SUBJECTS))) == _FEWEST_SUBJECTS


def _entries(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The lines of a list that follows: short ones that no stop ends, two at least."""
    spans: list[tuple[int, int]] = []
    while (entry := _ENTRY.match(text, at)) is not None:
        if entry["said"].rstrip().endswith((".", "!", "?", "\u2026")):
            break
        spans.append(entry.span("said"))
        at = entry.end()
        if at >= len(text):
            break
    if len(spans) >= _FEWEST_ENTRIES:
        yield from spans
