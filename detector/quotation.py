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

_STOPPED = re.compile(r"[.!?\u2026]\s+\Z")
_STOP_SPAN = 8
# Characters. A mark that nobody closes must not quote half of an article.
_LONGEST_BROKEN = 600


def quoted(
    text: str, starts: NDArray[np.int32], paragraph_starts: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Whether each token stands between paired quotation marks.

    A quotation may go on in the next paragraph. That opens with a mark again, and of several such
    paragraphs only the last closes; or the break is one of layout, and the closing mark is near.

    Parameters
    ----------
    text : str
        The text.
    starts : ndarray of int32, shape (n_tokens,)
        Where its tokens start.
    paragraph_starts : ndarray of int32, shape (n_paragraphs,)
        Where its paragraphs start, ascending.

    Returns
    -------
    ndarray of bool, shape (n_tokens,)
    """
    inside = np.zeros(len(starts), dtype=np.bool_)
    edges = [*paragraph_starts.tolist(), len(text)]
    pairs = [*_pairs(_MARK, text, edges), *_pairs(_SINGLE, text, edges)]
    if pairs:
        for first, last in np.searchsorted(starts, np.array(pairs, dtype=np.int32)).tolist():
            inside[first:last] = True
    return inside


def _pairs(marks: re.Pattern[str], text: str, edges: list[int]) -> Iterator[tuple[int, int]]:
    """Where quotations begin and end; an opening mark belongs to the next closing one."""
    paragraph = 0
    passed: list[tuple[int, int]] = []  # what was opened, and is closed if the quotation ends
    opened: int | None = None
    possible: int | None = None  # where the quotation ends, if that was no apostrophe
    for mark in marks.finditer(text):
        place, opens = mark.start(), mark.lastgroup == "open"
        before = paragraph
        while paragraph < len(edges) - 1 and place >= edges[paragraph]:
            paragraph += 1
        if paragraph > before:
            starts = opens and place == edges[paragraph - 1]
            broken = edges[before]
        if opened is not None and possible is not None and (opens or paragraph > before):
            yield from [*passed, (opened, possible)]
            opened, passed = None, []
        if opened is not None and paragraph > before:
            # The paragraph ends in a quotation: one that goes on, or a mark that nobody closes.
            goes_on = starts and paragraph == before + 1
            passed = [*passed, (opened, broken)] if goes_on else []
            if goes_on or marks is _SINGLE or place - opened > _LONGEST_BROKEN:
                opened = None
        elif opened is not None and opens:
            # A paragraph of a quotation whose break was lost.
            goes_on = _STOPPED.search(text, max(place - _STOP_SPAN, 0), place) is not None
            passed = [*passed, (opened, place)] if goes_on else []
        elif opens:
            passed = []
        possible = None if opened is None or opens else possible
        if opens:
            opened = place
        elif opened is not None and _possessive(text, mark, marks):
            possible = place if possible is None else possible
        elif opened is not None:
            yield from passed
            yield opened, place
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
