"""Which words stand inside quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# A straight mark opens after a space, bracket or dash and before ink; any other one closes. Single
# marks need more care: "don't", "'tis" and "the ministers' plan" hold apostrophes.
_MARK = re.compile(
    r"(?P<open>[\u201c\u201e\u00ab]|(?<![^\s(\[{\u2013\u2014\u2018'/-])\"(?=\S))"
    r"|(?P<close>[\u201d\u00bb\"])"
)
_SINGLE = re.compile(
    r"(?P<open>(?<![^\s(\[{\u2013\u2014\u201c\"-])(?:\u2018|'(?!(?:tis|twas|em|til|n|cause|bout)\b))(?=\w))"
    r"|(?P<close>(?<=[\w.,!?\u2026;:)])['\u2019](?!\w))",
    re.IGNORECASE,
)

# After the end of a sentence an opening mark begins the next paragraph of an open quotation.
_STOPPED = re.compile(r"[.!?\u2026]\s+\Z")
_GAP = 8
# Characters between two marks of a quotation: one that nobody closes must not quote an article.
_LONGEST, _LONGEST_SINGLE = 1000, 600


def quoted(text: str, starts: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each token stands between paired quotation marks.

    A quotation of several paragraphs opens in each, and only the last closes. Where paragraphs end
    plays no part: breaks come and go with the layout.

    Parameters
    ----------
    text : str
        The text.
    starts : ndarray of int32, shape (n_tokens,)
        Where its tokens start.

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
    """
    inside = np.zeros(len(starts), dtype=np.bool_)
    pairs = [*_pairs(_MARK, text, _LONGEST), *_pairs(_SINGLE, text, _LONGEST_SINGLE)]
    if pairs:
        for first, last in np.searchsorted(starts, np.array(pairs, dtype=np.int32)).tolist():
            inside[first:last] = True
    return inside


def _pairs(marks: re.Pattern[str], text: str, longest: int) -> Iterator[tuple[int, int]]:
    """Where quotations begin and end; an opening mark belongs to the next closing one."""
    passed: list[tuple[int, int]] = []  # paragraphs of a quotation whose last is to come
    opened: int | None = None
    possible: int | None = None  # where the quotation ends, unless that is an apostrophe
    for mark in marks.finditer(text):
        place, opens = mark.start(), mark.lastgroup == "open"
        lost = opened is not None and place - opened > longest
        if opened is not None and possible is not None and (opens or lost):
            yield from [*passed, (opened, possible)]
            opened = None
        if opened is None or lost:
            opened, possible, passed = None, None, []
        if opens:
            goes_on = opened is not None and _STOPPED.search(text, max(place - _GAP, 0), place)
            passed = [*passed, (opened, place)] if opened is not None and goes_on else []
            opened, possible = place, None
        elif opened is not None and _possessive(text, mark, marks):
            possible = place if possible is None else possible
        elif opened is not None:
            yield from [*passed, (opened, place)]
            opened, possible, passed = None, None, []
    if opened is not None and possible is not None:
        yield from [*passed, (opened, possible)]


def _possessive(text: str, mark: re.Match[str], marks: re.Pattern[str]) -> bool:
    """Whether a closing single mark is the apostrophe of "the ministers' plan"."""
    place = mark.start()
    if marks is not _SINGLE or text[place - 1] not in "sS":
        return False
    following = text[place + 1 : place + 3]
    return len(following) == 2 and following[0] == " " and following[1].islower()
